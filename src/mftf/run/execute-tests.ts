import { safeName } from '../../artifacts/safe-name.ts';
import { isFault, toFault } from '../../faults/fault.ts';
import type { Environment } from '../../model/environment.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { TimedOutWaits } from '../../model/timed-out-waits.ts';
import type { Recorder } from '../../queue/recorder.ts';
import type { ExpectedDuration } from '../../store/tables/durations.ts';
import type { Outcome } from '../../worker/runner.ts';
import { type Block, keyOf, nameOf } from './blocks.ts';
import { dispatchBlocks } from './dispatch-blocks.ts';
import type { RunLogs } from './logs.ts';
import type { ExecutedBlock } from './record-block.ts';
import { describeWaitsOfRun } from './waits-of-run.ts';

/** `Slot` is the container of a slot, with what executes blocks in it. */
export interface TestingRequest<Slot> {
  environment: Environment;
  /** From 1. */
  attempt: number;
  /** All tests of the run; their positions number the folders of the blocks. */
  plan: readonly PlannedTest[];
  /** The tests to execute; what they need is in the container of the first slot. */
  blocks: readonly Block[];
  first: Slot;
  /** Prepares the container of a further slot, from 2 on. */
  open(slot: number): Promise<Slot>;
  /** Executes a block. `folder` is its folder below that of the run. */
  execute(slot: Slot, block: Block, folder: string): Promise<ExecutedBlock>;
  record: Recorder;
  logs: RunLogs;
  signal: AbortSignal;
  /** How long tests took before; called only when there are several slots. */
  expected(): Promise<readonly ExpectedDuration[]>;
  /** The names of tests that are never executed beside another one of their environment. */
  exclusiveTests: ReadonlySet<string>;
  /** The tests that are executed before the others, by `keyOf`. */
  failedLast: ReadonlySet<string>;
  /** How many tests of the run have failed in earlier attempts, and after how many no other test starts. */
  failures: { before: number; max: number };
  stop: AbortSignal;
}

/** How the execution of tests ended, and how many tests of the run have failed by then. */
export interface TestingEnd {
  outcome: Outcome;
  failed: number;
}

/**
 * Executes tests in the slots of their environment, until all have a result or the run must stop. Errors: those of the signal,
 * STALE_FENCE, LOCK_LOST.
 */
export async function executeTests<Slot>(request: TestingRequest<Slot>): Promise<TestingEnd> {
  const { attempt, stop, blocks, logs, record } = request;
  const positions = new Map(request.plan.map((test, index) => [keyOf(test), index + 1]));
  const folderOf = (block: Block) => {
    const [first] = block.tests;
    const position = String(first ? positions.get(keyOf(first)) : 0).padStart(3, '0');
    return `tests/${position}-${safeName(nameOf(block))}${attempt > 1 ? `-attempt-${attempt}` : ''}`;
  };
  const exclusive = (block: Block) => block.tests.some(({ name }) => request.exclusiveTests.has(name));
  const slots = await openSlots(request, blocks.filter((block) => !exclusive(block)).length);
  let failed = request.failures.before;
  const waits: TimedOutWaits[] = [];
  const tooManyFailed = new AbortController();
  const result = await dispatchBlocks({
    slots,
    blocks,
    expectedMs: slots.length > 1 ? estimate(await request.expected()) : () => 0,
    exclusive,
    first: ({ tests }) => tests.some((test) => request.failedLast.has(keyOf(test))),
    execute: async (slot, block) => {
      const executed = await request.execute(slot, block, folderOf(block));
      failed += executed.failed;
      waits.push(...executed.waits);
      if (failed >= request.failures.max) tooManyFailed.abort();
      return executed.reason;
    },
    stop: AbortSignal.any([stop, tooManyFailed.signal]),
  });
  const timedOut = describeWaitsOfRun(waits);
  if (timedOut !== undefined) {
    logs.line(timedOut);
    await record.event({ code: 'WAITS_RAN_OUT', message: timedOut });
  }
  if (result === 'stopped' && tooManyFailed.signal.aborted && !stop.aborted) {
    logs.line(`${failed} tests failed, so no other one is executed.`);
    return { outcome: { kind: 'max-failures', maxFailures: request.failures.max }, failed };
  }
  if (result === 'stopped') {
    logs.line('The worker stops; the run goes back to the queue with what it has.');
    return { outcome: { kind: 'requeue' }, failed };
  }
  if (result !== 'done') {
    logs.line(`The run ends here: ${result.reason.code}: ${result.reason.message}`);
    return { outcome: { kind: 'broken', reason: result.reason }, failed };
  }
  return { outcome: { kind: 'finished' }, failed };
}

/** One slot per block, up to those of the environment. A slot that cannot be opened makes the run slower, not broken. */
async function openSlots<Slot>(
  request: TestingRequest<Slot>,
  blockCount: number,
): Promise<[Slot, ...Slot[]]> {
  const { environment, first, record, logs, signal } = request;
  const numbers = Array.from(
    { length: Math.min(environment.slots, blockCount) - 1 },
    (_, index) => index + 2,
  );
  const furtherSlots = await Promise.all(
    numbers.map(async (slot) => {
      try {
        return [await request.open(slot)];
      } catch (error) {
        signal.throwIfAborted();
        if (isFault(error, 'STALE_FENCE', 'LOCK_LOST')) throw error;
        const { code, message } = toFault(error);
        logs.line(`Slot ${slot} is not used: ${code}: ${message}`);
        await record.event({ code: 'SLOT_UNAVAILABLE', message: `Slot ${slot} is not used: ${message}` });
        return [];
      }
    }),
  );
  const slots: [Slot, ...Slot[]] = [first, ...furtherSlots.flat()];
  if (slots.length > 1) logs.line(`The tests are executed in ${slots.length} containers.`);
  return slots;
}

/** Returns how long a block took before, in milliseconds. A test that never ran counts as an average one. */
function estimate(expected: readonly ExpectedDuration[]): (block: Block) => number {
  const expectedTimes = new Map(
    expected.map(({ test: name, suite, expectedMs }) => [keyOf({ name, suite }), expectedMs]),
  );
  const mean = expected.reduce((sum, { expectedMs }) => sum + expectedMs, 0) / (expected.length || 1);
  return ({ tests }) => tests.reduce((sum, test) => sum + (expectedTimes.get(keyOf(test)) ?? mean), 0);
}
