import { text } from 'node:stream/consumers';
import { getFiles } from '../engine/archive.ts';
import type { Engine } from '../engine/engine.ts';
import { journalPath } from '../engine/supervised.ts';

/** The lifetime of a test process, as the supervisor in its container recorded it. Seconds since boot. */
export interface Interval {
  token: string;
  from: number;
  to: number;
}

/**
 * Parses the journal of the supervisor of a container: lines of `start|stop|end TOKEN SECONDS [DETAIL]`. Processes with the same token
 * run one after another. A process that never ended has the end `Infinity`.
 */
export function intervalsOf(journal: string): Interval[] {
  const intervals: Interval[] = [];
  const open = new Map<string, Interval>();
  for (const line of journal.split('\n')) {
    const [word, token, seconds] = line.split(' ');
    if (token === undefined) continue;
    if (word === 'start') {
      const interval = { token, from: Number(seconds), to: Number.POSITIVE_INFINITY };
      open.set(token, interval);
      intervals.push(interval);
    } else if (word === 'end') {
      const interval = open.get(token);
      if (interval) interval.to = Number(seconds);
      open.delete(token);
    }
  }
  return intervals;
}

/** The number of pairs of processes of different runs that existed at the same time. */
export function countOverlaps(intervals: Interval[]): number {
  let overlaps = 0;
  intervals.forEach((one, index) => {
    for (const other of intervals.slice(index + 1)) {
      if (one.token !== other.token && one.from < other.to && other.from < one.to) overlaps += 1;
    }
  });
  return overlaps;
}

/** The journal of a container; empty when there is no container. */
export async function readJournal(engine: Engine, name: string): Promise<string> {
  const container = await engine.inspect(name);
  if (!container) return '';
  const slash = journalPath.lastIndexOf('/');
  const request = { dir: journalPath.slice(0, slash), paths: [journalPath.slice(slash + 1)] };
  // The content must be read before the loop is left, which ends the stream.
  for await (const { content } of getFiles(engine, container.id, request)) return await text(content);
  return '';
}
