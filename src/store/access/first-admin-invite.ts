import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Database } from '../database/database.ts';
import { type Account, countAdmins, insertAccount, lockAdmins } from './accounts.ts';

export type FirstAdminInvite = ReturnType<typeof createFirstAdminInvite>;

/** The first admin is made by whoever can read the log: it has a link that works once, and for an hour. */
export function createFirstAdminInvite(deps: { database: Database }) {
  const { database } = deps;
  return {
    /** The secret of a new link. */
    async invite(): Promise<string> {
      const secret = newSecret();
      await database.query('DELETE FROM welcome WHERE expires_at <= now()');
      await database.query(`INSERT INTO welcome (hash, expires_at) VALUES ($1, now() + interval '1 hour')`, [
        digestOf(secret),
      ]);
      return secret;
    },

    /**
     * Makes the first admin, and all such links worthless. `hashed` makes what is stored of the password, which takes a while
     * and is not done for who guesses. Errors: WELCOME_INVALID, USER_EXISTS.
     */
    async accept(secret: string, name: string, hashed: () => Promise<string>): Promise<Account> {
      return database.transaction(async (transaction) => {
        // Links of several servers may be used at the same time.
        await lockAdmins(transaction);
        const known = await transaction.query(
          'DELETE FROM welcome WHERE hash = $1 AND expires_at > now() RETURNING hash',
          [digestOf(secret)],
        );
        if (known.length === 0 || (await countAdmins(transaction)) > 0) {
          throw new Fault('WELCOME_INVALID', 'The link was used, has expired, or there is an admin already.');
        }
        await transaction.query('DELETE FROM welcome');
        return insertAccount(transaction, { name, role: 'admin', password: await hashed() });
      });
    },
  };
}
