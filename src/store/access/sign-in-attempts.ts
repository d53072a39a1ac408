import type { Queryable } from '../database/database.ts';

/** From the first attempt of a key on. */
const window = `interval '15 minutes'`;
/** The same in seconds, for the header Retry-After. */
export const windowSeconds = 15 * 60;

export type SignInAttempts = ReturnType<typeof createSignInAttempts>;

/** Counts attempts to sign in by key, over 15 minutes. In the database, so that all servers share the count. */
export function createSignInAttempts(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Counts an attempt before it is made, so that concurrent ones are counted too. Returns the number in the window. */
    async count(key: string): Promise<number> {
      await database.query(`DELETE FROM sign_in_attempt WHERE since <= now() - ${window}`);
      const [row] = await database.query<{ count: number }>(
        `INSERT INTO sign_in_attempt (key, count) VALUES ($1, 1)
         ON CONFLICT (key) DO UPDATE SET count = sign_in_attempt.count + 1 RETURNING count`,
        [key],
      );
      return row?.count ?? 1;
    },

    /** Resets the count of a key. */
    async forget(key: string): Promise<void> {
      await database.query('DELETE FROM sign_in_attempt WHERE key = $1', [key]);
    },
  };
}
