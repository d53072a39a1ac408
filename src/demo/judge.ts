import { text } from 'node:stream/consumers';
import { getFiles } from '../engine/archive.ts';
import type { Engine } from '../engine/engine.ts';
import { journalPath } from '../engine/supervised.ts';

/** A test process, as the supervisor in its container wrote it down. Seconds since boot. */
export interface Interval {
  token: string;
  from: number;
  to: number;
}

/**
 * Reads the journal of a container's supervisor: `start|stop|end TOKEN SECONDS [DETAIL]`. Processes of one token follow each
 * other. One that never ended reaches to infinity.
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

/** How many pairs of processes of different runs were there at the same time. */
export function countOverlaps(intervals: Interval[]): number {
  let overlaps = 0;
  intervals.forEach((one, index) => {
    for (const other of intervals.slice(index + 1)) {
      if (one.token !== other.token && one.from < other.to && other.from < one.to) overlaps += 1;
    }
  });
  return overlaps;
}

/** The journal in a container; empty when there is no container. */
export async function readJournal(engine: Engine, name: string): Promise<string> {
  const container = await engine.inspect(name);
  if (!container) return '';
  const slash = journalPath.lastIndexOf('/');
  const wanted = { dir: journalPath.slice(0, slash), paths: [journalPath.slice(slash + 1)] };
  // Read to its end before the loop is left, which ends the stream.
  for await (const { content } of getFiles(engine, container.id, wanted)) return await text(content);
  return '';
}
