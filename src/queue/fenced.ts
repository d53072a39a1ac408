import { Fault } from '../errors.ts';
import type { Database, Queryable } from '../store/database.ts';
import type { ClaimKey } from './waiting-results.ts';

export type { ClaimKey };

/** Why a write with an older fence is refused. */
export function staleFence({ runId, fence }: ClaimKey): Fault {
  return new Fault('STALE_FENCE', `Run ${runId} is no longer held with fence ${fence}.`);
}

/**
 * Locks the rows of those runs that are held with these fences; they stay so until the end of the transaction. Returns, by
 * the id of the run, its attempt; the others are not in it. In the order of ids, so that nobody waits in a circle.
 */
export async function lockHeld(
  transaction: Queryable,
  claims: readonly ClaimKey[],
): Promise<Map<number, { attempt: number }>> {
  const rows = await transaction.query<{ id: number; attempt: number }>(
    `SELECT run.id, attempt FROM run
     JOIN unnest($1::bigint[], $2::bigint[]) AS claim (id, fence) ON run.id = claim.id AND run.fence = claim.fence
     WHERE state = 'running' ORDER BY run.id FOR NO KEY UPDATE OF run`,
    claimColumns(claims),
  );
  return new Map(rows.map(({ id, attempt }) => [id, { attempt }]));
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
    const run = (await lockHeld(transaction, [claim])).get(claim.runId);
    if (!run) throw staleFence(claim);
    return work(transaction, run);
  });
}

/** As parameters of `unnest($1::bigint[], $2::bigint[])`. */
export const claimColumns = (claims: readonly ClaimKey[]): [number[], number[]] => [
  claims.map(({ runId }) => runId),
  claims.map(({ fence }) => fence),
];
