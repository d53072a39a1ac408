import { Anchor, Modal, TextInput } from '@mantine/core';
import { IconFileImport, IconPlayerPauseFilled, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ActionButton } from '../ui/action-button.tsx';
import { plural } from '../ui/format.ts';
import { useQueryState } from '../ui/query-state.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { StatusSign } from '../ui/status.tsx';
import { StatusChoice, StatusChoices } from '../ui/status-choices.tsx';
import { useTitle } from '../ui/title.ts';
import { EnvironmentForm } from './environment-form.tsx';
import { EnvironmentRows } from './environment-rows.tsx';
import classes from './environments.module.css';
import { ImportForm } from './import-form.tsx';
import { type Lane, nowQuery } from './queries.ts';

/** All environments with their states and last runs. */
export default function Environments() {
  useTitle('Environments');
  const now = useQuery(nowQuery);
  const [search, setSearch] = useQueryState('q');
  const [state, setState] = useQueryState('state');
  const searchField = useRef<HTMLInputElement>(null);
  useShortcut('/', 'Search environments', () => searchField.current?.focus());

  if (!now.data) return <QueryFallback what="the environments" query={now} />;
  const { lanes } = now.data;
  const visibleLanes = lanes.filter((lane) => matches(lane, search, state));
  const counts = states.map((each) => ({ ...each, count: lanes.filter(each.has).length }));
  return (
    <>
      <div className={classes.head}>
        <h1>Environments</h1>
        <span className={classes.tools}>
          <Add />
          <Import />
        </span>
      </div>
      {lanes.length === 0 ? (
        <EmptyState title="No environments yet">
          An environment is a Magento shop under test: its URL, and the user for its admin panel. Add one, or
          import the .env files of your test module.
        </EmptyState>
      ) : (
        <>
          <div className={classes.filter}>
            <TextInput
              ref={searchField}
              size="xs"
              aria-label="Search by code or name"
              placeholder="Search"
              value={search}
              onChange={(event) => setSearch(event.currentTarget.value)}
            />
            <StatusChoices label="Filter by state">
              <StatusChoice
                label="All"
                count={lanes.length}
                isSelected={state === ''}
                onSelect={() => setState('')}
              />
              {counts
                .filter(({ word, count }) => count > 0 || state === word)
                .map(({ word, label, sign, count }) => (
                  <StatusChoice
                    key={word}
                    {...{ label, sign, count }}
                    isSelected={state === word}
                    onSelect={() => setState(state === word ? '' : word)}
                  />
                ))}
            </StatusChoices>
            <span className={classes.count} aria-live="polite">
              {visibleLanes.length < lanes.length &&
                `${visibleLanes.length} of ${plural(lanes.length, 'environment')}`}
            </span>
          </div>
          {visibleLanes.length === 0 ? (
            <EmptyState title="No environments match these filters">
              <Anchor component={Link} href="/environments">
                Show all environments
              </Anchor>
            </EmptyState>
          ) : (
            <EnvironmentRows lanes={visibleLanes} />
          )}
        </>
      )}
    </>
  );
}

interface State {
  /** In the address. */
  word: string;
  label: string;
  sign?: ReactNode;
  has: (lane: Lane) => boolean;
}

const states: State[] = [
  {
    ...{ word: 'running', label: 'Running', sign: <StatusSign status="running" size={12} /> },
    has: (lane) => lane.running !== null,
  },
  {
    ...{ word: 'waiting', label: 'Waiting', sign: <StatusSign status="queued" size={12} /> },
    has: (lane) => lane.queued > 0,
  },
  {
    ...{ word: 'paused', label: 'Paused', sign: <IconPlayerPauseFilled size={12} aria-hidden /> },
    has: (lane) => lane.paused !== null,
  },
  {
    ...{ word: 'idle', label: 'Idle' },
    has: (lane) => lane.running === null && lane.queued === 0 && lane.paused === null,
  },
];

function matches(lane: Lane, search: string, state: string): boolean {
  const has = states.find(({ word }) => word === state)?.has ?? (() => true);
  return has(lane) && `${lane.code} ${lane.name}`.toLowerCase().includes(search.trim().toLowerCase());
}

function Add() {
  const [opened, setOpened] = useState(false);
  const [, go] = useLocation();
  const close = () => setOpened(false);
  return (
    <>
      <ActionButton
        requiredRole="admin"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        Add environment
      </ActionButton>
      <Modal opened={opened} onClose={close} title="Add environment">
        <EnvironmentForm onClose={close} onDone={(code) => go(`/environments/${code}`)} />
      </Modal>
    </>
  );
}

function Import() {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <ActionButton
        requiredRole="admin"
        variant="default"
        leftSection={<IconFileImport size={14} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        Import .env files
      </ActionButton>
      <Modal opened={opened} onClose={close} title="Import .env files" size="lg">
        <ImportForm onClose={close} />
      </Modal>
    </>
  );
}
