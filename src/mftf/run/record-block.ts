import { type FaultCode, toFault } from '../../faults/fault.ts';
import type { Reason } from '../../model/run.ts';
import type { PlannedTest } from '../../model/selection.ts';
import type { TimedOutWaits } from '../../model/timed-out-waits.ts';
import type { NewResult, Recorder } from '../../queue/recorder.ts';
import { keyOf } from './blocks.ts';
import type { RunLogs } from './logs.ts';

/** Where what happens to the tests of a run is written, and what ends it. */
export interface BlockRecord {
  record: Recorder;
  logs: RunLogs;
  signal: AbortSignal;
}

/** What a run needs of an executed block. */
export interface ExecutedBlock {
  /** How many of its tests failed. */
  failed: number;
  /** The waits that ran out, of each test with any. */
  waits: TimedOutWaits[];
  /** Why no other test can be executed. */
  reason: Reason | undefined;
}

/** Faults that would break every later test as well, so that the run ends. */
const endsTheRun: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'CONTAINER_VANISHED',
  'DISK_FULL',
  'ENGINE_UNREACHABLE',
  'SELENIUM_UNREACHABLE',
]);

/**
 * Records that a block starts, and the results that `execute` passes to `add`, one for each test; when it rejects, the tests without one are
 * broken by its error. All its tests are marked as under way, unless `marksTests` says that `execute` does that, one after the other. Rejects
 * with the reason of the signal, or when a result cannot be recorded.
 */
export async function recordBlock(
  { record, logs, signal }: BlockRecord,
  tests: readonly PlannedTest[],
  execute: (startedAt: Date, add: (results: readonly NewResult[]) => Promise<void>) => Promise<void>,
  { marksTests = false } = {},
): Promise<ExecutedBlock> {
  await record.blockStarted(tests);
  if (!marksTests) for (const test of tests) await record.testStarted(test);
  const startedAt = new Date();
  const results = new Map<string, NewResult>();
  let isRefused = false;
  const add = async (more: readonly NewResult[]) => {
    for (const result of more) {
      await record.result(result).catch((error: unknown) => {
        isRefused = true;
        throw error;
      });
      results.set(keyOf({ name: result.test, suite: result.suite }), result);
      const seconds = (result.durationMs / 1000).toFixed(1);
      const about = result.message ? `: ${firstLine(result.message)}` : '';
      logs.line(`${result.test}: ${result.status} in ${seconds} s${about}`);
    }
  };
  try {
    await execute(startedAt, add);
  } catch (error) {
    signal.throwIfAborted();
    if (isRefused) throw error;
    const { code, message } = toFault(error);
    const open = tests.filter((test) => !results.has(keyOf(test)));
    if (open.length === 0) logs.line(`All tests have a result, but ${code}: ${message}`);
    await add(open.map((test) => brokenResult(test, { code, message }, startedAt)));
  }
  const all = [...results.values()];
  return {
    failed: all.filter(({ status }) => status === 'failed').length,
    waits: all.flatMap(({ steps }) => steps?.waits ?? []),
    reason: all.map(({ reason }) => reason).find((reason) => reason && endsTheRun.has(reason.code)),
  };
}

/** The result of a test without a verdict. */
export function brokenResult({ name, suite }: PlannedTest, reason: Reason, startedAt: Date): NewResult {
  return {
    test: name,
    suite,
    status: 'broken',
    message: reason.message,
    reason,
    startedAt,
    durationMs: Date.now() - startedAt.getTime(),
    attachments: [],
  };
}

/** The whole message is in the result. */
const maxLineLength = 1_000;

function firstLine(text: string): string {
  return text.slice(0, maxLineLength).split('\n', 1)[0] ?? '';
}
