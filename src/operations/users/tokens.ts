import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows } from '../../model/access.ts';
import { maxTokenNameLength } from '../../model/limits.ts';
import type { Token } from '../../store/access/tokens.ts';
import { line, role, time, wholeNumber } from '../core/fields.ts';
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

export const listTokens = defineOperation({
  name: 'tokens.list',
  method: 'GET',
  path: '/api/tokens',
  summary: 'List your API tokens; as an admin those of all users',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({ tokens: z.array(tokenView) }),
  async run({ access }, _input, { principal }) {
    if (principal.role === 'admin') return { tokens: (await access.tokens.list()).map(viewToken) };
    if (principal.accountId === undefined) return { tokens: [] };
    return { tokens: (await access.tokens.list(principal.accountId)).map(viewToken) };
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
    name: line(maxTokenNameLength).describe('Purpose of the token'),
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
  summary: 'Revoke one of your API tokens; as an admin any token',
  role: 'viewer',
  audited: ({ id }) => `token ${id}`,
  input: z.object({ id: wholeNumber(1, 2_147_483_647) }),
  output: tokenView,
  async run({ access }, { id }, { principal }) {
    const { accountId, ...token } = await access.tokens.get(id);
    if (principal.role !== 'admin' && (accountId === undefined || accountId !== principal.accountId)) {
      // Other users must not learn which tokens exist.
      throw new Fault('TOKEN_UNKNOWN', `There is no token ${id}.`);
    }
    await access.tokens.revoke(id);
    return viewToken(token);
  },
});
