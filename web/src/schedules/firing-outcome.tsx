import { Anchor } from '@mantine/core';
import { Link } from 'wouter';
import type { FiringView } from '#src/operations/schedules/schedule-view.ts';
import { StatusBadge, StatusSign, statusOfRun } from '../ui/status.tsx';
import classes from './schedules.module.css';

/** The outcome of a firing: its runs, or why it has none. */
export function FiringOutcome({ firing }: { firing: FiringView }) {
  const { outcome, runs, reason } = firing;
  const [firstRun] = runs;
  if (outcome !== 'fired') {
    return (
      <span title={reason?.message}>
        <StatusBadge status={outcome === 'failed' ? 'broken' : 'skipped'}>{outcome}</StatusBadge>
      </span>
    );
  }
  return (
    <span className={classes.runs}>
      {runs.map((run) => {
        const status = statusOfRun(run as Parameters<typeof statusOfRun>[0]);
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
                <span className={classes.hidden}>{title}</span>
                <span aria-hidden>{run.environment}</span>
              </>
            )}
          </Anchor>
        );
      })}
    </span>
  );
}
