import type { Status } from './result.ts';

interface TimedTest {
  test: string;
  suite: string | undefined;
  /** Set while it is under way. */
  startedAt: Date | undefined;
  status: Status | undefined;
}

/**
 * How long a run will still take, in milliseconds: what its remaining tests took before. A test that never ran is taken for
 * an average one. `undefined` when nothing is known of any test, or there is no plan yet.
 */
export function timeLeft(
  plan: readonly TimedTest[],
  expected: readonly { test: string; suite: string | undefined; expectedMs: number }[],
  now: Date,
): number | undefined {
  if (expected.length === 0 || plan.length === 0) return undefined;
  const known = new Map(expected.map((each) => [keyOf(each), each.expectedMs]));
  const mean = expected.reduce((sum, { expectedMs }) => sum + expectedMs, 0) / expected.length;
  return (
    plan
      // A test that is tried again is under way although it has a result.
      .filter(({ status, startedAt }) => status === undefined || startedAt !== undefined)
      .reduce((sum, test) => {
        const whole = known.get(keyOf(test)) ?? mean;
        const spent = test.startedAt === undefined ? 0 : now.getTime() - test.startedAt.getTime();
        return sum + Math.max(0, whole - spent);
      }, 0)
  );
}

const keyOf = ({ test, suite }: { test: string; suite: string | undefined }) => `${suite ?? ''}:${test}`;
