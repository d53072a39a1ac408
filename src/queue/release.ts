import { asSentence } from '../faults/sentence.ts';
import type { Reason, Run, Verdict } from '../model/run.ts';
import {
  channels,
  type Database,
  notifyClaim,
  notifyQueue,
  notifyRuns,
  type Queryable,
  storable,
} from '../store/database/database.ts';
import type { AttemptOutcome } from '../store/tables/attempts.ts';
import { addEvent } from '../store/tables/events.ts';
import { insertRunFinished, runFinishedNotices } from '../store/tables/notices.ts';
import { countedRuns } from '../store/tables/run-counts.ts';
import { afterHooksDue } from '../store/tables/run-hooks.ts';
import { readRun } from '../store/tables/runs.ts';
import type { ClaimKey } from './claim-key.ts';
import { markFailed } from './repeat-failed.ts';

// The ways in which a run stops running. `expire` opens its own transaction and `finish` is one statement; the others need a
// transaction that has locked the row of the run.

/** How the attempt of a run ends. */
interface AttemptEnd {
  runId: number;
  outcome: AttemptOutcome;
  reason?: Reason | undefined;
}

/** Ends the open attempt of a run. */
export async function closeAttempt(transaction: Queryable, end: AttemptEnd): Promise<void> {
  await transaction.query(
    `WITH ending AS (
       SELECT * FROM jsonb_to_record($1::jsonb)
         AS given (run_id bigint, outcome text, reason_code text, reason_message text)
     ), ${closing} SELECT`,
    [JSON.stringify(attemptRow(end))],
  );
}

/** Removes the attempt of a claim, as if there had been no claim. */
export async function deleteAttempt(transaction: Queryable, { runId, fence }: ClaimKey): Promise<void> {
  await transaction.query(
    `WITH forgotten AS (DELETE FROM attempt WHERE run_id = $1 AND fence = $2)
     UPDATE run SET attempt = attempt - 1, started_at = CASE WHEN attempt > retried_after + 1 THEN started_at END
     WHERE id = $1`,
    [runId, fence],
  );
}

/** Part of a statement: ends the open attempts in `ending`, and marks none of their tests and hooks as under way. */
const closing = `
  stopped AS (
    UPDATE planned_test SET started_at = NULL FROM ending
    WHERE planned_test.run_id = ending.run_id AND started_at IS NOT NULL
  ), interrupted AS (
    UPDATE run_hook SET state = 'interrupted', ended_at = now() FROM ending
    WHERE run_hook.run_id = ending.run_id AND state = 'running'
  ), closed AS (
    UPDATE attempt SET ended_at = now(), outcome = ending.outcome, reason_code = ending.reason_code,
      reason_message = ending.reason_message
    FROM ending WHERE attempt.run_id = ending.run_id AND ended_at IS NULL
  )`;

const attemptRow = ({ runId, outcome, reason }: AttemptEnd) => ({
  run_id: runId,
  outcome,
  reason_code: reason?.code,
  reason_message: reason && storable(reason.message),
});

/**
 * Puts a run back into the queue under its id, so that it is the head again; a run that was cancelled ends instead, unless hooks after
 * its tests are due: then the next attempt executes only those. No worker claims it in the next `pauseMs`.
 */
export async function requeue(transaction: Queryable, runId: number, pauseMs = 0): Promise<void> {
  await transaction.query(
    `UPDATE run SET
       state = CASE WHEN ends THEN 'finished' ELSE 'queued' END,
       verdict = CASE WHEN ends THEN 'cancelled' END,
       finished_at = CASE WHEN ends THEN now() END,
       end_verdict = CASE WHEN cancel_requested AND NOT ends THEN coalesce(end_verdict, 'cancelled') ELSE end_verdict END,
       phase = NULL, lease_until = NULL, worker_id = NULL,
       retry_at = CASE WHEN $2 > 0 AND NOT cancel_requested THEN now() + $2 * interval '1 millisecond' END
     FROM (SELECT id AS own_id, cancel_requested AND NOT ${afterHooksDue} AS ends FROM run WHERE id = $1) AS own
     WHERE id = own_id`,
    [runId, pauseMs],
  );
  await insertRunFinished(transaction, [runId]);
  await notifyRuns(transaction, [runId]);
}

/** How often a run may be retried. */
export interface RetryPolicy {
  /**
   * What the attempt becomes. `handed-back`: the worker lost what it needs to continue; such an attempt counts together with those
   * of lost workers, see `countInterruptions`. `broken`: what the run needs was unavailable; such attempts are counted alone.
   */
  outcome: 'handed-back' | 'broken';
  /** How many such attempts the run may have before it has to end. */
  limit: number;
  /**
   * Milliseconds before the first retry; four times as long before each one after it. An attempt that was handed back for another reason
   * does not lengthen the pause of this one: the environment waits with its run.
   */
  pauseMs: number;
}

/**
 * Ends the attempt with a reason and requeues the run as the head of its queue; no worker claims it before the pause is over. After a
 * `broken` attempt, failed tests that may be retried are executed again as well. Returns the pause in milliseconds, or `undefined` when the
 * limit is reached: then nothing is changed.
 */
export async function retry(
  transaction: Queryable,
  runId: number,
  reason: Reason,
  { outcome, limit, pauseMs }: RetryPolicy,
): Promise<number | undefined> {
  const count = outcome === 'broken' ? countBroken : countInterruptions;
  const times = (await count(transaction, runId)) + 1;
  if (times > limit) return undefined;
  const pauses = outcome === 'broken' ? times - 1 : await countHandedBack(transaction, runId, reason.code);
  const delayMs = Math.min(maxRetryDelayMs, pauseMs * 4 ** pauses);
  if (outcome === 'broken') await markFailed(transaction, runId);
  await closeAttempt(transaction, { runId, outcome, reason });
  await addEvent(transaction, runId, {
    code: 'TRIED_AGAIN',
    message: `${reason.code}: ${asSentence(reason.message)} The run is retried${delayMs > 0 ? ` in ${delayMs / 1000} s` : ''} (${times} of ${limit}).`,
  });
  await requeue(transaction, runId, delayMs);
  await notifyQueue(transaction);
  return delayMs;
}

/**
 * Ends the attempt and requeues the run as the head of its queue, to execute failed tests again. Returns their number; `undefined`
 * when none may be retried: then nothing is changed.
 */
export async function retryFailed(transaction: Queryable, runId: number): Promise<number | undefined> {
  const count = await markFailed(transaction, runId);
  if (count === 0) return undefined;
  await closeAttempt(transaction, { runId, outcome: 'finished' });
  await addEvent(transaction, runId, {
    code: 'FAILED_RETRIED',
    message: `${count === 1 ? '1 failed test is' : `${count} failed tests are`} executed again.`,
  });
  await requeue(transaction, runId);
  await notifyQueue(transaction);
  return count;
}

/**
 * The attempts of a run that ended because a worker was lost, or lost its lock or the database. An attempt that was requeued
 * because its worker stopped has no reason, and does not count.
 */
const countInterruptions = (transaction: Queryable, runId: number) =>
  countAttempts(
    transaction,
    runId,
    `outcome = 'lost' OR (outcome = 'handed-back' AND attempt.reason_code IS NOT NULL)`,
  );

const countBroken = (transaction: Queryable, runId: number) =>
  countAttempts(transaction, runId, `outcome = 'broken'`);

const countHandedBack = (transaction: Queryable, runId: number, code: string) =>
  countAttempts(transaction, runId, `outcome = 'handed-back' AND attempt.reason_code = $2`, [code]);

/** Attempts since a user last retried the run. */
async function countAttempts(
  transaction: Queryable,
  runId: number,
  condition: string,
  values: readonly string[] = [],
): Promise<number> {
  const [row] = await transaction.query<{ count: number }>(
    `SELECT count(*) FROM attempt JOIN run ON run.id = run_id
     WHERE run_id = $1 AND attempt.attempt > retried_after AND (${condition})`,
    [runId, ...values],
  );
  return row?.count ?? 0;
}

/** The longest pause before a retry, however often the run was retried. */
const maxRetryDelayMs = 600_000;

/** How a run ends, and its attempt if one is open. */
export interface RunEnd extends ClaimKey {
  verdict: Verdict;
  reason?: Reason | undefined;
}

/**
 * Finishes the runs that are held with these fences, and returns their ids. Notifies the listeners of runs, and those of the queue,
 * because there may be a run to claim. One statement does all of it, so that an end costs one round trip.
 *
 * The counts of the tests by status are stored with the run: counting the tests of fifty runs for a page takes too long. The counts
 * are as old as the statement, though it may have waited for a row. While the lease holds no other process writes results (see
 * `recordSpooled`); without a valid lease no counts are stored, and readers count the tests themselves.
 */
export async function finish(database: Queryable, ends: readonly RunEnd[]): Promise<Set<number>> {
  const rows = await database.query<{ id: number }>(
    `WITH ending AS (
       SELECT given.* FROM jsonb_to_recordset($1::jsonb)
         AS given (run_id bigint, fence bigint, verdict text, outcome text, reason_code text, reason_message text)
       JOIN run ON run.id = run_id AND run.fence = given.fence
       WHERE state = 'running' ORDER BY run.id FOR NO KEY UPDATE OF run
     ), ${closing},
     counted AS (${countedRuns('SELECT unnest($2::bigint[])', 'true')}),
     ended AS (
       SELECT ending.*, CASE WHEN seen.lease_until >= now() THEN counted.counts END AS counts
       FROM ending JOIN run AS seen ON seen.id = ending.run_id LEFT JOIN counted USING (run_id)
     ),
     finished AS (
       UPDATE run SET state = 'finished', verdict = ended.verdict, reason_code = ended.reason_code,
         reason_message = ended.reason_message, counts = ended.counts, finished_at = now(), phase = NULL,
         lease_until = NULL, end_verdict = NULL, end_reason_code = NULL, end_reason_message = NULL
       FROM ended WHERE run.id = run_id RETURNING run.id, submission_id
     ), ${runFinishedNotices}
     SELECT id, pg_notify('${channels.run}', id::text), pg_notify('${channels.queue}', ''),
       (SELECT count(pg_notify('${channels.message}', 'notice')) FROM noticed)
     FROM finished`,
    [
      JSON.stringify(
        ends.map((end) => ({
          ...attemptRow({ ...end, outcome: outcomeOf(end) }),
          fence: end.fence,
          verdict: end.verdict,
        })),
      ),
      ends.map(({ runId }) => runId),
    ],
  );
  return new Set(rows.map(({ id }) => id));
}

function outcomeOf({ verdict, reason }: RunEnd): AttemptOutcome {
  if (verdict === 'cancelled') return 'cancelled';
  return reason ? 'broken' : 'finished';
}

/**
 * Takes a run away from a worker whose lease has expired: its attempt is `lost`, the test that was under way `broken`. The
 * run is requeued until it was interrupted `maxAttempts` times (see `countInterruptions`); then it is finished as broken. Returns the
 * run after that; `undefined` when another process was faster, or the worker renewed its lease after all.
 */
export function expire(database: Database, runId: number, maxAttempts: number): Promise<Run | undefined> {
  return database.transaction(async (transaction) => {
    const [expired] = await transaction.query<{ worker_id: string; fence: number }>(
      `SELECT worker_id, fence FROM run WHERE id = $1 AND state = 'running' AND lease_until < now()
       FOR NO KEY UPDATE SKIP LOCKED`,
      [runId],
    );
    if (!expired) return undefined;
    const reason: Reason = {
      code: 'WORKER_LOST',
      message: `Worker ${expired.worker_id} stopped answering while it had run ${runId}.`,
    };
    await transaction.query(
      `INSERT INTO result (run_id, test, suite, attempt, status, message, reason_code, reason_message, started_at, duration_ms)
       SELECT run.id, test, suite, run.attempt, 'broken', $2, $3, $2, planned_test.started_at,
         (extract(epoch FROM now() - planned_test.started_at) * 1000)::int
       FROM run JOIN planned_test ON run_id = run.id
       WHERE run.id = $1 AND planned_test.started_at IS NOT NULL
       ON CONFLICT DO NOTHING`,
      [runId, reason.message, reason.code],
    );
    await closeAttempt(transaction, { runId, outcome: 'lost', reason });
    await addEvent(transaction, runId, reason);
    const interruptions = await countInterruptions(transaction, runId);
    const { cancelRequested, decidedEnd } = await readRun(transaction, runId);
    // The hooks after the tests get as many attempts again: they may be what costs the workers. A cancelled run is executed for them
    // alone.
    const hookLimit = 2 * maxAttempts;
    const areHooksDue = interruptions < hookLimit && (await hooksAreDue(transaction, runId));
    const isLast = interruptions >= (cancelRequested ? hookLimit : maxAttempts);
    const verdict = cancelRequested
      ? { verdict: 'cancelled' as const }
      : { verdict: 'broken' as const, reason, ...decidedEnd };
    if (isLast && !areHooksDue) {
      await giveUpAfterHooks(transaction, runId, reason);
      await finish(transaction, [{ runId, fence: expired.fence, ...verdict }]);
    } else {
      if (isLast) await decideEnd(transaction, { runId, ...verdict });
      await requeue(transaction, runId);
      await notifyQueue(transaction);
    }
    // If that worker is alive after all, it stops sooner.
    await notifyClaim(transaction, runId);
    return readRun(transaction, runId);
  });
}

/** Whether hooks after the tests of a run wait for their execution. */
export async function hooksAreDue(transaction: Queryable, runId: number): Promise<boolean> {
  const rows = await transaction.query(`SELECT id FROM run WHERE id = $1 AND ${afterHooksDue}`, [runId]);
  return rows.length > 0;
}

/** Ends all hooks after the tests of a run that have not ended: they cannot be executed. */
export async function giveUpAfterHooks(
  transaction: Queryable,
  runId: number,
  { code, message }: Reason,
): Promise<void> {
  await transaction.query(
    `UPDATE run_hook SET state = CASE run_hook.state WHEN 'waiting' THEN 'failed' ELSE 'interrupted' END, code = $2, message = $3,
       ended_at = now()
     FROM run WHERE run.id = run_id AND run_id = $1 AND round = hooks_round AND moment = 'after' AND run_hook.code IS NULL
       AND run_hook.state IN ('waiting', 'running', 'interrupted')`,
    [runId, code, storable(message)],
  );
}

/**
 * Decides the verdict of a run whose hooks after the tests are due: whichever worker has the run then executes only those. A reason
 * becomes an event, because the hooks may take long, and end in another attempt.
 */
export async function decideEnd(
  transaction: Queryable,
  { runId, verdict, reason }: Omit<RunEnd, 'fence'>,
): Promise<void> {
  const [decided] = await transaction.query<{ is_first: boolean }>(
    `UPDATE run SET end_verdict = $2, end_reason_code = $3, end_reason_message = $4
     FROM (SELECT id, end_verdict IS NULL AS is_first FROM run WHERE id = $1 FOR NO KEY UPDATE) AS earlier
     WHERE run.id = earlier.id RETURNING is_first`,
    [runId, verdict, reason?.code ?? null, reason ? storable(reason.message) : null],
  );
  if (!decided?.is_first || !reason) return;
  await addEvent(transaction, runId, {
    code: 'VERDICT_DECIDED',
    message: `The run is ${verdict} with ${reason.code}; only hooks after its tests are left.`,
  });
}
