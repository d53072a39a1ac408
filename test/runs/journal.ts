import type { JournalEntry } from './stage.ts';

/** What one process in a container was, from its start to the moment when nothing of it was left. */
export interface Interval {
  /** Of the token `run-<id>-<fence>`. */
  runId: number;
  fence: number;
  from: number;
  /** Absent when its supervisor was killed with it. */
  to: number | undefined;
}

/** The processes that a journal tells of, in the order of their starts. */
export function intervalsOf(journal: JournalEntry[]): Interval[] {
  const intervals: Interval[] = [];
  for (const { word, token, at } of journal) {
    const [, run = '', fence = ''] = /^run-(\d+)-(\d+)$/.exec(token) ?? [];
    if (word === 'start')
      intervals.push({ runId: Number(run), fence: Number(fence), from: at, to: undefined });
    if (word !== 'end') continue;
    const open = intervals.find((one) => one.to === undefined && token === `run-${one.runId}-${one.fence}`);
    if (open) open.to = at;
  }
  return intervals;
}

/** Pairs of processes of different runs or fences that were there at the same time. */
export function overlapsIn(intervals: Interval[]): [Interval, Interval][] {
  return intervals.flatMap((one, index) =>
    intervals
      .slice(index + 1)
      .filter((other) => other.runId !== one.runId || other.fence !== one.fence)
      .filter((other) => other.from < (one.to ?? Infinity) && one.from < (other.to ?? Infinity))
      .map((other): [Interval, Interval] => [one, other]),
  );
}

/** The runs that a journal tells of, in the order in which they first did something. */
export function runsIn(intervals: Interval[]): number[] {
  return [...new Set(intervals.map(({ runId }) => runId))];
}
