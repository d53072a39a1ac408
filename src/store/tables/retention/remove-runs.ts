import { type Database, notifyRuns, type Queryable } from '../../database/database.ts';

/**
 * Begins the removal of runs, in one transaction: from then on they count as removed, and their rollups count instead. Runs that were
 * pinned, retried or removed meanwhile are left out. Returns the ids of the others.
 */
export function beginRemoval(database: Database, runIds: readonly number[]): Promise<number[]> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.query<{ id: number }>(
      `UPDATE run SET removal_at = now()
       WHERE id = ANY ($1::bigint[]) AND state = 'finished' AND compared_at IS NOT NULL AND pinned_at IS NULL AND removal_at IS NULL
       RETURNING id`,
      [runIds],
    );
    const ids = rows.map(({ id }) => id).sort((one, other) => one - other);
    if (ids.length === 0) return ids;
    await transaction.query(
      `INSERT INTO run_rollup (id, identity, queued_at, environment_id, verdict, at, commit_id, shop_version, slowness, week,
         passed, failed, broken, flaky, waiting_ms, duration_ms)
       SELECT run.id, identity, queued_at, environment_id, run.verdict, coalesce(started_at, queued_at), commit_id, shop_version, slowness,
         ${weekOf('coalesce(submission.created_at, queued_at)')},
         coalesce((counts ->> 'passed')::int, 0), coalesce((counts ->> 'failed')::int, 0), coalesce((counts ->> 'broken')::int, 0),
         coalesce((run.result_classes ->> 'flakyInRun')::int, 0),
         coalesce(extract(epoch FROM started_at - queued_at) * 1000, 0)::bigint,
         coalesce(extract(epoch FROM run.finished_at - started_at) * 1000, 0)::bigint
       FROM run LEFT JOIN submission ON submission.id = submission_id WHERE run.id = ANY ($1::bigint[])
       ON CONFLICT (id) DO NOTHING`,
      [ids],
    );
    await notifyRuns(transaction, ids);
    return ids;
  });
}

/** The runs whose removal has begun. */
export async function runsInRemoval(database: Queryable): Promise<number[]> {
  const rows = await database.query<{ id: number }>(
    'SELECT id FROM run WHERE removal_at IS NOT NULL ORDER BY id',
  );
  return rows.map(({ id }) => id);
}

/**
 * Deletes at most `limit` planned tests of a run in removal, with their results, in one transaction that adds them to the rollups. Returns
 * their number; 0 when none are left.
 */
export function removeTests(database: Database, runId: number, limit: number): Promise<number> {
  return database.transaction(async (transaction) => {
    // Two processes never add the same tests: the second one waits, and then finds the next ones.
    const [run] = await transaction.query<{ environment_id: number; day: string }>(
      `SELECT environment_id, (coalesce(
         (SELECT created_at FROM submission WHERE submission.id = submission_id), queued_at) AT TIME ZONE 'UTC')::date::text AS day
       FROM run WHERE id = $1 AND removal_at IS NOT NULL FOR UPDATE`,
      [runId],
    );
    if (!run) return 0;
    const first = `SELECT position FROM planned_test WHERE run_id = $1 ORDER BY position LIMIT $2`;
    await transaction.query(
      `WITH gone AS (
         DELETE FROM result USING planned_test AS planned
         WHERE result.run_id = $1 AND planned.run_id = $1 AND planned.position IN (${first})
           AND result.test = planned.test AND result.suite = planned.suite
         RETURNING result.cause, recorded_at
       )
       INSERT INTO cause_rollup AS known (cause, failures, first_at, last_at, run_id, submission_id, commit_id, commit_subject)
       SELECT cause, failures, first_at, last_at, run.id, submission_id, commit_id, commit_subject
       FROM (
         SELECT cause, count(*) AS failures, min(recorded_at) AS first_at, max(recorded_at) AS last_at
         FROM gone WHERE cause IS NOT NULL GROUP BY cause
       ) AS causes, run WHERE run.id = $1
       ON CONFLICT (cause) DO UPDATE SET failures = known.failures + excluded.failures,
         last_at = greatest(known.last_at, excluded.last_at), first_at = least(known.first_at, excluded.first_at),
         ${['run_id', 'submission_id', 'commit_id', 'commit_subject']
           .map(
             (column) =>
               `${column} = CASE WHEN excluded.first_at < known.first_at THEN excluded.${column} ELSE known.${column} END`,
           )
           .join(', ')}`,
      [runId, limit],
    );
    const [gone] = await transaction.query<{ tests: number }>(
      `WITH gone AS (
         DELETE FROM planned_test WHERE run_id = $1 AND position IN (${first})
         RETURNING test, suite, outcome, flaky_in_run, duration_ms
       ), sums AS (
         SELECT test, suite, (outcome = 'passed')::int AS passed, (outcome = 'failed')::int AS failed,
           coalesce(flaky_in_run, false)::int AS flaky, (outcome = 'broken')::int AS broken,
           (CASE WHEN outcome IN ('passed', 'failed') THEN coalesce(duration_ms, 0) ELSE 0 END)::bigint AS total_ms
         FROM gone WHERE outcome IS NOT NULL
       ), week_written AS (
         INSERT INTO test_week AS week (week, environment_id, test, suite, passed, failed, flaky, broken, total_ms)
         SELECT ${weekOf('$4::date')}, $3::int, test, suite, passed, failed, flaky, broken, total_ms FROM sums
         ON CONFLICT (week, environment_id, test, suite) DO UPDATE SET
           ${sumColumns.map((column) => `${column} = week.${column} + excluded.${column}`).join(', ')}
       ), day_deleted AS (
         DELETE FROM test_day USING sums WHERE ${isDayOfSums} AND ${isAllOfDay}
       ), day_written AS (
         UPDATE test_day SET ${sumColumns.map((column) => `${column} = greatest(0, test_day.${column} - sums.${column})`).join(', ')}
         FROM sums WHERE ${isDayOfSums} AND NOT (${isAllOfDay})
       )
       SELECT count(*) AS tests FROM gone`,
      [runId, limit, run.environment_id, run.day],
    );
    return gone?.tests ?? 0;
  });
}

/** Deletes a run in removal that has no tests any more, and its submission when it was the last run of it. */
export function endRemoval(database: Database, runId: number): Promise<void> {
  return database.transaction(async (transaction) => {
    // Of two last runs that are removed at the same time, the second sees that the first is gone.
    await transaction.query(
      'SELECT FROM submission WHERE id = (SELECT submission_id FROM run WHERE id = $1) FOR UPDATE',
      [runId],
    );
    await transaction.query('UPDATE run SET retry_of = NULL WHERE retry_of = $1', [runId]);
    await transaction.query(
      `WITH gone AS (DELETE FROM run WHERE id = $1 AND removal_at IS NOT NULL RETURNING submission_id)
       DELETE FROM submission WHERE id IN (SELECT submission_id FROM gone) AND finished_at IS NOT NULL
         AND NOT EXISTS (SELECT FROM run WHERE run.submission_id = submission.id AND run.id <> $1)`,
      [runId],
    );
  });
}

/** Those of these runs that were removed, and have files nevertheless. */
export async function removedRuns(database: Queryable, runIds: readonly number[]): Promise<number[]> {
  const rows = await database.query<{ id: number }>(
    `SELECT id FROM run_rollup WHERE id = ANY ($1::bigint[]) AND NOT EXISTS (SELECT FROM run WHERE run.id = run_rollup.id)
     ORDER BY id`,
    [runIds],
  );
  return rows.map(({ id }) => id);
}

const sumColumns = ['passed', 'failed', 'flaky', 'broken', 'total_ms'] as const;

const isDayOfSums = `test_day.day = $4::date AND test_day.environment_id = $3
  AND test_day.test = sums.test AND test_day.suite = sums.suite`;
const isAllOfDay = ['passed', 'failed', 'broken']
  .map((column) => `test_day.${column} <= sums.${column}`)
  .join(' AND ');

/** SQL of the Monday of the week of a time or a date, in UTC. */
function weekOf(time: string): string {
  return `date_trunc('week', ${time.endsWith('::date') ? `${time}::timestamp` : `${time} AT TIME ZONE 'UTC'`})::date`;
}
