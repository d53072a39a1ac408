import { memo } from 'react';
import type { BarView } from '../../../../src/operations/overview/overview-view.ts';
import { clock, duration } from '../../ui/format.ts';
import { StatusSign, statusOfRun } from '../../ui/status.tsx';
import classes from './lanes.module.css';
import { hitPx, type RunPiece, roomOf } from './layout.ts';

interface Props {
  piece: RunPiece;
  environment: string;
  /** Of the axis; with it a bar knows what it has room for. */
  pxPerSecond: number;
  /** In seconds from the anchor, for the width of a run that executes. */
  now: number;
  /** One bar of a lane is reached with the tab key, the others with arrows. */
  isStop: boolean;
}

/** A run on the axis, and the way to it. */
export const Bar = memo(function Bar({ piece, environment, pxPerSecond, now, isStop }: Props) {
  const { bar, start, end } = piece;
  const status = statusOfRun(bar);
  const width = ((end ?? now) - start) * pxPerSecond;
  const room = roomOf(width);
  return (
    <a
      href={`/runs/${bar.id}`}
      className={`${classes.bar} ${end === undefined ? classes.untilNow : ''}`}
      style={{ '--s': start, ...(end !== undefined && { '--e': end }) }}
      data-status={status}
      data-run={bar.id}
      data-narrow={width < hitPx || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={tell(bar, environment)}
    >
      {room !== 'none' && <StatusSign status={status} size={12} />}
      {(room === 'all' || room === 'number') && <span>#{bar.id}</span>}{' '}
      {room === 'all' && <span className={classes.summary}>{bar.summary}</span>}
    </a>
  );
});

/** All that the picture says, in words. */
function tell(bar: BarView, environment: string): string {
  const { id, summary, counts, startedAt, finishedAt } = bar;
  const kinds = ['passed', 'failed', 'broken', 'skipped'] as const;
  const tests = kinds.filter((kind) => counts[kind] > 0).map((kind) => `${counts[kind]} ${kind}`);
  const took =
    finishedAt === null ? [] : [`took ${duration(Date.parse(finishedAt) - Date.parse(startedAt))}`];
  return [
    // First what is seen, so that who speaks to the page can name it.
    `#${id} ${summary}: ${statusOfRun(bar)} on ${environment}`,
    ...tests,
    `started ${clock(new Date(startedAt))}`,
    ...took,
  ].join(', ');
}
