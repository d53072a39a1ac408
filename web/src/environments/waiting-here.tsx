import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { approxDuration, clock, plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import classes from './environment.module.css';
import type { Lane, Now } from './queries.ts';

type Waiting = Now['queue'][number];

const columns: Column<Waiting>[] = [
  {
    name: 'Run',
    width: 'fit',
    value: ({ id }) => (
      <Anchor component={Link} href={`/runs/${id}`} underline="always">
        #{id}
      </Anchor>
    ),
  },
  { name: 'Position', width: 'fit', isNumber: true, value: ({ position }) => position },
  { name: 'Tests', width: 8, card: 'bare', value: ({ summary }) => <LongText text={summary} /> },
  { name: 'Reason', width: 12, share: 1, wraps: true, card: 'bare', value: ({ waits }) => waits.message },
  { name: 'Submitted', width: 'fit', value: ({ queuedAt }) => <Time at={queuedAt} /> },
  {
    name: 'Starts',
    width: 'fit',
    isNumber: true,
    value: ({ expectedStartAt }) => expectedStartAt && `~${clock(new Date(expectedStartAt))}`,
  },
];

/** The current run of an environment and its queue with reasons. Renders nothing when both are empty. */
export function WaitingHere({ now, lane }: { now: Now; lane: Lane }) {
  const waiting = now.queue.filter(({ environment }) => environment === lane.code);
  const { running } = lane;
  if (!running && lane.queued === 0) return null;
  return (
    <section className={classes.section} aria-labelledby="now">
      <h2 id="now">Now</h2>
      {running && (
        <p>
          <Anchor component={Link} href={`/runs/${running.id}`} underline="always">
            Run {running.id}
          </Anchor>
          : {running.done} of {plural(running.planned, 'test')}
          {running.msLeft !== null && `, ${approxDuration(running.msLeft)} left`}
          {running.current.length > 0 && (
            <span className={classes.dim}> · {running.current.map(({ test }) => test).join(', ')}</span>
          )}
        </p>
      )}
      {lane.queued > 0 && (
        <>
          <DataTable label="Waiting runs" rows={waiting} rowKey={({ id }) => id} columns={columns} />
          {lane.queued > waiting.length && (
            <p className={classes.dim}>and {plural(lane.queued - waiting.length, 'more run')}</p>
          )}
        </>
      )}
    </section>
  );
}
