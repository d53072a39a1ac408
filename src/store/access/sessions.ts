import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Principal, Role } from '../../model/access.ts';
import type { Queryable } from '../database/database.ts';

/** A user has to sign in again after this time, however active the session is. */
const maxAge = `interval '7 days'`;

/** The password is right, and a code is missing. */
export const secondFactorRequired = () =>
  new Fault('SECOND_FACTOR_REQUIRED', 'The user has a second factor, and no code was sent.');

/** Sessions of browsers. A session ends `idleMs` after its last use, and at the latest seven days after it began. */
export function createSessions(deps: { database: Queryable; idleMs: number }) {
  const { database, idleMs } = deps;
  const alive = `session.seen_at > now() - $1 * interval '1 millisecond' AND session.created_at > now() - ${maxAge}`;
  return {
    /**
     * Begins a session, and returns its secret for the cookie. Deletes sessions that have ended. `secondFactor`: the user proved one.
     * Errors: USER_DEACTIVATED and SECOND_FACTOR_REQUIRED, also when the user is deactivated or enables a second factor at the same time.
     */
    async begin(accountId: number, { secondFactor }: { secondFactor: boolean }): Promise<string> {
      const secret = newSecret();
      await database.query(`DELETE FROM session WHERE NOT (${alive})`, [idleMs]);
      // FOR SHARE: it waits for a deactivation, or the deactivation waits for this session and ends it. The same with a second factor that
      // is enabled; a trigger lets no session of its user begin without it (the migration 0043).
      const begun = await database.query(
        `INSERT INTO session (hash, account_id, second_factor)
         SELECT $1, id, $3 FROM account WHERE id = $2 AND deactivated_at IS NULL FOR SHARE RETURNING account_id`,
        [digestOf(secret), accountId, secondFactor],
      );
      if (begun.length > 0) return secret;
      const active = await database.query('SELECT FROM account WHERE id = $1 AND deactivated_at IS NULL', [
        accountId,
      ]);
      if (active.length > 0) throw secondFactorRequired();
      throw new Fault('USER_DEACTIVATED', 'The user is deactivated.');
    },

    /** The user of the session, with the current role; `undefined` when the session has ended. */
    async findPrincipal(secret: string): Promise<Principal | undefined> {
      const hash = digestOf(secret);
      const [row] = await database.query<{
        id: number;
        name: string;
        role: Role;
        oidc: boolean;
        second_factor: boolean;
        fresh: boolean;
      }>(
        `SELECT account.id, account.name, account.role, account.oidc_subject IS NOT NULL AS oidc,
           EXISTS (
             SELECT FROM second_factor WHERE account_id = account.id AND enabled_at IS NOT NULL
           ) AS second_factor,
           session.seen_at > now() - interval '1 minute' AS fresh
         FROM session JOIN account ON account.id = session.account_id
         WHERE session.hash = $2 AND account.deactivated_at IS NULL AND ${alive}`,
        [idleMs, hash],
      );
      if (!row) return undefined;
      if (!row.fresh) await database.query('UPDATE session SET seen_at = now() WHERE hash = $1', [hash]);
      const { id: accountId, name, role, oidc } = row;
      return {
        ...{ accountId, name, role, session: hash },
        ...(oidc ? { via: 'oidc' } : { via: 'password', hasSecondFactor: row.second_factor }),
      };
    },

    /** Ends a session, if it still exists. */
    async end(secret: string): Promise<void> {
      await database.query('DELETE FROM session WHERE hash = $1', [digestOf(secret)]);
    },
  };
}
