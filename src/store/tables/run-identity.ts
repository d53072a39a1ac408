import type { RunIdentity } from '../../artifacts/run-folders.ts';
import type { Queryable } from '../database/database.ts';

/** The identity of a run, which its files carry; `undefined` when there is no such run. Also for schemas without identities. */
export async function readRunIdentity(database: Queryable, id: number): Promise<RunIdentity | undefined> {
  const [row] = await database.query<{ identity: string | null; queued_at: Date }>(
    `SELECT to_jsonb(run) ->> 'identity' AS identity, queued_at FROM run WHERE id = $1`,
    [id],
  );
  return row && { identity: row.identity ?? undefined, queuedAt: row.queued_at };
}
