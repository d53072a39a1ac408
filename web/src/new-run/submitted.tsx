import { Anchor, Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import type { Now } from '../environments/queries.ts';
import classes from '../selection/preview.module.css';
import { clock, plural } from '../ui/format.ts';
import { StatusBadge } from '../ui/status.tsx';
import type { Submitted as Runs } from './use-submit.ts';

/** The runs that were just submitted, with their current queue positions. */
export function Submitted({ runs, now, onClose }: { runs: Runs; now: Now; onClose: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <section className={classes.preview} aria-labelledby="submitted">
      <h2 id="submitted" ref={heading} tabIndex={-1} className={classes.headline}>
        {plural(runs.length, 'run')} submitted
      </h2>
      <table className={classes.environments}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Environment</th>
            <th scope="col">State</th>
            <th scope="col" className={classes.number}>
              Starts
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map(({ id, environment }) => {
            const waiting = now.queue.find((each) => each.id === id);
            const isRunning = now.lanes.some((lane) => lane.running?.id === id);
            return (
              <tr key={id}>
                <th scope="row">
                  <Anchor component={Link} href={`/runs/${id}`} underline="always">
                    #{id}
                  </Anchor>
                </th>
                <td>{environment}</td>
                <td className={classes.wrapped}>
                  {isRunning ? (
                    <StatusBadge status="running" />
                  ) : waiting ? (
                    <>
                      {waiting.position > 1 && `position ${waiting.position}: `}
                      {waiting.waits.message}
                    </>
                  ) : (
                    ''
                  )}
                </td>
                <td className={classes.number}>
                  {waiting?.expectedStartAt && `~${clock(new Date(waiting.expectedStartAt))}`}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div className={classes.buttons}>
        <Button component={Link} href="/" variant="default">
          Show on the overview
        </Button>
        <Button variant="subtle" onClick={onClose}>
          Back to form
        </Button>
      </div>
    </section>
  );
}
