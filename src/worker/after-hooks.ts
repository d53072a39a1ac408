import { Fault } from '../faults/fault.ts';
import type { Reason, Verdict } from '../model/run.ts';
import type { LastingClaimKey } from '../queue/claim-key.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import { type ExecutionLockOptions, withExecutionLock } from './execution-lock.ts';
import type { Lease } from './lease.ts';
import type { AfterHooks, Job } from './runner.ts';
import { spoolingRecorder } from './spooling-recorder.ts';

interface Options extends ExecutionLockOptions {
  queue: Queue;
  spool: ResultSpool;
  afterHooks?: AfterHooks | undefined;
  lease: Lease;
  /** Ends hooks at once; the reason of the signal becomes that of the attempt. */
  stopNow: AbortSignal;
  /** Whether the runner has ended: beside it no hook may start. */
  isRunnerEnded: boolean;
}

/** How a run ends. */
export interface RunVerdict {
  verdict: Verdict;
  reason?: Reason | undefined;
}

/** The hooks after the tests of a claimed run. */
export interface AfterHooksOfRun {
  /** Decides the verdict of the tests: see `Queue.decideEnd`. */
  decide(tests: RunVerdict): Promise<void>;
  /**
   * Executes the hooks, once, however often it is called; returns the verdict of the run with them. Only what takes the run away from the
   * worker ends them early, and not that a user cancels it: they bring the shop back into order. Rejects with the reason of the signal
   * that ended them, and as of `AfterHooks`.
   */
  execute(tests: RunVerdict): Promise<RunVerdict>;
}

export function createAfterHooksOfRun(options: Options, job: Job): AfterHooksOfRun {
  const { queue, claim } = options;
  let executed: Promise<Reason | undefined> | undefined;
  return {
    async decide({ verdict, reason }) {
      if (executed === undefined) await queue.decideEnd(claim.run.id, claim.fence, verdict, reason);
    },
    async execute(tests) {
      executed ??= executeHooks(options, job, tests.verdict);
      return withHooks(tests, await executed);
    },
  };
}

/**
 * The verdict of a run whose hooks after the tests have ended. One that failed makes a passed run broken; every other verdict stays,
 * because it already asks for attention.
 */
export function withHooks(tests: RunVerdict, hookReason: Reason | undefined): RunVerdict {
  return hookReason && tests.verdict === 'passed' ? { verdict: 'broken', reason: hookReason } : tests;
}

async function executeHooks(options: Options, job: Job, verdict: Verdict): Promise<Reason | undefined> {
  const { afterHooks, claim, queue, lease, environmentLock, stopNow, spool, log } = options;
  if (!afterHooks) return undefined;
  if (!options.isRunnerEnded) {
    throw new Fault('INTERNAL', 'The runner is still at work, so no hook may start beside it.');
  }
  const aborter = new AbortController();
  const abort = AbortSignal.any([aborter.signal, lease.lost, environmentLock.lost]);
  // Not by `AbortSignal.any`: `stopNow` outlives the run and would keep a reference for each run.
  const onStopNow = () => aborter.abort(stopNow.reason);
  if (stopNow.aborted) onStopNow();
  else stopNow.addEventListener('abort', onStopNow);
  const { run, fence, identity } = claim;
  const claimKey: LastingClaimKey = { runId: run.id, fence, identity };
  const hookJob: Job = {
    ...job,
    abort,
    assertHeld() {
      abort.throwIfAborted();
      lease.assertHeld();
      environmentLock.assertHeld();
    },
    exclusively: (work) =>
      withExecutionLock(options, { abort, onLost: (reason) => aborter.abort(reason) }, work),
    record: spoolingRecorder(queue.recorder(run.id, fence), { claim: claimKey, spool, abort, log }),
  };
  try {
    return await afterHooks(hookJob, verdict);
  } catch (error) {
    abort.throwIfAborted();
    throw error;
  } finally {
    stopNow.removeEventListener('abort', onStopNow);
  }
}
