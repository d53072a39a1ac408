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
  overhead: RunOverhead | undefined;
}

/** What a run takes besides its tests, by the last runs of an environment. */
export interface RunOverhead {
  /** From the start of the run to that of its first test: checkout, container, generation. */
  beforeMs: number;
  /** Between two tests in the same container. */
  perTestMs: number;
  /** From the end of the last test to that of the run. */
  afterMs: number;
}

/** The durations of a run and its tests, as they were recorded. */
interface PastRun {
  beforeMs: number;
  /** From the start of the first test to the end of the last. */
  testsMs: number;
  afterMs: number;
  tests: number;
  /** The sum of the durations of its tests, and the longest. */
  sumMs: number;
  longestMs: number;
}

/** The mean overhead of past runs, whose tests were executed in `slots` containers; `undefined` without any. */
export function overheadOf(runs: readonly PastRun[], slots: number): RunOverhead | undefined {
  if (runs.length === 0) return undefined;
  const mean = (read: (run: PastRun) => number) =>
    Math.max(0, runs.reduce((sum, run) => sum + read(run), 0) / runs.length);
  return {
    beforeMs: mean(({ beforeMs }) => beforeMs),
    perTestMs: mean(({ testsMs, tests, sumMs, longestMs }) => {
      const parallel = Math.max(1, Math.min(slots, tests));
      return (Math.max(0, testsMs - Math.max(longestMs, sumMs / parallel)) * parallel) / tests;
    }),
    afterMs: mean(({ afterMs }) => afterMs),
  };
}

/**
 * How long a run of `planned` tests will take from its start, in milliseconds. `expectedMs`: the durations of those that ran before;
 * the others count as average ones. `undefined` when fewer than half of them ever ran.
 */
export function runDuration(
  { planned, expectedMs, slots }: { planned: number; expectedMs: readonly number[]; slots: number },
  overhead: RunOverhead | undefined,
): number | undefined {
  if (planned === 0 || expectedMs.length * 2 < planned || expectedMs.length === 0) return undefined;
  const { beforeMs = 0, perTestMs = 0, afterMs = 0 } = overhead ?? {};
  const mean = expectedMs.reduce((sum, ms) => sum + ms, 0) / expectedMs.length;
  const parallel = Math.max(1, Math.min(slots, planned));
  const longest = expectedMs.reduce((max, ms) => Math.max(max, ms), 0);
  return beforeMs + Math.max(longest, ((mean + perTestMs) * planned) / parallel) + afterMs;
}

interface PlannedTest {
  /** Set while the test is under way. */
  startedAt: Date | undefined;
  status: Status | undefined;
}

/** The remaining work of a run by its plan. */
export function workOf(
  plan: readonly PlannedTest[],
  { expected, slots, overhead }: Pick<Work, 'expected' | 'slots' | 'overhead'>,
): Work {
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
    overhead,
  };
}

/**
 * The time that a run will still take, in milliseconds, and the share of its time that has passed (0 to 1), by the earlier
 * durations of its tests. A test that never ran counts as an average one. `undefined` when there is no plan yet, or when fewer than
 * half of the tests that remain have run before: the others say nothing of them.
 */
export function timeLeft(
  { planned, open, current, expected, slots, overhead }: Work,
  now: Date,
): { msLeft: number; share: number } | undefined {
  if (expected.length === 0 || planned === 0) return undefined;
  const withHistory = new Set(expected.map(({ position }) => position));
  if (open.filter((position) => withHistory.has(position)).length * 2 < open.length) return undefined;
  const { beforeMs = 0, perTestMs = 0, afterMs = 0 } = overhead ?? {};
  const sum = expected.reduce((total, { expectedMs }) => total + expectedMs, 0);
  const mean = sum / expected.length;
  const total = sum + (planned - expected.length) * mean + planned * perTestMs;
  const durations = new Map(expected.map(({ position, expectedMs }) => [position, expectedMs]));
  const startedAt = new Map(current.map((each) => [each.position, each.startedAt]));
  const restMs = open.reduce((rest, position) => {
    const spent = now.getTime() - (startedAt.get(position)?.getTime() ?? now.getTime());
    return rest + Math.max(0, (durations.get(position) ?? mean) + perTestMs - Math.max(0, spent));
  }, 0);
  const parallel = Math.max(1, Math.min(slots, open.length));
  // Before the first test the run is still being prepared.
  const hasStarted = current.length > 0 || open.length < planned;
  const msLeft = (hasStarted ? 0 : beforeMs) + restMs / parallel + afterMs;
  return { msLeft, share: total === 0 ? 0 : Math.min(1, Math.max(0, 1 - restMs / total)) };
}
