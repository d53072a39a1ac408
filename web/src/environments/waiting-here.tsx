import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import { approxDuration, clock, plural } from '../ui/format.ts';
import { Time } from '../ui/time.tsx';
import classes from './environment.module.css';
import type { Lane, Now } from './queries.ts';

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
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col" className={classes.number}>
                  Position
                </th>
                <th scope="col">Run</th>
                <th scope="col">Reason</th>
                <th scope="col">Submitted</th>
                <th scope="col" className={classes.number}>
                  Starts
                </th>
              </tr>
            </thead>
            <tbody>
              {waiting.map(({ id, position, summary, waits, queuedAt, expectedStartAt }) => (
                <tr key={id}>
                  <td className={classes.number}>{position}</td>
                  <th scope="row">
                    <Anchor component={Link} href={`/runs/${id}`} underline="always">
                      #{id}
                    </Anchor>{' '}
                    {summary}
                  </th>
                  <td>{waits.message}</td>
                  <td>
                    <Time at={queuedAt} />
                  </td>
                  <td className={classes.number}>
                    {expectedStartAt && `~${clock(new Date(expectedStartAt))}`}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {lane.queued > waiting.length && (
            <p className={classes.dim}>and {plural(lane.queued - waiting.length, 'more run')}</p>
          )}
        </div>
      )}
    </section>
  );
}
