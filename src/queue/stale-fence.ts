import { Fault } from '../faults/fault.ts';
import type { Database, Queryable } from '../store/database/database.ts';
import type { ClaimKey } from './claim-key.ts';

/** The fault that refuses a write with an older fence. */
export function staleFence({ runId, fence }: ClaimKey): Fault {
  return new Fault('STALE_FENCE', `Run ${runId} is no longer held with fence ${fence}.`);
}

/**
 * Runs `work` in a transaction in which the run is held with this fence and stays so: its row is locked until the end.
 * Errors: STALE_FENCE, and nothing is changed.
 */
export function fenced<T>(
  database: Database,
  claim: ClaimKey,
  work: (transaction: Queryable, run: { attempt: number }) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    const [run] = await transaction.query<{ attempt: number }>(
      `SELECT attempt FROM run WHERE id = $1 AND fence = $2 AND state = 'running' FOR NO KEY UPDATE`,
      [claim.runId, claim.fence],
    );
    if (!run) throw staleFence(claim);
    return work(transaction, run);
  });
}
