import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { FiringView } from '#src/operations/schedules/schedule-view.ts';
import { plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Status, StatusBadge, StatusSign, statusOfRun } from '../ui/status.tsx';
import classes from './schedules.module.css';

/** The outcome of a firing: its runs, or why it has none. */
export function FiringOutcome({ firing }: { firing: FiringView }) {
  const { outcome, runs, reason } = firing;
  const [firstRun] = runs;
  if (outcome !== 'fired') {
    return (
      <span title={reason?.message}>
        <StatusBadge status={outcome === 'failed' ? 'broken' : 'skipped'}>
          {outcome === 'failed' ? 'could not fire' : outcome}
        </StatusBadge>
      </span>
    );
  }
  return (
    <span className={classes.runs}>
      {runs.map((run) => {
        const status = statusOf(run);
        const title = `Run ${run.id} on ${run.environment}: ${run.reason?.message ?? status}`;
        return (
          <Anchor
            key={run.id}
            component={Link}
            href={`/runs/${run.id}`}
            title={title}
            className={classes.run}
          >
            {run === firstRun && runs.length === 1 ? (
              <StatusBadge status={status} />
            ) : (
              <>
                <StatusSign status={status} />
                <span className={classes.hidden}>{`Run ${run.id}: ${status} on `}</span>
                <LongText text={run.environment} />
              </>
            )}
          </Anchor>
        );
      })}
    </span>
  );
}

type FiredRun = FiringView['runs'][number];
const statusOf = (run: FiredRun) => statusOfRun(run as Parameters<typeof statusOfRun>[0]);

/** The runs of a firing counted by status: `6 passed, 2 failed`. */
export function RunCounts({ firing: { runs } }: { firing: FiringView }) {
  const counts = new Map<Status, number>();
  for (const run of runs) counts.set(statusOf(run), (counts.get(statusOf(run)) ?? 0) + 1);
  return (
    <span className={classes.runs} title={plural(runs.length, 'run')}>
      {[...counts].map(([status, count]) => (
        <StatusBadge key={status} status={status}>
          {count} {status}
        </StatusBadge>
      ))}
    </span>
  );
}
