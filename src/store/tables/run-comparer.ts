import { mapInTurns } from '../../async/map-in-turns.ts';
import {
  classify,
  type ExaminedOutcome,
  examine,
  keptOutcomes,
  type PastOutcome,
  type TimedOutcome,
} from '../../history/compare-run.ts';
import type { ResultClass } from '../../model/result-class.ts';
import type { TestToCompare } from './compared-tests.ts';
import type { ComparedRun, Comparer, EarlierRun } from './comparer.ts';

/** Of a test without an outcome: it broke, was skipped, or has no result. */
const noOutcome = { classes: [], usualMs: undefined, flaky: false } as const;

/** Compares runs by the rules of `src/history`. The event loop turns meanwhile. */
export const runComparer: Comparer<ExaminedOutcome | undefined> = {
  keptOutcomes,

  examine: (run, tests, earlierRuns) =>
    mapInTurns(tests, (test) => {
      const now = toOutcome(test);
      return now && examine(run, now, toPast(test.earlier, earlierRuns));
    }),

  classify(tests) {
    const { slowness, classified } = classify(tests.filter((test) => test !== undefined));
    const outcomes = classified.values();
    return {
      slowness,
      tests: tests.map((test) => {
        const outcome = test && outcomes.next().value;
        return outcome ? { ...outcome, flaky: test.now.flaky } : noOutcome;
      }),
    };
  },
};

function toOutcome({ status, failedBefore, durationMs, cause }: TestToCompare): TimedOutcome | undefined {
  if (status !== 'passed' && status !== 'failed') return undefined;
  const flaky = status === 'passed' && failedBefore;
  return { outcome: status, flaky, durationMs, cause: status === 'failed' ? cause : undefined };
}

function toPast(
  earlier: TestToCompare['earlier'],
  earlierRuns: ReadonlyMap<number, EarlierRun>,
): PastOutcome[] {
  return earlier.flatMap(({ runId, ...outcome }) => {
    const run = earlierRuns.get(runId);
    return run ? [{ ...outcome, run }] : [];
  });
}

/** The classes of results by their outcomes alone, by `<suite>:<test>`: what can be said before a run has finished. */
export function classesByOutcome(
  run: ComparedRun,
  tests: readonly TestToCompare[],
  earlierRuns: ReadonlyMap<number, EarlierRun>,
): Map<string, ResultClass[]> {
  return new Map(
    tests.flatMap((test) => {
      const now = toOutcome(test);
      const classes = now ? examine(run, now, toPast(test.earlier, earlierRuns)).byOutcome : [];
      return classes.length > 0 ? [[`${test.suite}:${test.test}`, classes] as const] : [];
    }),
  );
}
