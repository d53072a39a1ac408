import type { Status } from './result.ts';

/** The remaining work of a run. Tests are identified by their position in the plan, from 1. */
interface Work {
  planned: number;
  /** Tests that have no result, or are retried. */
  open: readonly number[];
  /** Open tests that are under way. */
  current: readonly { position: number; startedAt: Date }[];
  /** Durations of tests in earlier runs. */
  expected: readonly { position: number; expectedMs: number }[];
  /** How many tests are executed in parallel. */
  slots: number;
}

interface PlannedTest {
  /** Set while the test is under way. */
  startedAt: Date | undefined;
  status: Status | undefined;
}

/** The remaining work of a run by its plan. */
export function workOf(plan: readonly PlannedTest[], expected: Work['expected'], slots: number): Work {
  const tests = plan.map(({ status, startedAt }, index) => ({ position: index + 1, status, startedAt }));
  return {
    planned: plan.length,
    // A retried test is under way although it has a result.
    open: tests
      .filter(({ status, startedAt }) => status === undefined || startedAt !== undefined)
      .map(({ position }) => position),
    current: tests.flatMap(({ position, startedAt }) => (startedAt ? [{ position, startedAt }] : [])),
    expected,
    slots,
  };
}

/**
 * The time that a run will still take, in milliseconds, and the share of its time that has passed (0 to 1), by the earlier
 * durations of its tests. A test that never ran counts as an average one. `undefined` when there is no plan yet, or when fewer than
 * half of the tests that remain have run before: the others say nothing of them.
 */
export function timeLeft(
  { planned, open, current, expected, slots }: Work,
  now: Date,
): { msLeft: number; share: number } | undefined {
  if (expected.length === 0 || planned === 0) return undefined;
  const withHistory = new Set(expected.map(({ position }) => position));
  if (open.filter((position) => withHistory.has(position)).length * 2 < open.length) return undefined;
  const sum = expected.reduce((total, { expectedMs }) => total + expectedMs, 0);
  const mean = sum / expected.length;
  const total = sum + (planned - expected.length) * mean;
  const durations = new Map(expected.map(({ position, expectedMs }) => [position, expectedMs]));
  const startedAt = new Map(current.map((each) => [each.position, each.startedAt]));
  const restMs = open.reduce((rest, position) => {
    const spent = now.getTime() - (startedAt.get(position)?.getTime() ?? now.getTime());
    return rest + Math.max(0, (durations.get(position) ?? mean) - Math.max(0, spent));
  }, 0);
  const parallel = Math.max(1, Math.min(slots, open.length));
  return { msLeft: restMs / parallel, share: total === 0 ? 0 : Math.min(1, Math.max(0, 1 - restMs / total)) };
}
