import type { Reason, Run } from '../model/run.ts';
import type { AttemptOutcome } from '../store/attempts.ts';
import { type Database, notifyQueue, notifyRun, type Queryable, storable } from '../store/database.ts';
import { addEvent } from '../store/events.ts';
import { keepCounts, readRun } from '../store/runs.ts';

/** The ways in which a run stops running. Each is part of a transaction that has locked the row of the run. */

/** Counts the claim as an attempt, once, whoever asks: the worker that starts, or the one that finds it lost. */
export async function openAttempt(transaction: Queryable, runId: number): Promise<void> {
  await transaction.query(
    `WITH opened AS (
       INSERT INTO attempt (run_id, attempt, fence, worker_id)
       SELECT id, attempt + 1, fence, worker_id FROM run WHERE id = $1
       ON CONFLICT (run_id, fence) DO NOTHING
       RETURNING attempt
     )
     UPDATE run SET attempt = opened.attempt, started_at = coalesce(started_at, now()) FROM opened WHERE id = $1`,
    [runId],
  );
}

export async function closeAttempt(
  transaction: Queryable,
  runId: number,
  outcome: AttemptOutcome,
  reason: Reason | undefined,
): Promise<void> {
  await transaction.query(
    `UPDATE attempt SET ended_at = now(), outcome = $2, reason_code = $3, reason_message = $4
     WHERE run_id = $1 AND ended_at IS NULL`,
    [runId, outcome, ...reasonColumns(reason)],
  );
  await transaction.query(
    'UPDATE planned_test SET started_at = NULL WHERE run_id = $1 AND started_at IS NOT NULL',
    [runId],
  );
}

/**
 * Back to the queue under its old id, so it is head again; a run that should be cancelled ends instead. Nobody claims it
 * in the next `pauseMs`.
 */
export async function requeue(transaction: Queryable, runId: number, pauseMs = 0): Promise<void> {
  await transaction.query(
    `UPDATE run SET
       state = CASE WHEN cancel_requested THEN 'finished' ELSE 'queued' END,
       verdict = CASE WHEN cancel_requested THEN 'cancelled' END,
       finished_at = CASE WHEN cancel_requested THEN now() END,
       phase = NULL, lease_until = NULL, worker_id = NULL,
       retry_at = CASE WHEN $2 > 0 AND NOT cancel_requested THEN now() + $2 * interval '1 millisecond' END
     WHERE id = $1`,
    [runId, pauseMs],
  );
  await notifyRun(transaction, runId);
}

/** Why and how often a run may go back to the queue with a reason. */
export interface Again {
  /**
   * What the attempt becomes. `handed-back`: the worker lost what it needs to go on; it counts together with lost workers.
   * `broken`: what the run needs was not there.
   */
  outcome: 'handed-back' | 'broken';
  /** How many attempts may end so before the run has to end as well. */
  limit: number;
  /** Before the first of them; four times as long for each one after that. */
  pauseMs: number;
}

/**
 * Ends the attempt with a reason and queues the run again, as the head of its queue; nobody claims it before the pause is
 * over. Returns the pause, or `undefined` when too many attempts have ended so: then nothing is changed.
 */
export async function tryAgain(
  transaction: Queryable,
  runId: number,
  reason: Reason,
  { outcome, limit, pauseMs }: Again,
): Promise<number | undefined> {
  const condition =
    outcome === 'broken'
      ? `outcome = 'broken'`
      : `(outcome = 'lost' OR (outcome = 'handed-back' AND reason_code IS NOT NULL))`;
  const [before] = await transaction.query<{ count: number }>(
    `SELECT count(*) FROM attempt WHERE run_id = $1 AND ${condition}`,
    [runId],
  );
  const times = (before?.count ?? 0) + 1;
  if (times > limit) return undefined;
  const pause = Math.min(longestPauseMs, pauseMs * 4 ** (times - 1));
  await closeAttempt(transaction, runId, outcome, reason);
  await addEvent(transaction, runId, {
    code: 'TRIED_AGAIN',
    message: `${reason.code}: ${reason.message} The run is tried again${pause > 0 ? ` in ${pause / 1000} s` : ''} (${times} of ${limit}).`,
  });
  await requeue(transaction, runId, pause);
  await notifyQueue(transaction);
  return pause;
}

/** However often a run was tried before. */
const longestPauseMs = 600_000;

export async function finish(
  transaction: Queryable,
  runId: number,
  verdict: NonNullable<Run['verdict']>,
  reason: Reason | undefined,
): Promise<void> {
  await transaction.query(
    `UPDATE run SET state = 'finished', verdict = $2, reason_code = $3, reason_message = $4, finished_at = now(),
       phase = NULL, lease_until = NULL
     WHERE id = $1`,
    [runId, verdict, ...reasonColumns(reason)],
  );
  await keepCounts(transaction, runId);
  await notifyRun(transaction, runId);
  await notifyQueue(transaction);
}

/**
 * Takes a run away from a worker whose lease has expired: its attempt is `lost`, the test that was under way `broken`. The
 * run is queued again until it was lost `maxAttempts` times; then it is finished as broken. `undefined` when another
 * process was faster, or the worker renewed its lease after all.
 */
export function expire(database: Database, runId: number, maxAttempts: number): Promise<Run | undefined> {
  return database.transaction(async (transaction) => {
    const [expired] = await transaction.query<{ worker_id: string }>(
      `SELECT worker_id FROM run WHERE id = $1 AND state = 'running' AND lease_until < now()
       FOR NO KEY UPDATE SKIP LOCKED`,
      [runId],
    );
    if (!expired) return undefined;
    const reason: Reason = {
      code: 'WORKER_LOST',
      message: `Worker ${expired.worker_id} stopped answering while it had run ${runId}.`,
    };
    await openAttempt(transaction, runId);
    await transaction.query(
      `INSERT INTO result (run_id, test, suite, attempt, status, message, reason_code, reason_message, started_at, duration_ms)
       SELECT run.id, test, suite, run.attempt, 'broken', $2, $3, $2, planned_test.started_at,
         (extract(epoch FROM now() - planned_test.started_at) * 1000)::int
       FROM run JOIN planned_test ON run_id = run.id
       WHERE run.id = $1 AND planned_test.started_at IS NOT NULL
       ON CONFLICT DO NOTHING`,
      [runId, reason.message, reason.code],
    );
    await closeAttempt(transaction, runId, 'lost', reason);
    await addEvent(transaction, runId, reason);
    const [lost] = await transaction.query<{ count: number }>(
      `SELECT count(*) FROM attempt WHERE run_id = $1 AND outcome = 'lost'`,
      [runId],
    );
    const { cancelRequested } = await readRun(transaction, runId);
    if (!cancelRequested && lost && lost.count >= maxAttempts) {
      await finish(transaction, runId, 'broken', reason);
    } else {
      await requeue(transaction, runId);
      await notifyQueue(transaction);
    }
    return readRun(transaction, runId);
  });
}

function reasonColumns(reason: Reason | undefined): [string | null, string | null] {
  return reason ? [reason.code, storable(reason.message)] : [null, null];
}
