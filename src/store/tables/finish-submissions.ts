import type { Database } from '../database/database.ts';
import { insertNotice } from './notices.ts';
import { classCountsOfOwn, referenceOfOwn } from './submissions.ts';

/**
 * Finishes the submissions whose runs are all finished, with their verdict, class counts and reference; returns their ids. Any number of
 * processes may do so.
 */
export async function finishSubmissions(database: Database): Promise<number[]> {
  const ready = await database.query<{ id: number }>(
    `SELECT id FROM submission WHERE finished_at IS NULL AND ${allRunsFinished} ORDER BY id`,
  );
  const finished: number[] = [];
  for (const { id } of ready) if (await finishSubmission(database, id)) finished.push(id);
  return finished;
}

/** False when another process was faster, or a run executes tests again. */
function finishSubmission(database: Database, id: number): Promise<boolean> {
  return database.transaction(async (transaction) => {
    // The next statement sees what a transaction committed that had this row before, see `reopenRun`.
    await transaction.query('SELECT id FROM submission WHERE id = $1 FOR NO KEY UPDATE', [id]);
    const rows = await transaction.query<{ id: number; imported_from: string | null }>(
      `UPDATE submission SET finished_at = ended.finished_at, verdict = ended.verdict, reference_id = ended.reference_id,
           result_classes = ended.result_classes
         FROM (
           SELECT own.id, ${referenceOfOwn} AS reference_id, (${classCountsOfOwn}) AS result_classes, ended.* FROM submission AS own, LATERAL (
             SELECT max(finished_at) AS finished_at,
               CASE
                 WHEN bool_or(verdict = 'broken') THEN 'broken'
                 WHEN bool_or(verdict = 'failed') THEN 'failed'
                 WHEN bool_or(verdict = 'cancelled') THEN 'cancelled'
                 ELSE 'passed'
               END AS verdict
             FROM run WHERE submission_id = own.id
           ) AS ended
           WHERE own.id = $1
         ) AS ended
         WHERE submission.id = ended.id AND submission.finished_at IS NULL AND ${allRunsFinished}
         RETURNING submission.id, imported_from`,
      [id],
    );
    const [finished] = rows;
    if (!finished) return false;
    // What another system executed was announced there.
    if (finished.imported_from !== null) return true;
    await insertNotice(transaction, { kind: 'submission-finished', submissionId: id });
    return true;
  });
}

/** SQL: all runs of a submission are finished and compared, and it has one. */
const allRunsFinished = `EXISTS (SELECT FROM run WHERE submission_id = submission.id)
  AND NOT EXISTS (SELECT FROM run WHERE submission_id = submission.id AND compared_at IS NULL)`;
