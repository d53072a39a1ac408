import type { RunIdentity } from '../../artifacts/run-folders.ts';
import type { Queryable } from '../database/database.ts';

interface IdentityRow {
  identity: string | null;
  queued_at: Date;
}

/**
 * The identity of a run, which its files carry; also of one that retention has removed, whose files may be left on a host. `undefined` when
 * there is no such run. Also for schemas without identities.
 */
export async function readRunIdentity(database: Queryable, id: number): Promise<RunIdentity | undefined> {
  const [row] = await database.query<IdentityRow>(
    `SELECT to_jsonb(run) ->> 'identity' AS identity, queued_at FROM run WHERE id = $1`,
    [id],
  );
  const run = row ?? (await readRemoved(database, id));
  return run && { identity: run.identity ?? undefined, queuedAt: run.queued_at };
}

async function readRemoved(database: Queryable, id: number): Promise<IdentityRow | undefined> {
  const [table] = await database.query<{ exists: boolean }>(
    `SELECT to_regclass('run_rollup') IS NOT NULL AS exists`,
  );
  if (!table?.exists) return undefined;
  const [row] = await database.query<IdentityRow>(
    'SELECT identity::text AS identity, queued_at FROM run_rollup WHERE id = $1',
    [id],
  );
  return row;
}
