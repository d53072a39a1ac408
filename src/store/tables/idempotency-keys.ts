import { Fault } from '../../faults/fault.ts';
import type { Queryable } from '../database/database.ts';

/** A request that creates something, with the idempotency key of the caller. */
export interface IdempotentRequest {
  /** The user: keys of different users are different keys. */
  owner: string;
  key: string;
  /** A hash of the request: equal for equal requests only. */
  fingerprint: string;
}

const retention = `interval '24 hours'`;
/** Expired keys that each new one deletes: more than one, so that they cannot accumulate. */
const maxRemovedAtOnce = 100;

export type IdempotencyKeys = ReturnType<typeof createIdempotencyKeys>;

/** The answers to requests with a key, of the last 24 hours. */
export function createIdempotencyKeys(deps: { database: Queryable }) {
  return {
    /** The answer to the first request with the key; `undefined` without one. Errors: IDEMPOTENCY_KEY_REUSED. */
    async answer(request: IdempotentRequest): Promise<unknown> {
      const [row] = await deps.database.query<{ fingerprint: string; answer: string }>(
        `SELECT fingerprint, answer FROM creation WHERE key = $1 AND created_at >= now() - ${retention}`,
        [storedKey(request)],
      );
      if (row && row.fingerprint !== request.fingerprint) throw reused(request.key);
      return row && JSON.parse(row.answer);
    },
  };
}

/**
 * Stores the answer, in the transaction that creates what was requested. Waits for a concurrent transaction with the same key. Errors:
 * IDEMPOTENCY_KEY_REUSED when the key already has an answer, to the same or to a different request.
 */
export async function saveAnswer(
  transaction: Queryable,
  request: IdempotentRequest,
  answer: unknown,
): Promise<void> {
  await transaction.query(
    `DELETE FROM creation WHERE key IN (
       SELECT key FROM creation WHERE created_at < now() - ${retention} LIMIT ${maxRemovedAtOnce} FOR UPDATE SKIP LOCKED
     )`,
  );
  const rows = await transaction.query(
    `INSERT INTO creation (key, fingerprint, answer) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = now()
       WHERE creation.created_at < now() - ${retention}
     RETURNING key`,
    [storedKey(request), request.fingerprint, JSON.stringify(answer)],
  );
  if (rows.length === 0) throw reused(request.key);
}

/** A key has no line break, so the result is different for different owners or keys. */
function storedKey({ owner, key }: IdempotentRequest): string {
  return `${owner}\n${key}`;
}

function reused(key: string): Fault {
  return new Fault('IDEMPOTENCY_KEY_REUSED', `The key ${JSON.stringify(key)} was used for another request.`);
}
