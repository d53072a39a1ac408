import type { Database } from '../database/database.ts';
import { insertNotice } from './notices.ts';

/**
 * Adds notices about submissions that are under way: `first-failure` once for each, when its first test has failed, and
 * `submission-progress` when there are more results than at the last one, and the submission has a message that can change; and about those
 * that an older process has finished. Any number of processes may do so.
 */
export async function insertSubmissionNotices(database: Database): Promise<void> {
  await insertMissingFinished(database);
  const first = await database.query<{ id: number }>(
    `SELECT submission.id FROM submission
     WHERE finished_at IS NULL AND first_failure_at IS NULL AND ${someRuleHasFirstFailure} AND ${hasFailure} ORDER BY id`,
  );
  for (const { id } of first) {
    await database.transaction(async (transaction) => {
      const rows = await transaction.query(
        `UPDATE submission SET first_failure_at = now()
         WHERE id = $1 AND first_failure_at IS NULL AND finished_at IS NULL RETURNING id`,
        [id],
      );
      if (rows.length > 0) await insertNotice(transaction, { kind: 'first-failure', submissionId: id });
    });
  }
  const moved = await database.query<{ id: number; before: string | null; progress: string }>(
    `SELECT submission.id, submission.progress AS before, counted.progress FROM submission, LATERAL (${progressOfSubmission}) AS counted
     WHERE finished_at IS NULL AND EXISTS (SELECT FROM message WHERE submission_id = submission.id AND purpose IN ('post', 'status'))
       AND counted.progress IS DISTINCT FROM submission.progress ORDER BY submission.id`,
  );
  for (const { id, before, progress } of moved) {
    await database.transaction(async (transaction) => {
      const rows = await transaction.query(
        `UPDATE submission SET progress = $3
         WHERE id = $1 AND progress IS NOT DISTINCT FROM $2 AND finished_at IS NULL RETURNING id`,
        [id, before, progress],
      );
      if (rows.length > 0) await insertNotice(transaction, { kind: 'submission-progress', submissionId: id });
    });
  }
}

/** Adds `submission-finished` for submissions that a process from before there were notices (0030) has finished. */
async function insertMissingFinished(database: Database): Promise<void> {
  const missing = await database.query<{ id: number }>(
    `SELECT id FROM submission WHERE id IN (SELECT submission_id FROM run WHERE finished_at > now() - interval '1 hour')
       AND ${isFinishedUnnoticed} ORDER BY id`,
  );
  for (const { id } of missing) {
    await database.transaction(async (transaction) => {
      await transaction.query('SELECT id FROM submission WHERE id = $1 FOR NO KEY UPDATE', [id]);
      // The next statement sees what a transaction committed that had this row before.
      const rows = await transaction.query(
        `SELECT id FROM submission WHERE id = $1 AND ${isFinishedUnnoticed}`,
        [id],
      );
      if (rows.length > 0) await insertNotice(transaction, { kind: 'submission-finished', submissionId: id });
    });
  }
}

/** SQL: a submission is finished without a notice, though a channel was enabled then. Imported ones have none. */
const isFinishedUnnoticed = `submission.imported_from IS NULL AND submission.finished_at > (SELECT min(changed_at) FROM channel WHERE disabled_at IS NULL)
  AND NOT EXISTS (
    SELECT FROM notice WHERE notice.submission_id = submission.id AND notice.kind = 'submission-finished'
  )`;

/** SQL: a rule announces first failures. Without one the results are not looked at. */
const someRuleHasFirstFailure = `EXISTS (SELECT FROM message_rule WHERE disabled_at IS NULL AND 'first-failure' = ANY (occasions))`;

/** SQL: a test of an own run failed or is broken by its latest result, and is not executed again. */
const hasFailure = `EXISTS (
    SELECT FROM run JOIN result ON result.run_id = run.id
    JOIN planned_test ON planned_test.run_id = run.id AND planned_test.test = result.test AND planned_test.suite = result.suite
    WHERE run.submission_id = submission.id AND result.status IN ('failed', 'broken')
      AND planned_test.retry_failed IS NULL AND result.attempt > coalesce(planned_test.redo_after, 0)
  )`;

/** SQL: the number of results and of failures of a submission so far: \`31 2\`. */
const progressOfSubmission = `
  SELECT count(*) || ' ' || count(*) FILTER (WHERE status IN ('failed', 'broken')) AS progress
  FROM run JOIN result ON result.run_id = run.id WHERE run.submission_id = submission.id`;
