import { createHash } from 'node:crypto';
import { ownerOf, type Principal } from '../../model/access.ts';
import type { Queryable } from '../../store/database/database.ts';
import { type IdempotentRequest, saveAnswer } from '../../store/tables/idempotency-keys.ts';
import type { Context } from './context.ts';

/** Stores the answer in the transaction that creates what it describes. */
export type SaveAnswer<Answer> = (transaction: Queryable, answer: Answer) => Promise<void>;

/**
 * Runs `create` once for each key of a user: a repeat within 24 hours returns the first answer, although the state may have changed since. An error
 * is not stored, so that the caller can retry. Without a key, every call runs `create`. Errors: IDEMPOTENCY_KEY_REUSED when the key was
 * used for a different request; those of `create`.
 */
export async function idempotent<Answer>(
  { idempotencyKeys }: Pick<Context, 'idempotencyKeys'>,
  request: { operation: string; input: unknown; key: string | undefined; principal: Principal },
  create: (save: SaveAnswer<Answer>) => Promise<Answer>,
): Promise<Answer> {
  const { operation, input, key, principal } = request;
  if (key === undefined) return create(async () => {});
  // The input has been parsed, so its fields are in the order of the schema, however they were sent.
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([operation, input]))
    .digest('hex');
  const idempotentRequest: IdempotentRequest = { owner: ownerOf(principal), key, fingerprint };
  const earlier = (await idempotencyKeys.answer(idempotentRequest)) as Answer | undefined;
  if (earlier !== undefined) return earlier;
  try {
    return await create((transaction, answer) => saveAnswer(transaction, idempotentRequest, answer));
  } catch (error) {
    // A concurrent repeat was faster, or this request took effect and the reply of the database was lost.
    const stored = (await idempotencyKeys.answer(idempotentRequest)) as Answer | undefined;
    if (stored !== undefined) return stored;
    throw error;
  }
}
