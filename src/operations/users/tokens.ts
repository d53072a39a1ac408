import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows, type Principal } from '../../model/access.ts';
import { maxTokenNameLength } from '../../model/limits.ts';
import type { Token } from '../../store/access/tokens.ts';
import type { Context } from '../core/context.ts';
import { role, shownLine, time, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const tokenView = z.object({
  id: z.number(),
  name: z.string(),
  role: role.describe('Role of the token; at most that of its user'),
  user: z
    .string()
    .nullable()
    .describe('User of the token, which ends with that user; null when it was created while sign-in was off'),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time.nullable(),
  expired: z.boolean(),
  usedAt: time.nullable().describe('Last use, to the minute'),
});

function viewToken(token: Token): z.output<typeof tokenView> {
  const { id, name, role, createdBy, expired } = token;
  return {
    id,
    name,
    role,
    user: token.user ?? null,
    createdBy,
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    expired,
    usedAt: token.usedAt?.toISOString() ?? null,
  };
}

/**
 * The tokens that a principal may see and revoke: those of all users for an admin, of the user itself for others. A token below admin has
 * itself alone, because it may be in more hands than its user knows.
 */
async function manageableTokens({ tokens }: Context['access'], principal: Principal): Promise<Token[]> {
  const { role, via, accountId, tokenId } = principal;
  if (role === 'admin') return tokens.list();
  const own = accountId === undefined && tokenId === undefined ? [] : await tokens.list(accountId);
  return via === 'token' ? own.filter(({ id }) => id === tokenId) : own;
}

export const listTokens = defineOperation({
  name: 'tokens.list',
  method: 'GET',
  path: '/api/tokens',
  summary: 'List your API tokens; as an admin those of all users, with a token below admin itself',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({ tokens: z.array(tokenView) }),
  async run({ access }, _input, { principal }) {
    return { tokens: (await manageableTokens(access, principal)).map(viewToken) };
  },
});

export const createToken = defineOperation({
  name: 'tokens.create',
  method: 'POST',
  path: '/api/tokens',
  summary: 'Create an API token; its secret is returned only once, in this answer',
  role: 'viewer',
  audited: ({ name, role }) => `${name}: ${role}`,
  input: z.object({
    name: shownLine(maxTokenNameLength).describe('Purpose of the token'),
    role: role.describe('At most your own role'),
    expiresInDays: z.int().min(1).max(3650).nullable().default(90).describe('Null: it does not expire'),
  }),
  output: tokenView.extend({ secret: z.string().describe('Sent as `Authorization: Bearer <secret>`') }),
  async run({ access }, { name, role, expiresInDays }, { principal }) {
    if (!allows(principal.role, role)) {
      throw new Fault(
        'FORBIDDEN',
        `A token of ${principal.name} cannot be ${role}, because ${principal.name} is ${principal.role}.`,
      );
    }
    // Otherwise a stolen token could create others, which stay valid when it is revoked.
    if (principal.via === 'token' && principal.role !== 'admin') {
      throw new Fault('FORBIDDEN', 'Only an admin may create tokens with a token; sign in instead.');
    }
    const created = await access.tokens.create({
      name,
      role,
      accountId: principal.accountId,
      createdBy: principal.name,
      expiresInDays: expiresInDays ?? undefined,
    });
    return { ...viewToken(created.token), secret: created.secret };
  },
});

export const revokeToken = defineOperation({
  name: 'tokens.revoke',
  method: 'DELETE',
  path: '/api/tokens/:id',
  summary: 'Revoke one of your API tokens; as an admin any token, with a token below admin itself',
  role: 'viewer',
  audited: ({ id }) => `token ${id}`,
  input: z.object({ id: wholeNumber(1, 2_147_483_647) }),
  output: tokenView,
  async run({ access }, { id }, { principal }) {
    const token = (await manageableTokens(access, principal)).find((each) => each.id === id);
    // The same for an unknown token and that of another user, who must not learn which tokens exist.
    if (token === undefined) throw new Fault('TOKEN_UNKNOWN', `There is no token ${id}.`);
    await access.tokens.revoke(id);
    return viewToken(token);
  },
});
