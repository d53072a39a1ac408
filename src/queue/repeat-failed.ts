import { transientCodes } from '../faults/fault.ts';
import type { Reason } from '../model/run.ts';
import { type Queryable, storable } from '../store/database/database.ts';

// Automatic retries of failed tests, in a transaction that has locked the row of the run.

/**
 * Marks the failed tests that may be retried once more to be executed again, and returns their number. A test may be retried as often
 * as its plan says, since a user last retried the run.
 */
export async function markFailed(transaction: Queryable, runId: number): Promise<number> {
  const rows = await transaction.query(
    `WITH again AS (
       SELECT position, run.attempt AS redo_after FROM run JOIN planned_test ON run_id = run.id
       CROSS JOIN LATERAL (
         SELECT (array_agg(status ORDER BY result.attempt DESC))[1] AS last, max(result.attempt) AS last_attempt,
           count(*) FILTER (WHERE status = 'failed' AND result.attempt > retried_after) AS failures
         FROM result
         WHERE result.run_id = run.id AND result.test = planned_test.test AND result.suite = planned_test.suite
       ) AS recorded
       WHERE run.id = $1 AND retry_failed > 0 AND last = 'failed' AND last_attempt > coalesce(planned_test.redo_after, 0)
         AND failures <= retry_failed
     )
     UPDATE planned_test SET redo_after = again.redo_after FROM again
     WHERE run_id = $1 AND planned_test.position = again.position RETURNING planned_test.position`,
    [runId],
  );
  return rows.length;
}

/**
 * Records the tests that were not executed as skipped with this reason, and returns their number. One that was to be executed again
 * keeps its earlier result.
 */
export async function skipRest(transaction: Queryable, runId: number, reason: Reason): Promise<number> {
  await transaction.query(
    `UPDATE planned_test SET redo_after = NULL
     WHERE run_id = $1 AND redo_after IS NOT NULL AND EXISTS (
       SELECT FROM result
       WHERE result.run_id = $1 AND result.test = planned_test.test AND result.suite = planned_test.suite
         AND attempt <= redo_after
     ) AND NOT EXISTS (
       SELECT FROM result
       WHERE result.run_id = $1 AND result.test = planned_test.test AND result.suite = planned_test.suite
         AND attempt > redo_after
     )`,
    [runId],
  );
  const rows = await transaction.query(
    `INSERT INTO result (run_id, test, suite, attempt, status, message, reason_code, reason_message, started_at, duration_ms)
     SELECT run.id, test, suite, run.attempt, 'skipped', $2, $3, $2, now(), 0
     FROM run JOIN planned_test ON run_id = run.id
     WHERE run.id = $1 AND NOT EXISTS (
       SELECT FROM result
       WHERE result.run_id = run.id AND result.test = planned_test.test AND result.suite = planned_test.suite
         AND (result.reason_code IS NULL OR result.reason_code <> ALL ($4::text[]))
     )
     ON CONFLICT DO NOTHING RETURNING test`,
    [runId, storable(reason.message), reason.code, transientCodes],
  );
  return rows.length;
}
