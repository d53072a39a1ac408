import type { Status } from './result.ts';

/** What of a run is still to do. Tests are named by their place in the plan, from 1. */
interface Work {
  planned: number;
  /** Those that have no result, or are tried again. */
  open: readonly number[];
  /** Those of them that are under way. */
  current: readonly { position: number; startedAt: Date }[];
  /** How long tests took before. */
  expected: readonly { position: number; expectedMs: number }[];
  /** How many are executed at a time. */
  slots: number;
}

interface PlannedTest {
  /** Set while it is under way. */
  startedAt: Date | undefined;
  status: Status | undefined;
}

/** The work that is left of a run by its plan. */
export function workOf(plan: readonly PlannedTest[], expected: Work['expected'], slots: number): Work {
  const places = plan.map(({ status, startedAt }, index) => ({ position: index + 1, status, startedAt }));
  return {
    planned: plan.length,
    // A test that is tried again is under way although it has a result.
    open: places
      .filter(({ status, startedAt }) => status === undefined || startedAt !== undefined)
      .map(({ position }) => position),
    current: places.flatMap(({ position, startedAt }) => (startedAt ? [{ position, startedAt }] : [])),
    expected,
    slots,
  };
}

/**
 * How long a run will still take, in milliseconds, and the share of its time that is over: what its remaining tests took
 * before. A test that never ran is taken for an average one. `undefined` when nothing is known of any test, or there is no
 * plan yet.
 */
export function timeLeft(
  { planned, open, current, expected, slots }: Work,
  now: Date,
): { msLeft: number; share: number } | undefined {
  if (expected.length === 0 || planned === 0) return undefined;
  const sum = expected.reduce((total, { expectedMs }) => total + expectedMs, 0);
  const mean = sum / expected.length;
  const whole = sum + (planned - expected.length) * mean;
  const known = new Map(expected.map(({ position, expectedMs }) => [position, expectedMs]));
  const startedAt = new Map(current.map((each) => [each.position, each.startedAt]));
  const left = open.reduce((total, position) => {
    const spent = now.getTime() - (startedAt.get(position)?.getTime() ?? now.getTime());
    return total + Math.max(0, (known.get(position) ?? mean) - Math.max(0, spent));
  }, 0);
  const batch = Math.max(1, Math.min(slots, open.length));
  return { msLeft: left / batch, share: whole === 0 ? 0 : Math.min(1, Math.max(0, 1 - left / whole)) };
}
