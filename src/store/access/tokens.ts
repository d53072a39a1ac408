import { digestOf, newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import { lesserRole, type Principal, type Role } from '../../model/access.ts';
import type { Queryable } from '../database/database.ts';

/** An API token, without its secret. */
export interface Token {
  id: number;
  name: string;
  role: Role;
  /** The user of the token; `undefined` when it was created while sign-in was off. */
  user: string | undefined;
  createdBy: string;
  createdAt: Date;
  expiresAt: Date | undefined;
  expired: boolean;
  /** The last use, to the minute. */
  usedAt: Date | undefined;
}

export interface NewToken {
  name: string;
  role: Role;
  accountId: number | undefined;
  createdBy: string;
  /** `undefined`: the token does not expire. */
  expiresInDays: number | undefined;
}

/** Lets users and secret scanners recognise a token. */
const prefix = 'matre_';

export function createTokens(deps: { database: Queryable }) {
  const { database } = deps;

  /** The tokens of one user, or of all users. */
  async function list(accountId?: number): Promise<Token[]> {
    const rows = await database.query<Row>(
      `SELECT ${columns} ${from} WHERE $1::int IS NULL OR token.account_id = $1 ORDER BY token.id`,
      [accountId ?? null],
    );
    return rows.map(toToken);
  }

  return {
    /** Creates a token. Its secret is not stored, so it is returned only here. */
    async create(token: NewToken): Promise<{ token: Token; secret: string }> {
      const secret = newSecret(prefix);
      const { name, role, accountId, createdBy, expiresInDays } = token;
      const [created] = await database.query<{ id: number }>(
        `INSERT INTO token (name, hash, role, account_id, created_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, now() + $6::int * interval '1 day') RETURNING id`,
        [name, digestOf(secret), role, accountId ?? null, createdBy, expiresInDays ?? null],
      );
      const [row] = await database.query<Row>(`SELECT ${columns} ${from} WHERE token.id = $1`, [created?.id]);
      return { token: toToken(row as Row), secret };
    },

    list,

    /** Removes a token, which is refused from the next request on. Errors: TOKEN_UNKNOWN. */
    async revoke(id: number): Promise<void> {
      const rows = await database.query('DELETE FROM token WHERE id = $1 RETURNING id', [id]);
      if (rows.length === 0) throw new Fault('TOKEN_UNKNOWN', `There is no token ${id}.`);
    },

    /** The principal of a token, with at most the current role of its user; `undefined` when it is unknown or has expired. */
    async findPrincipal(secret: string): Promise<Principal | undefined> {
      if (!secret.startsWith(prefix)) return undefined;
      const [row] = await database.query<Row & { fresh: boolean; account_role: Role | null }>(
        `SELECT ${columns}, account.role AS account_role,
           coalesce(token.used_at > now() - interval '1 minute', false) AS fresh
         ${from} WHERE token.hash = $1 AND (token.expires_at IS NULL OR token.expires_at > now())
           AND account.deactivated_at IS NULL`,
        [digestOf(secret)],
      );
      if (!row) return undefined;
      if (!row.fresh) await database.query('UPDATE token SET used_at = now() WHERE id = $1', [row.id]);
      const { name, role, account_role, account_id, account_name } = row;
      return {
        name: account_name === null ? `token ${name}` : `token ${name} of ${account_name}`,
        role: account_role === null ? role : lesserRole(role, account_role),
        via: 'token',
        tokenId: row.id,
        ...(account_id !== null && { accountId: account_id }),
      };
    },
  };
}

const columns = `token.id, token.name, token.role, token.account_id, account.name AS account_name, token.created_by,
  token.created_at, token.expires_at, coalesce(token.expires_at <= now(), false) AS expired, token.used_at`;
const from = 'FROM token LEFT JOIN account ON account.id = token.account_id';

interface Row {
  id: number;
  name: string;
  role: Role;
  account_id: number | null;
  account_name: string | null;
  created_by: string;
  created_at: Date;
  expires_at: Date | null;
  expired: boolean;
  used_at: Date | null;
}

function toToken(row: Row): Token {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    user: row.account_name ?? undefined,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    expired: row.expired,
    usedAt: row.used_at ?? undefined,
  };
}
