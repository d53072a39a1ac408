import type { Environment } from '../model/environment.ts';
import type { Run } from '../model/run.ts';
import { type Database, notifyRun, type Queryable } from '../store/database.ts';
import { readEnvironment } from '../store/environments.ts';
import { readRun } from '../store/runs.ts';

export interface Claim {
  run: Run;
  environment: Environment;
  fence: number;
}

interface ClaimRequest {
  workerId: string;
  leaseMs: number;
  /** Environments that are left alone. */
  exclude: number[];
}

/**
 * Takes the head of the queue of a free environment. Two statements in one READ COMMITTED transaction: the first locks the
 * row of an environment, the second sees what is true while that lock is held. One statement alone judges by a snapshot
 * from before the lock, and starts two runs on one environment.
 */
export async function claimNext(database: Database, request: ClaimRequest): Promise<Claim | undefined> {
  for (;;) {
    const claim = await database.transaction(async (transaction) => {
      const environmentId = await lockEnvironment(transaction, request.exclude);
      if (environmentId === undefined) return 'nothing';
      return (await takeHead(transaction, environmentId, request)) ?? 'overtaken';
    });
    // Overtaken: the first statement chose by what was true before another claim or cancel was committed. Look again,
    // because other environments may be free.
    if (claim !== 'overtaken') return claim === 'nothing' ? undefined : claim;
  }
}

/**
 * FOR NO KEY UPDATE excludes other claims but not the foreign keys of runs that are being inserted: with FOR UPDATE an
 * environment would be skipped while somebody submits a run for it, and if that rolls back nobody wakes the worker again.
 */
async function lockEnvironment(transaction: Queryable, exclude: number[]): Promise<number | undefined> {
  const [row] = await transaction.query<{ id: number }>(
    `SELECT environment.id
     FROM environment
     CROSS JOIN LATERAL (
       SELECT id, retry_at FROM run WHERE environment_id = environment.id AND state = 'queued'
       ORDER BY priority DESC, id LIMIT 1
     ) AS head
     WHERE (head.retry_at IS NULL OR head.retry_at <= now())
       AND removed_at IS NULL AND paused_at IS NULL AND environment.id <> ALL ($1::int[])
       AND NOT EXISTS (SELECT FROM run WHERE environment_id = environment.id AND state = 'running')
     ORDER BY head.id LIMIT 1
     FOR NO KEY UPDATE OF environment SKIP LOCKED`,
    [exclude],
  );
  return row?.id;
}

async function takeHead(
  transaction: Queryable,
  environmentId: number,
  { workerId, leaseMs }: ClaimRequest,
): Promise<Claim | undefined> {
  const [row] = await transaction.query<{ id: number; fence: number }>(
    `WITH head AS (
       SELECT id FROM (
         SELECT id, retry_at FROM run
         WHERE environment_id = $1 AND state = 'queued'
           AND NOT EXISTS (SELECT FROM run WHERE environment_id = $1 AND state = 'running')
         ORDER BY priority DESC, id LIMIT 1
         FOR NO KEY UPDATE
       ) AS first
       WHERE retry_at IS NULL OR retry_at <= now()
     ), bumped AS (
       UPDATE environment SET fence = fence + 1 WHERE id = $1 AND EXISTS (SELECT FROM head) RETURNING fence
     )
     UPDATE run SET state = 'running', phase = 'preparing', fence = bumped.fence, worker_id = $2, retry_at = NULL,
       lease_until = now() + $3 * interval '1 millisecond'
     FROM head, bumped WHERE run.id = head.id
     RETURNING run.id, run.fence`,
    [environmentId, workerId, leaseMs],
  );
  if (!row) return undefined;
  await notifyRun(transaction, row.id);
  return {
    run: await readRun(transaction, row.id),
    environment: await readEnvironment(transaction, environmentId),
    fence: row.fence,
  };
}
