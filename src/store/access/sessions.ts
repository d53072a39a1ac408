import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Principal, Role } from '../../model/access.ts';
import type { Queryable } from '../database/database.ts';

/** A user has to sign in again after this time, however active the session is. */
const maxAge = `interval '7 days'`;

/** Sessions of browsers. A session ends `idleMs` after its last use, and at the latest seven days after it began. */
export function createSessions(deps: { database: Queryable; idleMs: number }) {
  const { database, idleMs } = deps;
  const alive = `session.seen_at > now() - $1 * interval '1 millisecond' AND session.created_at > now() - ${maxAge}`;
  return {
    /**
     * Begins a session, and returns its secret for the cookie. Deletes sessions that have ended. Errors: USER_DEACTIVATED, also when the
     * user is deactivated at the same time.
     */
    async begin(accountId: number): Promise<string> {
      const secret = newSecret();
      await database.query(`DELETE FROM session WHERE NOT (${alive})`, [idleMs]);
      // FOR SHARE: it waits for a deactivation, or the deactivation waits for this session and ends it.
      const begun = await database.query(
        `INSERT INTO session (hash, account_id)
         SELECT $1, id FROM account WHERE id = $2 AND deactivated_at IS NULL FOR SHARE RETURNING account_id`,
        [digestOf(secret), accountId],
      );
      if (begun.length === 0) throw new Fault('USER_DEACTIVATED', 'The user is deactivated.');
      return secret;
    },

    /** The user of the session, with the current role; `undefined` when the session has ended. */
    async findPrincipal(secret: string): Promise<Principal | undefined> {
      const hash = digestOf(secret);
      const [row] = await database.query<{
        id: number;
        name: string;
        role: Role;
        oidc: boolean;
        fresh: boolean;
      }>(
        `SELECT account.id, account.name, account.role, account.oidc_subject IS NOT NULL AS oidc,
           session.seen_at > now() - interval '1 minute' AS fresh
         FROM session JOIN account ON account.id = session.account_id 
         WHERE session.hash = $2 AND account.deactivated_at IS NULL AND ${alive}`,
        [idleMs, hash],
      );
      if (!row) return undefined;
      if (!row.fresh) await database.query('UPDATE session SET seen_at = now() WHERE hash = $1', [hash]);
      return { accountId: row.id, name: row.name, role: row.role, via: row.oidc ? 'oidc' : 'password' };
    },

    /** Ends a session, if it still exists. */
    async end(secret: string): Promise<void> {
      await database.query('DELETE FROM session WHERE hash = $1', [digestOf(secret)]);
    },
  };
}
