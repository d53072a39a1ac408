import { Anchor, Button, Modal, TextInput } from '@mantine/core';
import { IconFileImport, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ActionButton } from '../ui/action-button.tsx';
import { plural } from '../ui/format.ts';
import { useQueryState } from '../ui/query-state.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
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
            {counts
              .filter(({ word, count }) => count > 0 || state === word)
              .map(({ word, count }) => (
                <Button
                  key={word}
                  size="compact-xs"
                  variant={state === word ? 'filled' : 'subtle'}
                  aria-pressed={state === word}
                  onClick={() => setState(state === word ? '' : word)}
                >
                  {count} {word}
                </Button>
              ))}
            <span className={classes.count} aria-live="polite">
              {visibleLanes.length < lanes.length &&
                `${visibleLanes.length} of ${plural(lanes.length, 'environment')}`}
            </span>
          </div>
          {visibleLanes.length === 0 ? (
            <EmptyState title="No environments match these filters">
              <Anchor component={Link} href="/environments" underline="always">
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

const states: { word: string; has: (lane: Lane) => boolean }[] = [
  { word: 'running', has: (lane) => lane.running !== null },
  { word: 'waiting', has: (lane) => lane.queued > 0 },
  { word: 'paused', has: (lane) => lane.paused !== null },
  { word: 'idle', has: (lane) => lane.running === null && lane.queued === 0 && lane.paused === null },
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
