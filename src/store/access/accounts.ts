import { Fault, isFault } from '../../faults/fault.ts';
import type { Role } from '../../model/access.ts';
import { nameKey } from '../../model/name-key.ts';
import { advisoryLocks } from '../database/advisory-locks.ts';
import { type Database, type Queryable, sqlState, uniqueViolation } from '../database/database.ts';

/** A user who can sign in. */
export interface Account {
  id: number;
  name: string;
  role: Role;
  /** How the user signs in: `oidc` at an OpenID provider, without a password here. */
  via: 'password' | 'oidc';
  createdAt: Date;
  signedInAt: Date | undefined;
  /** Set while the user cannot sign in. */
  deactivatedAt: Date | undefined;
  /** The user signs in with a code besides the password. */
  secondFactor: boolean;
}

/** The identity of a user at an OpenID provider. */
export interface OidcIdentity {
  issuer: string;
  subject: string;
}

/** Users. Passwords must be hashed by `crypto/password.ts`. Names are compared by `nameKey`. */
export function createAccounts(deps: { database: Database }) {
  const { database } = deps;

  async function find(name: string, queryable: Queryable = database): Promise<Account | undefined> {
    const [row] = await queryable.query<Row>(`SELECT ${columns} FROM account WHERE name_key = $1`, [
      nameKey(name),
    ]);
    return row && toAccount(row);
  }

  return {
    find,

    /** Errors: USER_UNKNOWN. */
    async get(name: string): Promise<Account> {
      return existing(await find(name), name);
    },

    /** The user of a principal. Errors: USER_UNKNOWN. */
    async getById(id: number): Promise<Account> {
      const [row] = await database.query<Row>(`SELECT ${columns} FROM account WHERE id = $1`, [id]);
      return existing(row && toAccount(row), `number ${id}`);
    },

    async list(): Promise<Account[]> {
      return (await database.query<Row>(`SELECT ${columns} FROM account ORDER BY name_key`)).map(toAccount);
    },

    /** Errors: USER_EXISTS. */
    create: (account: { name: string; role: Role; password: string }) => insertAccount(database, account),

    /** Whether any user is an admin. */
    async hasAdmin(): Promise<boolean> {
      const rows = await database.query(
        `SELECT id FROM account WHERE role = 'admin' AND deactivated_at IS NULL LIMIT 1`,
      );
      return rows.length > 0;
    },

    /** The hash of the password, also of a deactivated user; `undefined` without one. Only for checking a password. */
    async readPassword(id: number): Promise<string | undefined> {
      const [row] = await database.query<{ password: string | null }>(
        'SELECT coalesce(kept_password, password) AS password FROM account WHERE id = $1',
        [id],
      );
      return row?.password ?? undefined;
    },

    /** Stores another hash of the same password, unless the password was changed meanwhile. */
    async replaceHash(id: number, stored: string, hash: string): Promise<void> {
      await database.query('UPDATE account SET password = $3 WHERE id = $1 AND password = $2', [
        id,
        stored,
        hash,
      ]);
    },

    /** Sets the time of the last sign-in. */
    async recordSignIn(id: number): Promise<void> {
      await database.query('UPDATE account SET signed_in_at = now() WHERE id = $1', [id]);
    },

    /** Sets a new password, and ends all sessions of the user. Errors: USER_UNKNOWN, also for a user of an OpenID provider. */
    async setPassword(name: string, password: string): Promise<Account> {
      return database.transaction((transaction) => replacePassword(transaction, name, password));
    },

    /** Applies from the next request on. Errors: USER_UNKNOWN, LAST_ADMIN. */
    async setRole(name: string, role: Role): Promise<Account> {
      return keepAnAdmin(async (transaction) => {
        const [row] = await transaction.query<Row>(
          `UPDATE account SET role = $2 WHERE name_key = $1 RETURNING ${columns}`,
          [nameKey(name), role],
        );
        return existing(row && toAccount(row), name);
      });
    },

    /**
     * Ends all sessions of a user, and refuses further ones and all tokens until the user is activated. `unusable`: the hash of a random
     * password. A user who is deactivated stays so. Errors: USER_UNKNOWN, LAST_ADMIN.
     */
    async deactivate(name: string, unusable: string): Promise<Account> {
      return keepAnAdmin(async (transaction) => {
        const [row] = await transaction.query<Row>(
          `UPDATE account SET deactivated_at = now(), kept_password = password, oidc_subject = '${mark}' || oidc_subject,
             password = CASE WHEN password IS NOT NULL THEN $2 END
           WHERE name_key = $1 AND deactivated_at IS NULL RETURNING ${columns}`,
          [nameKey(name), unusable],
        );
        if (row) {
          await endSessions(transaction, row.id);
          await transaction.query(`UPDATE token SET hash = '${mark}' || hash WHERE account_id = $1`, [
            row.id,
          ]);
        }
        return existing(row ? toAccount(row) : await find(name, transaction), name);
      });
    },

    /** Lets a deactivated user sign in again, with the earlier password and tokens. Errors: USER_UNKNOWN. */
    async activate(name: string): Promise<Account> {
      return database.transaction(async (transaction) => {
        const [row] = await transaction.query<Row>(
          `UPDATE account SET deactivated_at = NULL, password = kept_password, kept_password = NULL,
             oidc_subject = substr(oidc_subject, 2)
           WHERE name_key = $1 AND deactivated_at IS NOT NULL RETURNING ${columns}`,
          [nameKey(name)],
        );
        if (row) {
          await transaction.query(
            `UPDATE token SET hash = substr(hash, 2) WHERE account_id = $1 AND hash LIKE '${mark}%'`,
            [row.id],
          );
        }
        return existing(row ? toAccount(row) : await find(name, transaction), name);
      });
    },

    /** Removes a user with all sessions and tokens. Errors: USER_UNKNOWN, LAST_ADMIN. */
    async remove(name: string): Promise<Account> {
      return keepAnAdmin(async (transaction) => {
        const [row] = await transaction.query<Row>(
          `DELETE FROM account WHERE name_key = $1 RETURNING ${columns}`,
          [nameKey(name)],
        );
        return existing(row && toAccount(row), name);
      });
    },

    /**
     * The account of a user of an OpenID provider, created at the first sign-in; updates the role to that of the provider. A name that
     * another user has is refused, because it may be a different person. Errors: USER_EXISTS, USER_DEACTIVATED.
     */
    async upsertOidc({ issuer, subject }: OidcIdentity, { name, role }: Pick<Account, 'name' | 'role'>) {
      const update = async () => {
        const [row] = await database.query<Row>(
          `UPDATE account SET role = $3 WHERE oidc_issuer = $1 AND oidc_subject = $2 RETURNING ${columns}`,
          [issuer, subject, role],
        );
        return row && toAccount(row);
      };
      const existingAccount = await update();
      if (existingAccount) return existingAccount;
      const [deactivated] = await database.query(
        'SELECT FROM account WHERE oidc_issuer = $1 AND oidc_subject = $2',
        [issuer, `${mark}${subject}`],
      );
      if (deactivated) throw deactivatedFault(name);
      try {
        return await insertAccount(database, { name, role, oidc: { issuer, subject } });
      } catch (error) {
        // The same user may have signed in for the first time twice at once, for example in two tabs.
        const concurrent = isFault(error, 'USER_EXISTS') ? await update() : undefined;
        if (concurrent) return concurrent;
        throw error;
      }
    },
  };

  /**
   * Rolls back a change after which no admin is left. Such changes run one at a time: two concurrent ones could each count the admin that
   * the other removes.
   */
  function keepAnAdmin(change: (transaction: Queryable) => Promise<Account>): Promise<Account> {
    return database.transaction(async (transaction) => {
      await lockAdmins(transaction);
      const adminsBefore = await countAdmins(transaction);
      const changed = await change(transaction);
      if (adminsBefore > 0 && (await countAdmins(transaction)) === 0) {
        throw new Fault('LAST_ADMIN', `${changed.name} is the only admin.`);
      }
      return changed;
    });
  }
}

/** Sets a new password, and ends all sessions of the user. Errors: USER_UNKNOWN, also for a user of an OpenID provider. */
export async function replacePassword(
  transaction: Queryable,
  name: string,
  password: string,
): Promise<Account> {
  const [row] = await transaction.query<Row>(
    `UPDATE account SET password = CASE WHEN deactivated_at IS NULL THEN $2 ELSE password END,
       kept_password = CASE WHEN deactivated_at IS NULL THEN NULL ELSE $2 END
     WHERE name_key = $1 AND oidc_subject IS NULL RETURNING ${columns}`,
    [nameKey(name), password],
  );
  const account = existing(row && toAccount(row), name);
  await endSessions(transaction, account.id);
  return account;
}

/** Ends all sessions of a user, and invalidates a link for a new password. */
async function endSessions(transaction: Queryable, accountId: number): Promise<void> {
  await transaction.query('DELETE FROM session WHERE account_id = $1', [accountId]);
  await transaction.query('DELETE FROM reset_link WHERE account_id = $1', [accountId]);
}

/** Until the end of the transaction, no other process removes an admin or creates the first one. */
export async function lockAdmins(transaction: Queryable): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.admins]);
}

/** The number of admins. */
export async function countAdmins(database: Queryable): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*) AS count FROM account WHERE role = 'admin' AND deactivated_at IS NULL`,
  );
  return row?.count ?? 0;
}

/** Inserts an account, with a hashed password or an OpenID identity. Errors: USER_EXISTS. */
export async function insertAccount(
  database: Queryable,
  account: { name: string; role: Role; password?: string; oidc?: OidcIdentity },
): Promise<Account> {
  const { name, role, password, oidc } = account;
  try {
    const rows = await database.query<Row>(
      `INSERT INTO account (name, name_key, role, password, oidc_issuer, oidc_subject)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${columns}`,
      [name, nameKey(name), role, password ?? null, oidc?.issuer ?? null, oidc?.subject ?? null],
    );
    return toAccount(rows[0] as Row);
  } catch (error) {
    if (sqlState(error) !== uniqueViolation) throw error;
    throw new Fault('USER_EXISTS', `User ${name} already exists.`);
  }
}

/** Before what a deactivated user is recognised by; no hash and no subject in use has it. */
const mark = '!';

/** The user proved who it is, and may not sign in. */
export function deactivatedFault(name: string): Fault {
  return new Fault('USER_DEACTIVATED', `User ${name} is deactivated.`);
}

const columns = `id, name, role, oidc_subject IS NOT NULL AS oidc, created_at, signed_in_at, deactivated_at,
  EXISTS (SELECT FROM second_factor WHERE account_id = account.id AND enabled_at IS NOT NULL) AS second_factor`;

interface Row {
  id: number;
  name: string;
  role: Role;
  oidc: boolean;
  created_at: Date;
  signed_in_at: Date | null;
  deactivated_at: Date | null;
  second_factor: boolean;
}

function toAccount(row: Row): Account {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    via: row.oidc ? 'oidc' : 'password',
    createdAt: row.created_at,
    signedInAt: row.signed_in_at ?? undefined,
    deactivatedAt: row.deactivated_at ?? undefined,
    secondFactor: row.second_factor,
  };
}

function existing(account: Account | undefined, name: string): Account {
  if (!account) throw new Fault('USER_UNKNOWN', `There is no user ${JSON.stringify(name)}.`);
  return account;
}
