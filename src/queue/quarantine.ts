import type { Queryable } from '../store/database/database.ts';
import { isActive } from '../store/tables/quarantines.ts';

/**
 * Marks the failed tests of a run that active quarantines cover, by the causes of their latest results. A mark stays until the test has
 * another result, also when the quarantine ends. Returns whether there is a new mark.
 */
export async function markQuarantined(transaction: Queryable, runId: number): Promise<boolean> {
  const rows = await transaction.query(
    `UPDATE planned_test SET quarantine_id = covering.id
     FROM (
       SELECT DISTINCT ON (latest.test, latest.suite) latest.test, latest.suite, quarantine.id
       FROM (
         SELECT DISTINCT ON (test, suite) test, suite, status, cause FROM result
         WHERE run_id = $1 ORDER BY test, suite, attempt DESC
       ) AS latest
       JOIN quarantine ON quarantine.test = latest.test AND quarantine.suite = latest.suite
         AND ${isActive} AND latest.cause = ANY (causes)
         AND (environment_id IS NULL OR environment_id = (SELECT environment_id FROM run WHERE id = $1))
       WHERE status = 'failed'
       ORDER BY latest.test, latest.suite, ends_at DESC
     ) AS covering
     WHERE run_id = $1 AND planned_test.test = covering.test AND planned_test.suite = covering.suite
       AND quarantine_id IS NULL
     RETURNING position`,
    [runId],
  );
  return rows.length > 0;
}
