import type { FileResult } from './file-result.ts';

/** A longer time without a test is between two executions: builds of modules in between take minutes, and nights are a day apart. */
const maxPauseMs = 30 * 60_000;

/** A file of results, with its tests in any order. */
interface ResultFile {
  results: readonly FileResult[];
}

/**
 * The files of each execution of tests, in the order of their times. Many tools write a file for each class, so that files which have no test
 * in common and follow each other closely, or overlap, are of one execution; a test that comes again begins the next one.
 */
export function groupExecutions<File extends ResultFile>(files: readonly File[]): File[][] {
  const groups: File[][] = [];
  let tests = new Set<string>();
  let endMs = Number.NEGATIVE_INFINITY;
  const inOrder = files
    .map((file) => ({ file, times: timesOf(file) }))
    .toSorted((one, other) => one.times.startMs - other.times.startMs);
  for (const { file, times } of inOrder) {
    const keys = file.results.map(({ test, suite, variant }) => JSON.stringify([suite, test, variant]));
    const group = groups.at(-1);
    if (group && times.startMs <= endMs + maxPauseMs && !keys.some((key) => tests.has(key))) {
      group.push(file);
    } else {
      groups.push([file]);
      tests = new Set();
      endMs = times.endMs;
    }
    for (const key of keys) tests.add(key);
    endMs = Math.max(endMs, times.endMs);
  }
  return groups;
}

function timesOf({ results }: ResultFile): { startMs: number; endMs: number } {
  let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startedAt, durationMs } of results) {
    startMs = Math.min(startMs, startedAt.getTime());
    endMs = Math.max(endMs, startedAt.getTime() + durationMs);
  }
  return { startMs, endMs };
}
