import { memo } from 'react';
import type { BarView } from '#src/operations/overview/overview-view.ts';
import { addressOf } from '../../base-path.ts';
import { clock, duration } from '../../ui/format.ts';
import { StatusSign, statusOfRun } from '../../ui/status.tsx';
import classes from './lanes.module.css';
import { hitPx, labelDetail, type RunPiece } from './layout.ts';

interface Props {
  piece: RunPiece;
  environment: string;
  /** The scale of the axis; it decides how much text fits on the bar. */
  pxPerSecond: number;
  /** In seconds from the anchor; the end of a running run. */
  now: number;
  /** Whether the Tab key stops here: one bar per lane; the arrow keys reach the others. */
  isStop: boolean;
}

/** A run on the time axis; links to the run. */
export const Bar = memo(function Bar({ piece, environment, pxPerSecond, now, isStop }: Props) {
  const { bar, start, end } = piece;
  const status = statusOfRun(bar);
  const width = ((end ?? now) - start) * pxPerSecond;
  const detail = labelDetail(width);
  return (
    <a
      href={addressOf(`/runs/${bar.id}`)}
      className={`${classes.bar} ${end === undefined ? classes.untilNow : ''}`}
      style={{ '--start': start, ...(end !== undefined && { '--end': end }) }}
      data-status={status}
      data-run={bar.id}
      data-has-card
      data-narrow={width < hitPx || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={barLabel(bar, environment)}
    >
      {detail !== 'none' && <StatusSign status={status} size={12} />}
      {(detail === 'all' || detail === 'number') && <span>#{bar.id}</span>}{' '}
      {detail === 'all' && <span className={classes.summary}>{bar.summary}</span>}
    </a>
  );
});

/** The accessible name: everything that the bar and its card show. */
function barLabel(bar: BarView, environment: string): string {
  const { id, summary, counts, startedAt, finishedAt } = bar;
  const kinds = ['passed', 'failed', 'broken', 'skipped'] as const;
  const tests = kinds.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  const durationPart =
    finishedAt === null ? [] : [`took ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`];
  return [
    // Starts with the visible text, so that speech input users can name it (WCAG 2.5.3).
    `#${id} ${summary}: ${statusOfRun(bar)} on ${environment}`,
    ...tests,
    `started ${clock(new Date(startedAt))}`,
    ...durationPart,
  ].join(', ');
}
