import type { BarView, LaneView, QueuedView } from '#src/operations/overview/overview-view.ts';
import type { ReservationView } from '#src/operations/reservations/reservation-view.ts';
import { calendarDay, clock } from '../../ui/format.ts';

/**
 * A piece of a lane on the time axis, in seconds from a fixed time (`anchor`). Pieces need no new layout as time passes: CSS
 * moves the axis instead (lanes.module.css).
 */
export type Piece =
  | RunPiece
  /** The estimated rest of the running run, from now on. */
  | { kind: 'expected'; end: number | undefined }
  /** `end` is undefined when the duration is unknown. */
  | { kind: 'queued'; run: QueuedView; start: number; end: number | undefined }
  /** A reservation, from its begin or expected begin to its end. */
  | { kind: 'reserved'; reservation: ReservationView; start: number; end: number }
  /** The environment is paused from `start` on. */
  | { kind: 'paused'; start: number };

export interface RunPiece {
  kind: 'run';
  bar: BarView;
  start: number;
  /** Undefined while the run is running: the bar ends at the "now" line. */
  end: number | undefined;
}

export function layOutLane(
  lane: LaneView,
  queue: readonly QueuedView[],
  { anchor, at }: { anchor: number; at: number },
): Piece[] {
  const seconds = (time: string) => (Date.parse(time) - anchor) / 1000;
  const pieces: Piece[] = [];
  if (lane.paused) pieces.push({ kind: 'paused', start: seconds(lane.paused.since) });
  for (const reservation of lane.reservations) {
    const { begunAt, expectedBeginAt, endsAt, durationMs } = reservation;
    const begin = begunAt ?? expectedBeginAt;
    // Without an expected begin it has no position on the axis.
    if (begin === null) continue;
    const start = seconds(begin);
    const end = endsAt === null ? start + (durationMs ?? 0) / 1000 : seconds(endsAt);
    pieces.push({ kind: 'reserved', reservation, start, end });
  }
  for (const bar of lane.bars) {
    const end = bar.finishedAt === null ? undefined : seconds(bar.finishedAt);
    pieces.push({ kind: 'run', bar, start: seconds(bar.startedAt), end });
  }
  if (lane.running) {
    const { msLeft } = lane.running;
    pieces.push({ kind: 'expected', end: msLeft === null ? undefined : (at + msLeft - anchor) / 1000 });
  }
  for (const run of queue) {
    // Without an expected start it has no position on the axis; the count next to the lane includes it.
    if (run.expectedStartAt === null) continue;
    const start = seconds(run.expectedStartAt);
    pieces.push({
      kind: 'queued',
      run,
      start,
      end: run.expectedMs === null ? undefined : start + run.expectedMs / 1000,
    });
  }
  return pieces;
}

export interface Tick {
  /** In seconds from the anchor. */
  at: number;
  label: string;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440].map((minutes) => minutes * 60);

/** Round local times between `from` and `to` (seconds from the anchor), at least `apartPx` apart. */
export function layOutTicks(
  { from, to, anchor }: { from: number; to: number; anchor: number },
  { widthPx, apartPx }: { widthPx: number; apartPx: number },
): Tick[] {
  const minStep = ((to - from) * apartPx) / Math.max(widthPx, 1);
  const step = steps.find((each) => each >= minStep) ?? (steps.at(-1) as number);
  const zone = new Date(anchor + from * 1000).getTimezoneOffset() * 60;
  // In local time, so that steps of six hours include midnight.
  const offset = anchor / 1000 - zone;
  const ticks: Tick[] = [];
  for (let local = Math.ceil((from + offset) / step) * step; local - offset <= to; local += step) {
    const at = local - offset;
    const date = new Date(anchor + at * 1000);
    const isMidnight = local % 86_400 === 0;
    ticks.push({ at, label: isMidnight ? calendarDay(date) : clock(date) });
  }
  return ticks;
}

/** Narrower bars are hard to click. */
export const hitPx = 12;
/** A wider cluster is split, so that the position of each shows its time. */
const clusterPx = 48;

/** A piece, or a cluster of runs that is drawn and opened as one element. */
export type DrawnPiece = Piece | { kind: 'cluster'; runs: [RunPiece, ...RunPiece[]] };

/** Clusters runs that are too narrow and too close together to click one by one. Other pieces stay unchanged. */
export function cluster(pieces: readonly Piece[], pxPerSecond: number): DrawnPiece[] {
  const isNarrow = ({ start, end }: RunPiece) => end !== undefined && (end - start) * pxPerSecond < hitPx;
  const drawnPieces: DrawnPiece[] = [];
  for (const piece of pieces) {
    const last = drawnPieces.at(-1);
    const cluster = last?.kind === 'run' ? [last] : last?.kind === 'cluster' ? last.runs : [];
    const [first, before] = [cluster[0], cluster.at(-1)];
    const joinsCluster =
      piece.kind === 'run' &&
      isNarrow(piece) &&
      first !== undefined &&
      before !== undefined &&
      isNarrow(before) &&
      (piece.start - before.start) * pxPerSecond < hitPx &&
      (piece.start - first.start) * pxPerSecond < clusterPx;
    if (joinsCluster)
      drawnPieces[drawnPieces.length - 1] = { kind: 'cluster', runs: [first, ...cluster.slice(1), piece] };
    else drawnPieces.push(piece);
  }
  return drawnPieces;
}

/** How much text fits on a bar of this width. */
export function labelDetail(widthPx: number): 'all' | 'number' | 'sign' | 'none' {
  if (widthPx >= 104) return 'all';
  if (widthPx >= 64) return 'number';
  return widthPx >= 22 ? 'sign' : 'none';
}

/** The queued runs by environment, in queue order. */
export function byEnvironment(queue: readonly QueuedView[]): Map<string, QueuedView[]> {
  const lanes = new Map<string, QueuedView[]>();
  for (const run of queue) lanes.set(run.environment, [...(lanes.get(run.environment) ?? []), run]);
  return lanes;
}
