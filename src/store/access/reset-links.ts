import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Database } from '../database/database.ts';
import { type Account, replacePassword } from './accounts.ts';

/** Links with which users set a new password. Each works once, within a day; a new one replaces the one before it. */
export function createResetLinks(deps: { database: Database }) {
  const { database } = deps;

  /** The name of the user of a link; `undefined` when it was used, replaced or has expired, or the user is deactivated. */
  async function findUser(secret: string): Promise<string | undefined> {
    const [row] = await database.query<{ name: string }>(
      `SELECT name FROM reset_link JOIN account ON account.id = account_id
       WHERE hash = $1 AND expires_at > now() AND deactivated_at IS NULL`,
      [digestOf(secret)],
    );
    return row?.name;
  }

  return {
    /** Creates a link, and returns its secret, which is not stored. */
    async create(accountId: number): Promise<{ secret: string; expiresAt: Date }> {
      const secret = newSecret();
      const rows = await database.query<{ expires_at: Date }>(
        `INSERT INTO reset_link (hash, account_id, expires_at) VALUES ($1, $2, now() + interval '1 day')
         ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at
         RETURNING expires_at`,
        [digestOf(secret), accountId],
      );
      return { secret, expiresAt: (rows[0] as { expires_at: Date }).expires_at };
    },

    findUser,

    /**
     * Sets the password of the user of a link, ends all sessions of the user, and invalidates the link. `hashPassword` is slow, so it
     * only runs for a valid secret. Errors: RESET_LINK_INVALID.
     */
    async accept(secret: string, hashPassword: () => Promise<string>): Promise<Account> {
      if ((await findUser(secret)) === undefined) throw invalidLink();
      // Not in the transaction: the embedded database has one connection.
      const password = await hashPassword();
      return database.transaction(async (transaction) => {
        const [link] = await transaction.query<{ name: string }>(
          `DELETE FROM reset_link USING account
           WHERE account.id = account_id AND hash = $1 AND expires_at > now() AND deactivated_at IS NULL RETURNING name`,
          [digestOf(secret)],
        );
        if (!link) throw invalidLink();
        return replacePassword(transaction, link.name, password);
      });
    },
  };
}

const invalidLink = () => new Fault('RESET_LINK_INVALID', 'The link was used or replaced, or has expired.');
