import { Fault } from '../../faults/fault.ts';
import type { Queryable } from '../database/database.ts';

/** A request that makes something, by the key that the caller gave it. */
export interface IdempotentRequest {
  key: string;
  /** The same for the same request, and for no other. */
  fingerprint: string;
}

const kept = `interval '24 hours'`;
/** More than come in with each new one, so that old ones never pile up. */
const sweptAtOnce = 100;

export type IdempotencyKeys = ReturnType<typeof createIdempotencyKeys>;

/** What was answered to requests with a key, in the last 24 hours. */
export function createIdempotencyKeys(deps: { database: Queryable }) {
  return {
    /** The answer of the first time; `undefined` when this is the first. Errors: IDEMPOTENCY_KEY_REUSED. */
    async answer({ key, fingerprint }: IdempotentRequest): Promise<unknown> {
      const [row] = await deps.database.query<{ fingerprint: string; answer: string }>(
        `SELECT fingerprint, answer FROM creation WHERE key = $1 AND created_at >= now() - ${kept}`,
        [key],
      );
      if (row && row.fingerprint !== fingerprint) throw reused(key);
      return row && JSON.parse(row.answer);
    },
  };
}

/**
 * Part of the transaction that makes the thing. When another one with the key is under way it waits for its end. Errors:
 * IDEMPOTENCY_KEY_REUSED when the key has an answer already, whatever it was asked for.
 */
export async function keepAnswer(
  transaction: Queryable,
  { key, fingerprint }: IdempotentRequest,
  answer: unknown,
): Promise<void> {
  await transaction.query(
    `DELETE FROM creation WHERE key IN (
       SELECT key FROM creation WHERE created_at < now() - ${kept} LIMIT ${sweptAtOnce} FOR UPDATE SKIP LOCKED
     )`,
  );
  const rows = await transaction.query(
    `INSERT INTO creation (key, fingerprint, answer) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = now()
       WHERE creation.created_at < now() - ${kept}
     RETURNING key`,
    [key, fingerprint, JSON.stringify(answer)],
  );
  if (rows.length === 0) throw reused(key);
}

function reused(key: string): Fault {
  return new Fault('IDEMPOTENCY_KEY_REUSED', `The key ${JSON.stringify(key)} was given to another request.`);
}
