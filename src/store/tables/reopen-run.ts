import type { Queryable } from '../database/database.ts';

/**
 * Marks a finished run, which will execute tests again, as not compared, and its submission as not finished. The caller makes it queued in
 * the same transaction.
 */
export async function reopenRun(transaction: Queryable, runId: number): Promise<void> {
  await transaction.query(
    `WITH reopened AS (UPDATE run SET compared_at = NULL WHERE id = $1 RETURNING submission_id)
     UPDATE submission SET finished_at = NULL, verdict = NULL, reference_id = NULL, result_classes = NULL
     FROM reopened WHERE submission.id = reopened.submission_id`,
    [runId],
  );
}
