import { batch } from '../async/batch.ts';
import type { Logger } from '../log.ts';
import type { Counts, Reason, Run, Verdict } from '../model/run.ts';
import { channels, type Database, notifyQueue } from '../store/database/database.ts';
import { readCounts } from '../store/tables/run-counts.ts';
import { type Claim, type ClaimResult, claimHeads, reservedForHostMs } from './claim.ts';
import type { ClaimKey, LastingClaimKey } from './claim-key.ts';
import { markQuarantined } from './quarantine.ts';
import { recordSpooled } from './record-spooled.ts';
import { createRecorder, type NewResult, type Recorder } from './recorder.ts';
import {
  closeAttempt,
  decideEnd,
  deleteAttempt,
  expire,
  finish,
  hooksAreDue,
  type RetryPolicy,
  type RunEnd,
  requeue,
  retry,
  retryFailed,
} from './release.ts';
import { skipRest } from './repeat-failed.ts';
import { fenced, staleFence } from './stale-fence.ts';

export type { Claim };

/**
 * How long a run stays with its worker after its lease has expired. The sum that keeps two hosts apart (docs/reliability.md) has a
 * tenth of the lease to spare; with a short lease that would be little time for a busy machine to end its processes.
 */
export const overdueMs = 1_000;

/**
 * The queue is the table of runs; a claim is identified by its fence. All times are the database's. A write with an older
 * fence gets STALE_FENCE and changes nothing.
 *
 * After DATABASE_UNREACHABLE it is unknown whether a call took effect. It may be repeated: STALE_FENCE then means that it
 * did, or that the lease has expired; either way the run is no longer the caller's.
 */
export interface Queue {
  /**
   * Claims runs for several workers at once, at most as many as `sessionCapacity` has browser sessions for; see `claimHeads` for
   * the order. Returns for each worker its claim, `undefined`, or why it has none though a run waits; see `ClaimResult`.
   * `exclude` are the environments whose lock was refused a moment ago.
   */
  claimFor(
    workerIds: readonly string[],
    exclude: readonly number[],
    sessionCapacity?: number,
  ): Promise<ClaimResult[]>;

  /**
   * Undoes a claim before the run starts: no attempt is spent. Wakes no worker, because what kept this worker from
   * starting keeps others too. Errors: STALE_FENCE.
   */
  unclaim(runId: number, fence: number): Promise<void>;

  /** The numbers of tests of a run by status, so far; `undefined` without a plan. Concurrent calls share one statement. */
  counts(runId: number): Promise<Counts | undefined>;

  /**
   * Marks the failed tests of the run that quarantines cover now; see `markQuarantined`. Returns whether there is a new mark.
   * Errors: STALE_FENCE.
   */
  markQuarantined(runId: number, fence: number): Promise<boolean>;

  /** Extends the lease. */
  renew(runId: number, fence: number): Promise<{ cancelRequested: boolean } | 'stale'>;

  /** All running runs, with their fences. */
  runningClaims(): Promise<ClaimKey[]>;

  /** Whether the run is still held with this fence: decides when the lock store has forgotten a lock. */
  holds(runId: number, fence: number): Promise<boolean>;

  /**
   * Puts the run back at the head of the queue, with the results it has; a run that was cancelled meanwhile is finished instead.
   * Errors: STALE_FENCE.
   */
  requeue(runId: number, fence: number): Promise<void>;

  /**
   * As `requeue`, but with a reason, after a pause and a limited number of times. Returns the pause in milliseconds;
   * `undefined` and no change when the limit is reached. Errors: STALE_FENCE.
   */
  retry(runId: number, fence: number, reason: Reason, policy: RetryPolicy): Promise<number | undefined>;

  /**
   * Requeues the run when it has failed tests that may be retried. Returns their number; `undefined` and no change when it has none.
   * Errors: STALE_FENCE.
   */
  retryFailed(runId: number, fence: number): Promise<number | undefined>;

  /** Records the tests that were not executed as skipped; returns their number. Errors: STALE_FENCE. */
  skipRest(runId: number, fence: number, reason: Reason): Promise<number>;

  /**
   * Decides the verdict of a run whose hooks after the tests are due: from now on, also in later attempts, only those are executed. False
   * and no change when none is due. Errors: STALE_FENCE.
   */
  decideEnd(runId: number, fence: number, verdict: Verdict, reason?: Reason): Promise<boolean>;

  /** Finishes the run with a verdict. Runs that end at the same time share one statement. Errors: STALE_FENCE. */
  finish(runId: number, fence: number, verdict: Verdict, reason?: Reason): Promise<void>;

  /**
   * Requeues the runs of workers that stopped renewing; see `expire`. Any process may call it at any time. Returns
   * the runs as they are afterwards: queued, or finished when that was the last attempt or they were cancelled.
   */
  requeueExpired(limits: { maxAttempts: number }): Promise<Run[]>;

  /** Writes results that were spooled; see `recordSpooled`. */
  recordSpooled(claim: LastingClaimKey, results: NewResult[]): Promise<'written' | 'stale' | 'held'>;

  /** The recorder for the runner of a claimed run. */
  recorder(runId: number, fence: number): Recorder;

  /**
   * Calls back when there may be a run to claim; returns how to unsubscribe. Notifications may be lost, so the caller also
   * polls.
   */
  onWake(callback: () => void): Promise<() => Promise<void>>;

  /** Calls back with the id of a run that changed; `undefined`: any may have changed. */
  onRunChanged(callback: (runId: number | undefined) => void): Promise<() => Promise<void>>;

  /**
   * Calls back with the id of a run whose worker should renew its lease at once, because the run was cancelled or requeued;
   * `undefined`: it may be any run.
   */
  onClaimChanged(callback: (runId: number | undefined) => void): Promise<() => Promise<void>>;
}

export interface QueueDependencies {
  database: Database;
  log: Logger;
  leaseMs: number;
  /** The host of this process, see `Engine.identity`. While it is unknown, no container counts as that of its workers. */
  host?: () => Promise<string>;
  /** Called when this process may have finished a run. */
  onFinished?: () => void;
}

/** Creates the queue of a database. */
export function createQueue(deps: QueueDependencies): Queue {
  const { database, log, leaseMs } = deps;

  const finishAll = batch(async (ends: RunEnd[]) => {
    const finished = await finish(database, ends);
    deps.onFinished?.();
    return ends.map((end) => (finished.has(end.runId) ? undefined : staleFence(end)));
  });

  return {
    async claimFor(workerIds, exclude, sessionCapacity) {
      const host = await deps.host?.().catch(() => undefined);
      return claimHeads(database, { workerIds, leaseMs, exclude, sessionCapacity, host });
    },

    unclaim: (runId, fence) =>
      fenced(database, { runId, fence }, async (transaction) => {
        await deleteAttempt(transaction, { runId, fence });
        await requeue(transaction, runId);
      }),

    counts: batch(async (runIds: number[]) => {
      const byRun = await readCounts(database, runIds);
      return runIds.map((id) => byRun.get(id));
    }),

    markQuarantined: (runId, fence) =>
      fenced(database, { runId, fence }, (transaction) => markQuarantined(transaction, runId)),

    // One statement, so that it is as short as possible.
    async renew(runId, fence) {
      const [row] = await database.query<{ cancel_requested: boolean }>(
        `UPDATE run SET lease_until = now() + $3 * interval '1 millisecond'
         WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING cancel_requested`,
        [runId, fence, leaseMs],
      );
      return row ? { cancelRequested: row.cancel_requested } : 'stale';
    },

    async runningClaims() {
      const rows = await database.query<{ id: number; fence: number }>(
        `SELECT id, fence FROM run WHERE state = 'running'`,
      );
      return rows.map(({ id, fence }) => ({ runId: id, fence }));
    },

    async holds(runId, fence) {
      const rows = await database.query(
        `SELECT id FROM run WHERE id = $1 AND fence = $2 AND state = 'running'`,
        [runId, fence],
      );
      return rows.length > 0;
    },

    requeue: (runId, fence) =>
      fenced(database, { runId, fence }, async (transaction) => {
        await closeAttempt(transaction, { runId, outcome: 'handed-back' });
        await requeue(transaction, runId);
        await notifyQueue(transaction);
      }),

    retry: (runId, fence, reason, policy) =>
      fenced(database, { runId, fence }, (transaction) => retry(transaction, runId, reason, policy)),

    retryFailed: (runId, fence) =>
      fenced(database, { runId, fence }, (transaction) => retryFailed(transaction, runId)),

    skipRest: (runId, fence, reason) =>
      fenced(database, { runId, fence }, (transaction) => skipRest(transaction, runId, reason)),

    decideEnd: (runId, fence, verdict, reason) =>
      fenced(database, { runId, fence }, async (transaction) => {
        if (!(await hooksAreDue(transaction, runId))) return false;
        await decideEnd(transaction, { runId, verdict, reason });
        return true;
      }),

    async finish(runId, fence, verdict, reason) {
      const stale = await finishAll({ runId, fence, verdict, reason });
      if (stale) throw stale;
    },

    async requeueExpired({ maxAttempts }) {
      const expired = await expireAll(database, log, maxAttempts);
      if (expired.length > 0) deps.onFinished?.();
      return expired;
    },

    recordSpooled: (claim, results) => recordSpooled(database, claim, results),

    recorder: (runId, fence) => createRecorder({ database, runId, fence }),

    onWake: (callback) => listenForWakes(deps, callback),

    onRunChanged: (callback) => database.listen(channels.run, (payload) => callback(runIdOf(payload))),

    onClaimChanged: (callback) => database.listen(channels.claim, (payload) => callback(runIdOf(payload))),
  };
}

/** Expires the leases that ran out; returns their runs as they are afterwards. */
async function expireAll(database: Database, log: Logger, maxAttempts: number): Promise<Run[]> {
  const candidates = await database.query<{ id: number }>(
    `SELECT id FROM run WHERE state = 'running' AND lease_until < now() - ${overdueMs} * interval '1 millisecond'
     ORDER BY id`,
  );
  const expired: Run[] = [];
  for (const { id } of candidates) {
    const run = await expire(database, id, maxAttempts);
    if (!run) continue;
    log.warn(
      { run: id, env: run.environmentCode, attempt: run.attempt, state: run.state },
      'The lease of a run expired: its worker is lost.',
    );
    expired.push(run);
  }
  return expired;
}

async function listenForWakes(
  { database, host }: QueueDependencies,
  callback: () => void,
): Promise<() => Promise<void>> {
  let later: NodeJS.Timeout | undefined;
  const end = await database.listen(channels.queue, () => {
    callback();
    clearTimeout(later);
    // Runs that were reserved for another host may be claimed then.
    if (host) later = setTimeout(callback, reservedForHostMs + 50).unref();
  });
  return async () => {
    clearTimeout(later);
    await end();
  };
}

/** The payload is empty after a reconnect, when notifications may have been missed. */
const runIdOf = (payload: string) => (payload === '' ? undefined : Number(payload));
