import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { RunHookView } from '#src/operations/hooks/hook-view.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Status, StatusBadge } from '../ui/status.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Elapsed, Time } from '../ui/time.tsx';
import { fileOf, hooksQuery } from './queries.ts';
import classes from './run.module.css';

/**
 * The hooks of a run that failed or are being executed, above its tests, with a line of their messages: the table of all hooks, below
 * the tests, has the rest. Renders nothing when there are none.
 */
export function UrgentHooks({ id }: { id: number }) {
  const { data } = useQuery(hooksQuery(id));
  const hooks = data?.hooks.filter(({ state }) => state !== 'passed' && state !== 'waiting') ?? [];
  if (hooks.length === 0) return null;
  return (
    <ul className={classes.hooks} aria-label="Failed and running hooks">
      {hooks.map((hook) => (
        <li key={`${hook.round}/${hook.name}`}>
          <StatusBadge status={statuses[hook.state]}>{hook.state}</StatusBadge> <b>{hook.name}</b>{' '}
          {hook.moment} the tests <HookLog hook={hook} />
          {hook.message && <LongText text={hook.message} isSentence />}
        </li>
      ))}
    </ul>
  );
}

/** The hooks of a run, with their time and log; nothing when it has none. */
export function RunHooks({ id }: { id: number }) {
  const { data } = useQuery(hooksQuery(id));
  if (!data || data.hooks.length === 0) return null;
  return (
    <section aria-labelledby="hooks">
      <h2 id="hooks">Hooks</h2>
      <DataTable
        label="Hooks"
        rows={data.hooks}
        rowKey={({ round, name }) => `${round}/${name}`}
        columns={columns}
      />
    </section>
  );
}

const statuses: Record<RunHookView['state'], Status> = {
  waiting: 'queued',
  running: 'running',
  passed: 'passed',
  failed: 'failed',
  interrupted: 'broken',
};

const columns: Column<RunHookView>[] = [
  { name: 'When', width: 'fit', value: ({ moment }) => moment },
  {
    name: 'Name',
    width: 10,
    share: 1,
    value: ({ name, summary }) => (
      <span title={summary}>
        <LongText text={name} />
      </span>
    ),
  },
  {
    name: 'State',
    width: 'fit',
    value: ({ state, starts }) => (
      <StatusBadge status={statuses[state]}>
        {state === 'waiting' ? 'not executed' : starts > 1 ? `${state}, ${starts} starts` : state}
      </StatusBadge>
    ),
  },
  {
    name: 'Started',
    width: 'fit',
    value: ({ startedAt }) => startedAt && <Time at={startedAt} as="clock" />,
  },
  {
    name: 'Duration',
    width: 'fit',
    value: ({ startedAt, endedAt }) => startedAt && <Elapsed since={startedAt} until={endedAt} />,
  },
  {
    name: 'Message',
    width: 12,
    share: 2,
    wraps: true,
    value: ({ message, code }) =>
      message && (
        <>
          {message} <code>{code}</code>
        </>
      ),
  },
  {
    name: 'Log',
    width: 'fit',
    value: (hook) => <HookLog hook={hook} />,
  },
];

function HookLog({ hook: { run, log, name } }: { hook: RunHookView }) {
  if (!log) return null;
  return (
    <Anchor href={fileOf(run, log)} target="_blank" rel="noreferrer" aria-label={`Log of ${name}`}>
      log
    </Anchor>
  );
}
