import type { Run } from '../model/run.ts';
import { channels, type Queryable } from '../store/database.ts';
import { type RunRow, toRuns } from '../store/runs.ts';
import type { ClaimKey } from './waiting-results.ts';

/**
 * Counts each claim as an attempt, once, whoever asks: the worker that starts, or the one that finds it lost. Returns the
 * runs; one that is not held with that fence is not in it, and not changed. One statement does it, so that a start is
 * one answer away.
 */
export async function openAttempts(database: Queryable, claims: readonly ClaimKey[]): Promise<Run[]> {
  const rows = await database.query<RunRow>(
    `WITH held AS (
       SELECT run.id, attempt, run.fence, worker_id FROM run
       JOIN unnest($1::bigint[], $2::bigint[]) AS claim (id, fence) ON run.id = claim.id AND run.fence = claim.fence
       WHERE state = 'running' ORDER BY run.id FOR NO KEY UPDATE OF run
     ), opened AS (
       INSERT INTO attempt (run_id, attempt, fence, worker_id) SELECT id, attempt + 1, fence, worker_id FROM held
       ON CONFLICT (run_id, fence) DO NOTHING
       RETURNING run_id, attempt
     )
     UPDATE run SET attempt = coalesce(opened.attempt, held.attempt), started_at = coalesce(started_at, now())
     FROM held LEFT JOIN opened ON opened.run_id = held.id, environment
     WHERE run.id = held.id AND environment.id = run.environment_id
     RETURNING run.*, environment.code AS environment_code, pg_notify('${channels.run}', run.id::text)`,
    [claims.map(({ runId }) => runId), claims.map(({ fence }) => fence)],
  );
  // In a first attempt there is no plan yet.
  return toRuns(database, rows, 2);
}
