import type { JournalEntry } from './harness.ts';

/** A process in a container, from its start to the end of its last child. */
export interface Interval {
  /** From the token `run-<id>-<fence>`. */
  runId: number;
  fence: number;
  from: number;
  /** Missing when its supervisor was killed with it. */
  to: number | undefined;
}

/** The processes of a journal, in the order of their starts. */
export function intervalsOf(journal: JournalEntry[]): Interval[] {
  const intervals: Interval[] = [];
  for (const { event, token, at } of journal) {
    const [, run = '', fence = ''] = /^run-(\d+)-(\d+)$/.exec(token) ?? [];
    if (event === 'start')
      intervals.push({ runId: Number(run), fence: Number(fence), from: at, to: undefined });
    if (event !== 'end') continue;
    const open = intervals.find((one) => one.to === undefined && token === `run-${one.runId}-${one.fence}`);
    if (open) open.to = at;
  }
  return intervals;
}

/** Pairs of processes of different runs or fences that existed at the same time. */
export function overlapsIn(intervals: Interval[]): [Interval, Interval][] {
  return intervals.flatMap((one, index) =>
    intervals
      .slice(index + 1)
      .filter((other) => other.runId !== one.runId || other.fence !== one.fence)
      .filter((other) => other.from < (one.to ?? Infinity) && one.from < (other.to ?? Infinity))
      .map((other): [Interval, Interval] => [one, other]),
  );
}

/** The runs of a journal, in the order of their first processes. */
export function runsIn(intervals: Interval[]): number[] {
  return [...new Set(intervals.map(({ runId }) => runId))];
}

/** A process as recorded by the stand-in for MFTF, with a heartbeat every quarter of a second. */
export interface Lifetime {
  test: string;
  /** Monotonic milliseconds, the same clock in all containers. */
  from: number;
  /** Its end, or its last heartbeat. */
  to: number;
}

/** The processes of the stand-in's own journal (`MATRE_JOURNAL`), in the order of their starts. */
export function lifetimesIn(content: string): Lifetime[] {
  const lifetimes: Lifetime[] = [];
  const latest = new Map<number, Lifetime>();
  for (const line of content.split('\n').filter((line) => line !== '')) {
    const { event, pid, test, monotonic } = JSON.parse(line);
    const previous = latest.get(pid);
    if (event !== 'start' && previous) {
      previous.to = monotonic;
      continue;
    }
    const lifetime = { test, from: monotonic, to: monotonic };
    lifetimes.push(lifetime);
    // A pid can be reused, above all after a restart of the container.
    latest.set(pid, lifetime);
  }
  return lifetimes.sort((a, b) => a.from - b.from);
}
