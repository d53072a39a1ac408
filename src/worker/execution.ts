import { withTimeout } from '../async/timeout.ts';
import { untilAborted } from '../async/until-aborted.ts';
import { Fault, isFault, toFault } from '../faults/fault.ts';
import { type HeldLock, type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Claim, Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import type { Results } from '../store/tables/results.ts';
import { createAfterHooksOfRun } from './after-hooks.ts';
import { type AttemptEnd, judgeRunnerEnd, type RunnerEnd } from './attempt-outcome.ts';
import { withExecutionLock } from './execution-lock.ts';
import { finishAttempt } from './finish-attempt.ts';
import { createLease, type Lease } from './lease.ts';
import { type AfterHooks, Cancelled, type Job, type Runner } from './runner.ts';
import { spoolingRecorder } from './spooling-recorder.ts';

export interface ExecutionOptions {
  queue: Queue;
  results: Pick<Results, 'listLatest'>;
  locks: LockStore;
  spool: ResultSpool;
  runner: Runner;
  afterHooks?: AfterHooks | undefined;
  /** Its lines carry the worker and the run. */
  log: Logger;
  claim: Claim;
  /** Monotonic time before the run was claimed. */
  requestedAt: number;
  workerId: string;
  settings: ExecutionSettings;
  /** See `Job.stop`. */
  stop: AbortSignal;
  /** Aborts the run at once; the reason of the signal becomes that of the run. */
  stopNow: AbortSignal;
  /** See `Queue.onClaimChanged`; returns how to unsubscribe. */
  onClaimChanged(callback: (runId: number | undefined) => void): () => void;
  /** Called when the run was requeued and may be claimed again in `delayMs`. */
  onRetry(delayMs: number): void;
  /** Called when the run could not be executed because the container engine does not answer. */
  onEngineUnreachable(): void;
}

export interface ExecutionSettings {
  leaseMs: number;
  /** How many attempts may be lost with their worker, lock or database before the run ends as broken. */
  maxAttempts: number;
  /** How often a run that is broken for a transient reason is retried, and how long it waits before the first retry. */
  retries: number;
  retryPauseMs: number;
  /** How long a runner may take to end after an abort. A minute by default, or twice the lease. */
  graceMs?: number;
}

/** What happened to a claim: `executed`: an attempt was made, whatever its verdict. Otherwise the claim
 * was undone, or ends with its lease. */
export type ExecutionResult = 'executed' | 'locked' | 'lock-store-unreachable' | 'stopping';

/**
 * Executes a claimed run: takes the lock of its environment, calls the runner, writes how the attempt ended.
 *
 * What decides whether the run may continue: the lease in the database is the truth, and the lock of the environment is a second
 * guard that refuses sooner. When the lock store does not answer, or has forgotten the lock, it cannot tell who owns the environment,
 * and grants no lock to anyone: then `confirmOwnership` asks the database, and the run continues as long as its lease is renewed.
 * When the store answers that another process holds the lock, the run ends, whatever the database says: two holders mean that
 * one of the guards is wrong. A lease that could not be renewed ends the run.
 *
 * Errors: those of the lock store other than LOCK_STORE_UNREACHABLE.
 */
export async function execute(options: ExecutionOptions): Promise<ExecutionResult> {
  const { queue, locks, claim, log, workerId, stopNow } = options;
  const { run, environment, fence } = claim;
  const owner = `${workerId}, run ${run.id}`;
  const runAbort = new AbortController();
  const lease = createLease({
    runId: run.id,
    renew: () => queue.renew(run.id, fence),
    requestedAt: options.requestedAt,
    leaseMs: options.settings.leaseMs,
    onCancel: () => runAbort.abort(new Cancelled()),
  });
  const unsubscribe = options.onClaimChanged((changed) => {
    if (changed === undefined || changed === run.id) lease.renewNow();
  });
  // Not by `AbortSignal.any`: `stopNow` outlives the run and would keep a reference for each run.
  const onStopNow = () => runAbort.abort(stopNow.reason);
  if (stopNow.aborted) onStopNow();
  else stopNow.addEventListener('abort', onStopNow);
  const confirmOwnership = createOwnershipCheck(options);
  try {
    let environmentLock: HeldLock | undefined;
    try {
      environmentLock = await locks.tryAcquire(lockNames.environment(environment.id), {
        owner,
        confirmOwnership,
        onForeign: ({ code, message }) => log.warn({ code }, message),
      });
    } catch (error) {
      await unclaim(options);
      if (isFault(error, 'LOCK_STORE_UNREACHABLE')) return 'lock-store-unreachable';
      throw error;
    }
    if (!environmentLock) {
      log.info('Environment locked, skipping');
      await unclaim(options);
      return 'locked';
    }
    if (options.stop.aborted) {
      await environmentLock.release();
      await unclaim(options);
      return 'stopping';
    }
    try {
      await executeLocked({ ...options, lease, environmentLock, runAbort, confirmOwnership, owner });
    } finally {
      await environmentLock.release();
    }
    return 'executed';
  } finally {
    unsubscribe();
    stopNow.removeEventListener('abort', onStopNow);
    lease.end();
  }
}

/** An execution that holds the lock of its environment. */
export interface LockedExecution extends ExecutionOptions {
  lease: Lease;
  environmentLock: HeldLock;
  /** Ends the run: it was cancelled, the execution lock is lost, or the worker is stopped at once. */
  runAbort: AbortController;
  confirmOwnership: () => Promise<boolean>;
  owner: string;
}

async function executeLocked(options: LockedExecution): Promise<void> {
  const { queue, claim, workerId, lease, environmentLock, runAbort, stop, spool, log } = options;
  const { run, environment, fence, identity } = claim;
  const abort = AbortSignal.any([runAbort.signal, lease.lost, environmentLock.lost]);
  const recorder = queue.recorder(run.id, fence);
  let isWithHooks = run.hooksPlanned ?? false;
  const record = spoolingRecorder(recorder, { claim: { runId: run.id, fence, identity }, spool, abort, log });
  const job: Job = {
    run,
    environment,
    fence,
    workerId,
    abort,
    assertHeld() {
      abort.throwIfAborted();
      lease.assertHeld();
      environmentLock.assertHeld();
    },
    heldUntil: () => lease.until(),
    stop,
    exclusively: (work) =>
      withExecutionLock(options, { abort, onLost: (reason) => runAbort.abort(reason) }, work),
    record: {
      ...record,
      hooks: {
        ...record.hooks,
        async plan() {
          const hooks = await record.hooks.plan();
          isWithHooks = hooks.some(({ moment }) => moment === 'after');
          return hooks;
        },
      },
    },
    log,
  };
  let end: AttemptEnd;
  let isRunnerEnded = true;
  if (run.decidedEnd) end = { kind: 'decided', ...run.decidedEnd };
  else {
    const { runnerEnd, hasEnded } = await runTests(options, job);
    end = judgeRunnerEnd(runnerEnd, abort);
    isRunnerEnded = hasEnded;
  }
  // Before the verdict, so that the next run of this environment finds the lock free. Until the verdict is written, the database
  // lets no run start there. Hooks after the tests need it.
  if (!isWithHooks) await environmentLock.release();
  const hooks = isWithHooks ? createAfterHooksOfRun({ ...options, isRunnerEnded }, job) : undefined;
  await finishAttempt({ ...options, hooks }, end);
}

/** Calls the runner. Never rejects. `hasEnded`: it is not at work any more, as it may be when it does not react to an abort. */
async function runTests(
  { log, runner, settings }: LockedExecution,
  job: Job,
): Promise<{ runnerEnd: RunnerEnd; hasEnded: boolean }> {
  const { run, abort } = job;
  let hasEnded = true;
  try {
    abort.throwIfAborted();
    log.info({ attempt: run.attempt }, 'Run started');
    // Longer than a test process can outlive the control of the runner.
    const { leaseMs, graceMs = Math.max(60_000, 2 * leaseMs) } = settings;
    hasEnded = false;
    const running = runner(job).finally(() => {
      hasEnded = true;
    });
    return { runnerEnd: { outcome: await withGracePeriod(running, abort, graceMs) }, hasEnded };
  } catch (error) {
    if (!abort.aborted && toFault(error).code === 'INTERNAL') log.error({ err: error }, 'The runner failed');
    return { runnerEnd: { error }, hasEnded };
  }
}

/** The result of `work`; rejects with INTERNAL when it has not ended `graceMs` after the abort. */
async function withGracePeriod<T>(work: Promise<T>, abort: AbortSignal, graceMs: number): Promise<T> {
  try {
    return await untilAborted(work, abort);
  } catch (error) {
    if (!abort.aborted) throw error;
  }
  return await withTimeout(
    graceMs,
    () => work,
    () => {
      throw new Fault('INTERNAL', `The runner did not end within ${graceMs} ms after the run was aborted.`);
    },
  );
}

/** Undoes the claim. If that cannot be written, the run is requeued when its lease expires. */
async function unclaim({ queue, claim, log }: ExecutionOptions): Promise<void> {
  try {
    await queue.unclaim(claim.run.id, claim.fence);
  } catch (error) {
    log.warn({ err: error }, 'The claim could not be undone; the run is requeued when its lease expires');
  }
}

/** Whether the database still shows this run with this fence; logs the first time that this had to be checked. */
function createOwnershipCheck({ queue, claim, log }: ExecutionOptions): () => Promise<boolean> {
  const { run, fence } = claim;
  let logged = false;
  return async () => {
    const owned = await queue.holds(run.id, fence);
    if (owned && !logged) {
      logged = true;
      const message =
        'The lock store could not confirm the locks; the run continues under its lease in the database.';
      log.warn(message);
      // Shown to users only, so a failure does not matter.
      queue
        .recorder(run.id, fence)
        .event({ code: 'LOCK_STORE_UNREACHABLE', message })
        .catch(() => {});
    }
    return owned;
  };
}
