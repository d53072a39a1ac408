import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Database } from '../database/database.ts';
import { type Account, countAdmins, insertAccount, lockAdmins } from './accounts.ts';

/** Links with which the first admin is created. A server without an admin logs one; it works once, within an hour. */
export function createFirstAdminInvite(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** Creates a link, and returns its secret. */
    async invite(): Promise<string> {
      const secret = newSecret();
      await database.query('DELETE FROM welcome WHERE expires_at <= now()');
      await database.query(`INSERT INTO welcome (hash, expires_at) VALUES ($1, now() + interval '1 hour')`, [
        digestOf(secret),
      ]);
      return secret;
    },

    /**
     * Creates the first admin, and invalidates all links. `hashPassword` is slow, so it only runs for a valid secret.
     * Errors: WELCOME_INVALID, USER_EXISTS.
     */
    async accept(secret: string, name: string, hashPassword: () => Promise<string>): Promise<Account> {
      return database.transaction(async (transaction) => {
        // The links of several servers may be used at the same time.
        await lockAdmins(transaction);
        const validLinks = await transaction.query(
          'DELETE FROM welcome WHERE hash = $1 AND expires_at > now() RETURNING hash',
          [digestOf(secret)],
        );
        if (validLinks.length === 0 || (await countAdmins(transaction)) > 0) {
          throw new Fault(
            'WELCOME_INVALID',
            'The link was used or has expired, or there is an admin already.',
          );
        }
        await transaction.query('DELETE FROM welcome');
        return insertAccount(transaction, { name, role: 'admin', password: await hashPassword() });
      });
    },
  };
}
