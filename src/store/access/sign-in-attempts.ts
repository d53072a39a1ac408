import type { Queryable } from '../database/database.ts';

/** From the first attempt on. */
const window = `interval '15 minutes'`;
/** For a header that says when it is worth trying again. */
export const windowSeconds = 15 * 60;

export type SignInAttempts = ReturnType<typeof createSignInAttempts>;

/** How often something was tried in a quarter of an hour. Kept in the database, so that all servers count together. */
export function createSignInAttempts(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Counts one more, before it is carried out: a hundred at the same time are a hundred. Gives the number so far. */
    async count(key: string): Promise<number> {
      await database.query(`DELETE FROM sign_in_attempt WHERE since <= now() - ${window}`);
      const [row] = await database.query<{ count: number }>(
        `INSERT INTO sign_in_attempt (key, count) VALUES ($1, 1)
         ON CONFLICT (key) DO UPDATE SET count = sign_in_attempt.count + 1 RETURNING count`,
        [key],
      );
      return row?.count ?? 1;
    },

    async forget(key: string): Promise<void> {
      await database.query('DELETE FROM sign_in_attempt WHERE key = $1', [key]);
    },
  };
}
