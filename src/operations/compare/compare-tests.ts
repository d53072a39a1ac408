import type { ComparedTest } from '../../store/tables/compared-runs.ts';

/** How a test of one run differs from the same test of another one, the most important first. */
export const differences = ['outcome', 'cause', 'duration', 'only-a', 'only-b'] as const;
export type Difference = (typeof differences)[number];

/** A test that differs; its side is `undefined` where it is not planned. */
export interface TestDifference {
  test: string;
  suite: string | undefined;
  difference: Difference;
  a: ComparedTest | undefined;
  b: ComparedTest | undefined;
}

export interface TestComparison {
  /** Tests that are planned on both sides. */
  common: number;
  /** Those that differ, in the order of the plan of A; those that are only in B follow. */
  differing: TestDifference[];
  /** The sums of the durations of the tests that passed on both sides, in milliseconds. */
  durations: { tests: number; aMs: number; bMs: number };
}

/** A shorter or longer test of the same shop differs by less than half, and by less than two seconds. */
const minRatio = 1.5;
const minDifferenceMs = 2_000;
/** How many standard deviations are more than noise. */
const minDeviations = 4;
/** The scale that makes a median absolute deviation a standard deviation, of normally distributed values. */
const deviationScale = 1.4826;
/** With fewer tests in common their median is no pace of the environment. */
const minPacedTests = 10;

/**
 * Compares the tests of two runs. A test that is in both has at most one difference, the first of `differences` that applies:
 * - another outcome, or another cause of the same kind of failure;
 * - another duration, of a test that passed on both sides: one that differs from the pace of the runs (the median ratio of the
 *   durations of their tests) by half or more, by at least two seconds, and by more than four times the spread of the ratios, so that
 *   neither noise nor a slow night of a whole environment counts.
 *
 * Swapping A and B gives the same tests with their sides swapped.
 */
export function compareTests(a: readonly ComparedTest[], b: readonly ComparedTest[]): TestComparison {
  const testsOfB = new Map(b.map((test) => [keyOf(test), test]));
  const pairs = a.map((test) => ({ a: test, b: testsOfB.get(keyOf(test)) }));
  const common = pairs.filter((pair): pair is Pair => pair.b !== undefined);
  const timed = common.flatMap(timedPair);
  const differsInDuration = durationTest(timed);
  const keysOfA = new Set(a.map(keyOf));
  return {
    common: common.length,
    differing: [
      ...pairs.flatMap(({ a, b }): TestDifference[] => {
        const difference = b === undefined ? 'only-a' : differenceOf({ a, b }, differsInDuration);
        return difference === undefined ? [] : [{ test: a.test, suite: a.suite, difference, a, b }];
      }),
      ...b
        .filter((test) => !keysOfA.has(keyOf(test)))
        .map(
          (test): TestDifference => ({
            ...{ test: test.test, suite: test.suite },
            ...{ difference: 'only-b', a: undefined, b: test },
          }),
        ),
    ],
    durations: {
      tests: timed.length,
      aMs: timed.reduce((sum, { aMs }) => sum + aMs, 0),
      bMs: timed.reduce((sum, { bMs }) => sum + bMs, 0),
    },
  };
}

interface Pair {
  a: ComparedTest;
  b: ComparedTest;
}

interface Timed {
  aMs: number;
  bMs: number;
}

const keyOf = ({ test, suite }: ComparedTest) => `${suite ?? ''}:${test}`;

function differenceOf(pair: Pair, differsInDuration: (timed: Timed) => boolean): Difference | undefined {
  const { a, b } = pair;
  if (a.outcome !== b.outcome) return 'outcome';
  if (a.cause !== b.cause) return 'cause';
  return timedPair(pair).some(differsInDuration) ? 'duration' : undefined;
}

/** The durations of a test that passed on both sides; those of other tests say when they stopped. */
function timedPair({ a, b }: Pair): Timed[] {
  const isTimed = a.outcome === 'passed' && b.outcome === 'passed';
  return isTimed && a.durationMs !== undefined && b.durationMs !== undefined
    ? [{ aMs: a.durationMs, bMs: b.durationMs }]
    : [];
}

/** Tells the durations that differ from the pace of two runs. Ratios are logarithms, so that the two sides are alike. */
function durationTest(timed: readonly Timed[]): (timed: Timed) => boolean {
  const isPaced = timed.length >= minPacedTests;
  const pace = isPaced ? median(timed.map(logRatio)) : 0;
  const spread = isPaced ? deviationScale * median(timed.map((each) => Math.abs(logRatio(each) - pace))) : 0;
  const minLogRatio = Math.max(Math.log(minRatio), minDeviations * spread);
  return (each) => {
    const half = Math.exp(pace / 2);
    return (
      Math.abs(logRatio(each) - pace) >= minLogRatio &&
      Math.abs(each.bMs / half - each.aMs * half) >= minDifferenceMs
    );
  };
}

/** A millisecond at least, because of tests that take none. */
const logRatio = ({ aMs, bMs }: Timed) => Math.log(Math.max(1, bMs)) - Math.log(Math.max(1, aMs));

/** The median of at least one value. The mean of the two in the middle, so that the median of the negated values is the negated one. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor((sorted.length - 1) / 2);
  const next = Math.ceil((sorted.length - 1) / 2);
  return ((sorted[middle] as number) + (sorted[next] as number)) / 2;
}
