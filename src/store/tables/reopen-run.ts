import type { Queryable } from '../database/database.ts';
import { insertNotice } from './notices.ts';

/**
 * Marks a finished run, which will execute tests again, as not compared, and its submission as not finished. The caller makes it queued in
 * the same transaction.
 */
export async function reopenRun(transaction: Queryable, runId: number): Promise<void> {
  // The run had ended: a reservation after it does not wait for its new attempt, which has to wait for the reservation.
  await transaction.query(
    'UPDATE reservation SET after_run_id = NULL WHERE after_run_id = $1 AND ended_at IS NULL',
    [runId],
  );
  const [reopened] = await transaction.query<{ id: number }>(
    `WITH reopened AS (UPDATE run SET compared_at = NULL WHERE id = $1 RETURNING submission_id)
     UPDATE submission SET finished_at = NULL, verdict = NULL, reference_id = NULL, result_classes = NULL
     FROM reopened WHERE submission.id = reopened.submission_id RETURNING submission.id`,
    [runId],
  );
  if (reopened) await insertNotice(transaction, { kind: 'submission-progress', submissionId: reopened.id });
}
