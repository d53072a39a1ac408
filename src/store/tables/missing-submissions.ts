import { advisoryLocks } from '../database/advisory-locks.ts';
import { type Database, notifyRuns } from '../database/database.ts';

/**
 * Adds the submissions of runs that have none, because a process from before there were submissions inserted them. Those of one
 * transaction have the same time. Returns the ids of the runs. Any number of processes may do so.
 */
export async function addMissingSubmissions(database: Database): Promise<number[]> {
  const [missing] = await database.query('SELECT FROM run WHERE submission_id IS NULL LIMIT 1');
  if (!missing) return [];
  return database.transaction(async (transaction) => {
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.missingSubmissions]);
    const rows = await transaction.query<{ id: number }>(
      `WITH orphan AS (
         SELECT id, environment_id, schedule_id, selection, requested_by, queued_at FROM run WHERE submission_id IS NULL
       ), added AS (
         INSERT INTO submission (name, schedule_id, selection, requested_by, created_at, environment_ids)
         SELECT (SELECT schedule.name FROM schedule WHERE schedule.id = schedule_id), schedule_id, selection, requested_by,
           queued_at, array_agg(DISTINCT environment_id ORDER BY environment_id)
         FROM orphan GROUP BY schedule_id, selection, requested_by, queued_at ORDER BY min(id)
         RETURNING id, schedule_id, selection, requested_by, created_at
       )
       UPDATE run SET submission_id = added.id
       FROM orphan JOIN added ON added.created_at = queued_at AND added.requested_by = orphan.requested_by
         AND added.selection = orphan.selection AND added.schedule_id IS NOT DISTINCT FROM orphan.schedule_id
       WHERE run.id = orphan.id RETURNING run.id`,
    );
    const ids = rows.map(({ id }) => id);
    await notifyRuns(transaction, ids);
    return ids;
  });
}
