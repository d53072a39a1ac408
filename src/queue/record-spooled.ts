import type { Database } from '../store/database/database.ts';
import type { LastingClaimKey } from './claim-key.ts';
import { type NewResult, writeResult } from './recorder.ts';

/**
 * Writes results that a worker got before its lease ended, when the database is available again. They count as long as no other
 * worker has claimed the run since: its fence is still that of the claim, whether the run is requeued or only overdue.
 *
 * `stale`: another worker has claimed the run, or it has ended (and a user may have retried it since), or the database was restored and the claim is another one with the same
 * numbers; nothing was written. `held`: the worker still has the run
 * and writes the results itself; nothing was written.
 */
export function recordSpooled(
  database: Database,
  { runId, fence, identity }: LastingClaimKey,
  results: NewResult[],
): Promise<'written' | 'stale' | 'held'> {
  return database.transaction(async (transaction) => {
    const [run] = await transaction.query<{ attempt: number | null; held: boolean }>(
      `SELECT attempt.attempt, run.state = 'running' AND run.lease_until >= now() AS held
       FROM run LEFT JOIN attempt ON attempt.run_id = run.id AND attempt.fence = run.fence
       WHERE run.id = $1 AND run.fence = $2 AND run.state <> 'finished' AND attempt.attempt > run.retried_after
         AND ($3::uuid IS NULL OR attempt.identity IS NULL OR attempt.identity = $3) FOR NO KEY UPDATE OF run`,
      [runId, fence, identity ?? null],
    );
    if (run === undefined || run.attempt === null) return 'stale';
    if (run.held) return 'held';
    for (const result of results) await writeResult(transaction, runId, run.attempt, result);
    return 'written';
  });
}
