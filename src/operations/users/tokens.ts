import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows } from '../../model/access.ts';
import type { Token } from '../../store/access/tokens.ts';
import { line, role, time, whole } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';

const tokenView = z.object({
  id: z.number(),
  name: z.string(),
  role: role.describe('What it may do, as long as its user may'),
  user: z.string().nullable().describe('It ends with this user; null when it was made where nobody signs in'),
  createdBy: z.string(),
  createdAt: time,
  expiresAt: time.nullable(),
  expired: z.boolean(),
  usedAt: time.nullable().describe('To the minute'),
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
  summary: 'List one’s own API tokens; for an admin those of all',
  role: 'viewer',
  audited: false,
  input: z.object({}),
  output: z.object({ tokens: z.array(tokenView) }),
  async run({ access }, _input, { principal: who }) {
    if (who.role === 'admin') return { tokens: (await access.tokens.list()).map(viewToken) };
    if (who.accountId === undefined) return { tokens: [] };
    return { tokens: (await access.tokens.list(who.accountId)).map(viewToken) };
  },
});

export const createToken = defineOperation({
  name: 'tokens.create',
  method: 'POST',
  path: '/api/tokens',
  summary: 'Make an API token; its secret is in this answer and in no other',
  role: 'viewer',
  audited: ({ name, role }) => `${name}: ${role}`,
  input: z.object({
    name: line(100).describe('What it is for'),
    role: role.describe('At most the role of who asks'),
    expiresInDays: z.int().min(1).max(3650).nullable().default(90).describe('Null: it does not expire'),
  }),
  output: tokenView.extend({ secret: z.string().describe('Sent as `Authorization: Bearer <secret>`') }),
  async run({ access }, { name, role, expiresInDays }, { principal: who }) {
    if (!allows(who.role, role)) {
      throw new Fault(
        'FORBIDDEN',
        `A token of ${who.name} cannot be ${role}, because ${who.name} is ${who.role}.`,
      );
    }
    // Or somebody who got hold of a token could make others, which stay when it is revoked.
    if (who.via === 'token' && who.role !== 'admin') {
      throw new Fault('FORBIDDEN', 'Only an admin makes tokens with a token; sign in instead.');
    }
    const made = await access.tokens.create({
      name,
      role,
      accountId: who.accountId,
      createdBy: who.name,
      expiresInDays: expiresInDays ?? undefined,
    });
    return { ...viewToken(made.token), secret: made.secret };
  },
});

export const revokeToken = defineOperation({
  name: 'tokens.revoke',
  method: 'DELETE',
  path: '/api/tokens/:id',
  summary: 'Revoke an API token: one’s own, or any for an admin',
  role: 'viewer',
  audited: ({ id }) => `token ${id}`,
  input: z.object({ id: whole.min(1).max(2_147_483_647) }),
  output: tokenView,
  async run({ access }, { id }, { principal: who }) {
    const { accountId, ...token } = await access.tokens.get(id);
    if (who.role !== 'admin' && (accountId === undefined || accountId !== who.accountId)) {
      // Whether there is such a token is not for everybody to know.
      throw new Fault('TOKEN_UNKNOWN', `There is no token ${id}.`);
    }
    await access.tokens.revoke(id);
    return viewToken(token);
  },
});
