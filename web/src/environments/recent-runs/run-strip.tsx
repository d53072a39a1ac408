import { Link } from 'wouter';
import type { Verdict } from '#src/model/run.ts';
import { duration } from '../../ui/format.ts';
import { colourOf, type Status, StatusSign, statusOfRun } from '../../ui/status.tsx';
import { barHeights } from './bar-heights.ts';
import classes from './run-strip.module.css';

/** The fields of a run that a small bar shows. */
export interface StripRun {
  id: number;
  summary: string;
  state: 'queued' | 'running' | 'finished';
  verdict: Verdict | null;
  startedAt: string | null;
  finishedAt: string | null;
}

/** The last runs as cells in one line, newest on the right. Screen readers read a summary. */
export function RunCells({ runs }: { runs: StripRun[] }) {
  const statuses = runs.map(statusOfRun);
  return (
    <span className={classes.cells} role="img" aria-label={tally(statuses)} title={tally(statuses)}>
      {statuses.map((status, index) => (
        <span key={runs[index]?.id} className={classes.cell} data-status={status}>
          <StatusSign status={status} size={10} />
        </span>
      ))}
    </span>
  );
}

/** The last runs as bars, newest on the right. The height shows the duration; each bar links to its run. */
export function RunBars({ runs }: { runs: StripRun[] }) {
  const heights = barHeights(runs.map(msOf));
  return (
    <ol className={classes.bars} aria-label="Last runs">
      {runs.map((run, index) => {
        const status = statusOfRun(run);
        const ms = msOf(run);
        const words = `#${run.id} ${run.summary}: ${status}${ms === undefined ? '' : `, ${duration(ms)}`}`;
        return (
          <li key={run.id}>
            <Link href={`/runs/${run.id}`} className={classes.bar} aria-label={words} title={words}>
              <span
                className={classes.fill}
                style={{ height: heights[index], background: colourOf(status) }}
              />
              <StatusSign status={status} size={11} />
            </Link>
          </li>
        );
      })}
    </ol>
  );
}

function msOf({ startedAt, finishedAt }: StripRun): number | undefined {
  if (startedAt === null || finishedAt === null) return undefined;
  return new Date(finishedAt).getTime() - new Date(startedAt).getTime();
}

function tally(statuses: Status[]): string {
  const counts = new Map<Status, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${status}`).join(', ') || 'no runs';
}
