import type { JournalEntry } from './harness.ts';

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

/** What the stand-in for MFTF wrote of one of its processes, with a sign of life every quarter of a second. */
export interface Lifetime {
  test: string;
  /** Monotonic milliseconds, the same clock in all containers. */
  from: number;
  /** Its end, or its last sign of life. */
  to: number;
}

/** The processes that the stand-in's own journal tells of (`MATRE_JOURNAL`), in the order of their starts. */
export function livesIn(content: string): Lifetime[] {
  const lifetimes: Lifetime[] = [];
  const latest = new Map<number, Lifetime>();
  for (const line of content.split('\n').filter((line) => line !== '')) {
    const { event, pid, test, monotonic } = JSON.parse(line);
    const known = latest.get(pid);
    if (event !== 'start' && known) {
      known.to = monotonic;
      continue;
    }
    const lifetime = { test, from: monotonic, to: monotonic };
    lifetimes.push(lifetime);
    // A number may be given again, above all after a container was started again.
    latest.set(pid, lifetime);
  }
  return lifetimes.sort((a, b) => a.from - b.from);
}
