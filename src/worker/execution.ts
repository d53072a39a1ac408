import { Fault, isFault, toFault } from '../faults/fault.ts';
import { type HeldLock, type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Claim, Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import type { Database } from '../store/database/database.ts';
import { endOf, type RunnerEnd } from './attempt-outcome.ts';
import { finishAttempt } from './finish-attempt.ts';
import { createLease, type Lease } from './lease.ts';
import { Cancelled, type Job, type Runner } from './runner.ts';
import { spoolingRecorder } from './spooling-recorder.ts';

export interface ExecutionOptions {
  queue: Queue;
  database: Database;
  locks: LockStore;
  spool: ResultSpool;
  runner: Runner;
  /** Already says which worker and run it is about. */
  log: Logger;
  claim: Claim;
  /** Monotonic time before the claim was asked for. */
  askedAt: number;
  workerId: string;
  settings: ExecutionSettings;
  /** See `Job.stop`. */
  stop: AbortSignal;
  /** Aborts the run with its reason. */
  stopNow: AbortSignal;
  /** See `Queue.onClaimChanged`; returns how to end that. */
  onClaimChanged(callback: (runId: number | undefined) => void): () => void;
  /** Called when the run was queued again and may be claimed in so many milliseconds. */
  onRetry(delayMs: number): void;
  /** Called when the run could not be executed because the container engine does not answer. */
  onEngineAway(): void;
}

export interface ExecutionSettings {
  leaseMs: number;
  /** A run whose worker, lock or database was lost so often is broken. */
  maxAttempts: number;
  /** How often a run that is broken for a passing reason is tried again, and how long it waits before the first time. */
  retries: number;
  retryPauseMs: number;
  /** How long a runner may take to end after an abort. A minute by default, or twice the lease. */
  graceMs?: number;
}

/** What became of a claim: executed (whatever the verdict), or given back without spending an attempt. */
export type Executed = 'executed' | 'locked' | 'lock-store-away' | 'stopping';

/**
 * Executes a claimed run: takes the lock of its environment, lets the runner work, writes how it ended.
 *
 * Who decides whether the run may go on: the lease in the database is the truth, and the lock of the environment is a second
 * guard that refuses early. When the lock store does not answer, or has forgotten the lock, it knows nothing, and
 * nobody gets a lock from it: then `stillMine` asks the database, and the run goes on as long as its lease is renewed.
 * When the store answers that somebody else holds the lock, that is knowledge, and it ends the run, whatever
 * the database says: two holders mean that one of the guards is wrong. A lease that could not be renewed ends the run.
 */
export async function execute(options: ExecutionOptions): Promise<Executed> {
  const { queue, locks, claim, log, workerId } = options;
  const { run, environment, fence } = claim;
  const owner = `${workerId}, run ${run.id}`;
  const cut = new AbortController();
  const lease = createLease({
    runId: run.id,
    renew: () => queue.renew(run.id, fence),
    askedAt: options.askedAt,
    leaseMs: options.settings.leaseMs,
    onCancel: () => cut.abort(new Cancelled()),
  });
  const forget = options.onClaimChanged((changed) => {
    if (changed === undefined || changed === run.id) lease.renewNow();
  });
  // Not a part of `AbortSignal.any`, which leaves something behind in a signal that outlives the run.
  const { stopNow } = options;
  const onStopNow = () => cut.abort(stopNow.reason);
  if (stopNow.aborted) onStopNow();
  else stopNow.addEventListener('abort', onStopNow);
  const confirmOwnership = createSecondJudge(options);
  try {
    let held: HeldLock | undefined;
    try {
      held = await locks.tryAcquire(lockNames.environment(environment.id), { owner, confirmOwnership });
    } catch (error) {
      await unclaim(options);
      if (isFault(error, 'LOCK_STORE_UNREACHABLE')) return 'lock-store-away';
      throw error;
    }
    if (!held) {
      log.info('Environment locked, skipping');
      await unclaim(options);
      return 'locked';
    }
    if (options.stop.aborted) {
      await held.release();
      await unclaim(options);
      return 'stopping';
    }
    try {
      await executeLocked({ ...options, lease, held, cut, confirmOwnership, owner });
    } finally {
      await held.release();
    }
    return 'executed';
  } finally {
    forget();
    stopNow.removeEventListener('abort', onStopNow);
    lease.end();
  }
}

interface LockedOptions extends ExecutionOptions {
  lease: Lease;
  held: HeldLock;
  /** Ends the run: cancelled, the execution lock is lost, or the worker is stopped at once. */
  cut: AbortController;
  confirmOwnership: () => Promise<boolean>;
  owner: string;
}

async function executeLocked(options: LockedOptions): Promise<void> {
  const {
    queue,
    locks,
    claim,
    log,
    workerId,
    lease,
    held,
    cut,
    confirmOwnership: stillMine,
    owner,
    stop,
    spool: waiting,
  } = options;
  const { run, environment, fence } = claim;
  const key = { runId: run.id, fence };
  const abort = AbortSignal.any([cut.signal, lease.lost, held.lost]);

  async function exclusively<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const name = lockNames.execution(environment.id);
    const execution = await locks.acquire(name, { owner, confirmOwnership: stillMine, signal: abort });
    const onLost = () => cut.abort(execution.lost.reason);
    execution.lost.addEventListener('abort', onLost);
    try {
      held.assertHeld();
      execution.assertHeld();
      return await work(abort);
    } finally {
      execution.lost.removeEventListener('abort', onLost);
      await execution.release();
    }
  }

  let ended: RunnerEnd;
  try {
    abort.throwIfAborted();
    log.info({ attempt: run.attempt }, 'Run started');
    const record = spoolingRecorder(queue.recorder(run.id, fence), {
      claim: key,
      spool: waiting,
      abort,
      log,
    });
    const assertHeld = () => {
      abort.throwIfAborted();
      lease.assertHeld();
      held.assertHeld();
    };
    const heldUntil = () => lease.until();
    const job: Job = {
      ...{ run, environment, fence, workerId, abort, assertHeld, heldUntil, stop, exclusively, record, log },
    };
    // Longer than any test process may live that the runner lost sight of.
    const { leaseMs, graceMs = Math.max(60_000, 2 * leaseMs) } = options.settings;
    ended = { outcome: await withinGrace(options.runner(job), abort, graceMs) };
  } catch (error) {
    ended = { error };
    if (!abort.aborted && toFault(error).code === 'INTERNAL') log.error({ err: error }, 'The runner failed');
  }
  // Before the verdict: whoever starts the next run of this environment then finds the lock free. Until the
  // verdict is written the database lets nobody start.
  await held.release();
  await finishAttempt(options, endOf(ended, abort));
}

/** The result of `work`; rejects when it has not ended `graceMs` after the abort. */
async function withinGrace<T>(work: Promise<T>, abort: AbortSignal, graceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const grace = new Promise<never>((_, reject) => {
    const message = `The runner did not end within ${graceMs} ms after the run was aborted.`;
    onAbort = () => {
      timer = setTimeout(() => reject(new Fault('INTERNAL', message)), graceMs);
    };
  });
  if (abort.aborted) onAbort();
  else abort.addEventListener('abort', onAbort);
  try {
    return await Promise.race([work, grace]);
  } finally {
    clearTimeout(timer);
    abort.removeEventListener('abort', onAbort);
  }
}

/** Undoes the claim. If that cannot be written, the lease expires and the run is queued again. */
async function unclaim({ queue, claim, log }: ExecutionOptions): Promise<void> {
  try {
    await queue.unclaim(claim.run.id, claim.fence);
  } catch (error) {
    log.warn({ err: error }, 'The claim could not be given back; it ends with its lease');
  }
}

/** Whether the database still shows this run with this fence; says once that it had to be asked. */
function createSecondJudge({ queue, claim, log }: ExecutionOptions): () => Promise<boolean> {
  const { run, fence } = claim;
  let told = false;
  return async () => {
    const mine = await queue.holds(run.id, fence);
    if (mine && !told) {
      told = true;
      const message =
        'The lock store could not confirm the locks; the run goes on under its lease in the database.';
      log.warn(message);
      // For people only.
      queue
        .recorder(run.id, fence)
        .event({ code: 'LOCK_STORE_UNREACHABLE', message })
        .catch(() => {});
    }
    return mine;
  };
}
