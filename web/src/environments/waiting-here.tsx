import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { waitingColumns } from '../queue/waiting-columns.tsx';
import { approxDuration, plural } from '../ui/format.ts';
import { DataTable } from '../ui/table/data-table.tsx';
import classes from './environment.module.css';
import type { Lane, Now } from './queries.ts';

/** The current run of an environment and its queue with reasons. Renders nothing when both are empty. */
export function WaitingHere({ now, lane }: { now: Now; lane: Lane }) {
  const waiting = now.queue.filter(({ environment }) => environment === lane.code);
  const { running } = lane;
  const { run, position, tests, reason, start, submitted } = waitingColumns(Date.parse(now.at));
  if (!running && lane.queued === 0) return null;
  return (
    <section className={classes.section} aria-labelledby="now">
      <h2 id="now">Now</h2>
      {running && (
        <p>
          <Anchor component={Link} href={`/runs/${running.id}`}>
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
          <DataTable
            label="Waiting runs"
            rows={waiting}
            rowKey={({ id }) => id}
            columns={[run, position, tests, reason, start, submitted]}
          />
          {lane.queued > waiting.length && (
            <p className={classes.dim}>and {plural(lane.queued - waiting.length, 'more run')}</p>
          )}
        </>
      )}
    </section>
  );
}
