import type { BarView, LaneView, QueuedView } from '../../../../src/operations/overview/overview-view.ts';
import { calendarDay, clock } from '../../ui/format.ts';

/**
 * Where things stand on the time axis, in seconds from a fixed moment (`anchor`). What was laid out once stays as it is
 * while time goes on: the page moves the axis below it (lanes.module.css).
 */
export type Piece =
  | RunPiece
  /** What the run that executes will probably still take, from now on. */
  | { kind: 'expected'; end: number | undefined }
  /** `end` is absent where nobody knows how long it takes. */
  | { kind: 'queued'; run: QueuedView; start: number; end: number | undefined }
  /** Nothing starts from then on. */
  | { kind: 'paused'; start: number };

export interface RunPiece {
  kind: 'run';
  bar: BarView;
  start: number;
  /** Absent while the run executes: it ends at the line of now. */
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
  for (const bar of lane.bars) {
    const end = bar.finishedAt === null ? undefined : seconds(bar.finishedAt);
    pieces.push({ kind: 'run', bar, start: seconds(bar.startedAt), end });
  }
  if (lane.running) {
    const { msLeft } = lane.running;
    pieces.push({ kind: 'expected', end: msLeft === null ? undefined : (at + msLeft - anchor) / 1000 });
  }
  for (const run of queue) {
    // Without a time it has no place on the axis; the number beside the lane counts it.
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

/** Round times of the reader's clock between `from` and `to` (seconds from the anchor), at least `apartPx` from each other. */
export function layOutTicks(
  { from, to, anchor }: { from: number; to: number; anchor: number },
  { widthPx, apartPx }: { widthPx: number; apartPx: number },
): Tick[] {
  const least = ((to - from) * apartPx) / Math.max(widthPx, 1);
  const step = steps.find((each) => each >= least) ?? (steps.at(-1) as number);
  const zone = new Date(anchor + from * 1000).getTimezoneOffset() * 60;
  // Of the reader's zone, so that a step of six hours meets midnight.
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

/** A bar that is narrower is missed by people with a mouse. */
export const hitPx = 12;
/** A crowd that is wider is several, so that each tells about when it was. */
const clusterPx = 48;

/** What is drawn as one thing, and opened as one. */
export type Drawn = Piece | { kind: 'several'; runs: [RunPiece, ...RunPiece[]] };

/** The same pieces, but runs together that are too narrow to be hit one by one, and too near to each other. */
export function cluster(pieces: readonly Piece[], pxPerSecond: number): Drawn[] {
  const isNarrow = ({ start, end }: RunPiece) => end !== undefined && (end - start) * pxPerSecond < hitPx;
  const drawn: Drawn[] = [];
  for (const piece of pieces) {
    const last = drawn.at(-1);
    const cluster = last?.kind === 'run' ? [last] : last?.kind === 'several' ? last.runs : [];
    const [first, before] = [cluster[0], cluster.at(-1)];
    const belongs =
      piece.kind === 'run' &&
      isNarrow(piece) &&
      first !== undefined &&
      before !== undefined &&
      isNarrow(before) &&
      (piece.start - before.start) * pxPerSecond < hitPx &&
      (piece.start - first.start) * pxPerSecond < clusterPx;
    if (belongs) drawn[drawn.length - 1] = { kind: 'several', runs: [first, ...cluster.slice(1), piece] };
    else drawn.push(piece);
  }
  return drawn;
}

/** How much of its text a bar of this width can hold. */
export function roomOf(widthPx: number): 'all' | 'number' | 'sign' | 'none' {
  if (widthPx >= 104) return 'all';
  if (widthPx >= 64) return 'number';
  return widthPx >= 22 ? 'sign' : 'none';
}

/** The runs that wait on each environment, in their order. */
export function byEnvironment(queue: readonly QueuedView[]): Map<string, QueuedView[]> {
  const lanes = new Map<string, QueuedView[]>();
  for (const run of queue) lanes.set(run.environment, [...(lanes.get(run.environment) ?? []), run]);
  return lanes;
}
