import { createHash } from 'node:crypto';
import type { Queryable } from '../../store/database/database.ts';
import { type IdempotentRequest, keepAnswer } from '../../store/tables/idempotency-keys.ts';
import type { Context } from './context.ts';

/** Keeps the answer, in the transaction that makes what it tells of. */
export type KeepAnswer<Answer> = (transaction: Queryable, answer: Answer) => Promise<void>;

/**
 * Carries out `create`, once for each key: a repeat within 24 hours gets the answer of the first time, though the world has
 * changed since. An error is not kept, so that the caller may try again. Without a key there is nothing to repeat.
 * Errors: IDEMPOTENCY_KEY_REUSED when the key came with something else; those of `create`.
 */
export async function idempotent<Answer>(
  { idempotencyKeys: creations }: Pick<Context, 'idempotencyKeys'>,
  request: { operation: string; input: unknown; key: string | undefined },
  create: (keep: KeepAnswer<Answer>) => Promise<Answer>,
): Promise<Answer> {
  const { operation, input, key } = request;
  if (key === undefined) return create(async () => {});
  // The input has been parsed: its fields are in the order of the schema, however they were sent.
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([operation, input]))
    .digest('hex');
  const idempotentRequest: IdempotentRequest = { key, fingerprint };
  const before = (await creations.answer(idempotentRequest)) as Answer | undefined;
  if (before !== undefined) return before;
  try {
    return await create((transaction, answer) => keepAnswer(transaction, idempotentRequest, answer));
  } catch (error) {
    // The same request at the same time was faster, or this one took effect and the answer of the database was lost.
    const other = (await creations.answer(idempotentRequest)) as Answer | undefined;
    if (other !== undefined) return other;
    throw error;
  }
}
