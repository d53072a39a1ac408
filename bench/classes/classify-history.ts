import { mapInTurns } from '../../src/async/map-in-turns.ts';
import type { TestedVersion } from '../../src/history/classes-by-outcome.ts';
import {
  classify,
  examine,
  keptOutcomes,
  type PastOutcome,
  type TimedOutcome,
} from '../../src/history/compare-run.ts';
import { causeOf } from '../../src/model/failure.ts';
import { groupBy } from '../../src/model/group-by.ts';
import { type HistoryLine, keyOf, type Truth } from './history.ts';

/** The classes of the tests of each run, by `keyOf`, as matre finds them when it compares the runs in the order of their times. */
export async function classifyHistory(lines: readonly HistoryLine[]): Promise<Truth> {
  const reported: Truth = new Map();
  const earlier = new Map<string, PastOutcome[]>();
  const runs = [...groupBy(lines, ({ environment, run }) => JSON.stringify([environment, run])).values()].map(
    (results) => ({ version: versionOf(results), results }),
  );
  runs.sort((one, other) => one.version.at.getTime() - other.version.at.getTime());
  for (const { version, results } of runs) {
    const tests = [
      ...groupBy(results, ({ test, suite }) => JSON.stringify([test, suite ?? ''])).values(),
    ].flatMap((attempts) => {
      const now = toOutcome(attempts);
      const [line] = attempts;
      if (now === undefined || line === undefined) return [];
      const name = JSON.stringify([line.environment, line.test, line.suite ?? '']);
      return [{ key: keyOf(line), name, now, past: earlier.get(name) ?? [] }];
    });
    const outcomes = await mapInTurns(tests, ({ now, past }) => examine(version, now, past));
    const { slowness, classified } = classify(outcomes);
    const run = { ...version, slowness };
    for (const [index, { classes }] of classified.entries()) {
      const { key, name, now, past } = tests[index] as (typeof tests)[number];
      if (classes.length > 0) reported.set(key, classes);
      earlier.set(name, [...past, { ...now, run }].slice(-keptOutcomes));
    }
  }
  return reported;
}

/** The commit and shop of a run are those of its first result. */
function versionOf(results: readonly HistoryLine[]): TestedVersion {
  const [first] = results;
  return {
    at: new Date(Math.min(...results.map(({ at }) => at.getTime()))),
    commit: first?.commit,
    shopVersion: first?.shopVersion,
  };
}

/** Of the last attempt that passed or failed. */
function toOutcome(attempts: readonly HistoryLine[]): TimedOutcome | undefined {
  const executed = attempts
    .filter(({ status }) => status === 'passed' || status === 'failed')
    .sort((one, other) => one.attempt - other.attempt);
  const last = executed.at(-1);
  if (last === undefined) return undefined;
  return {
    outcome: last.status === 'passed' ? 'passed' : 'failed',
    flaky: last.status === 'passed' && executed.some(({ status }) => status === 'failed'),
    durationMs: last.durationMs,
    cause: last.status === 'failed' ? causeOf(last.message ?? '') : undefined,
  };
}
