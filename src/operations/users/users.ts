import { z } from 'zod';
import { hashPassword } from '../../crypto/password.ts';
import { newSecret } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import { type Account, deactivatedFault } from '../../store/access/accounts.ts';
import type { Context } from '../core/context.ts';
import { newPassword, newUserName, role, time, userName } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { attemptsKey, codesKey, proofsKey } from './attempt-limit.ts';

const userView = z.object({
  name: z.string(),
  role,
  via: z.enum(['password', 'oidc']).describe('How the user signs in'),
  createdAt: time,
  signedInAt: time.nullable(),
  deactivatedAt: time.nullable().describe('Set while the user cannot sign in'),
  secondFactor: z.boolean().describe('The user signs in with a code besides the password'),
});

function viewUser(account: Account): z.output<typeof userView> {
  const { name, role, via, createdAt, signedInAt, deactivatedAt, secondFactor } = account;
  return {
    name,
    role,
    via,
    createdAt: createdAt.toISOString(),
    signedInAt: signedInAt?.toISOString() ?? null,
    deactivatedAt: deactivatedAt?.toISOString() ?? null,
    secondFactor,
  };
}

export const listUsers = defineOperation({
  name: 'users.list',
  method: 'GET',
  path: '/api/users',
  summary: 'List the users, by name',
  role: 'admin',
  audited: false,
  input: z.object({}),
  output: z.object({ users: z.array(userView) }),
  async run({ access }) {
    return { users: (await access.accounts.list()).map(viewUser) };
  },
});

export const addUser = defineOperation({
  name: 'users.add',
  method: 'POST',
  path: '/api/users',
  summary: 'Add a user who signs in with a password',
  role: 'admin',
  audited: ({ name, role }) => `${name}: ${role}`,
  input: z.object({ name: newUserName, role, password: newPassword }),
  output: userView,
  async run({ access }, { name, role, password }) {
    return viewUser(await access.accounts.create({ name, role, password: await hashPassword(password) }));
  },
});

export const editUser = defineOperation({
  name: 'users.edit',
  method: 'PATCH',
  path: '/api/users/:name',
  summary:
    'Change the role or the password of a user, or whether the user may sign in; the last two end all sessions',
  role: 'admin',
  audited: ({ name, role, password, active }) =>
    [
      name,
      role === undefined ? [] : `role ${role}`,
      password === undefined ? [] : 'password',
      active === undefined ? [] : active ? 'activated' : 'deactivated',
    ]
      .flat()
      .join(', '),
  input: z.object({
    name: userName,
    role: role.optional(),
    password: newPassword.optional(),
    active: z
      .boolean()
      .optional()
      .describe('false: the user keeps everything, and cannot sign in or use tokens until it is true again'),
  }),
  output: userView,
  async run(context, { name, role, password, active }, { reportChange }) {
    if (role === undefined && password === undefined && active === undefined) {
      throw new Fault('INPUT_INVALID', 'Name at least one field to change.');
    }
    const { accounts } = context.access;
    const before = viewUser(await accounts.get(name));
    if (role !== undefined || password !== undefined) await refuseOidcUser(context, name);
    // The role first, because it may be refused.
    if (role !== undefined) await accounts.setRole(name, role);
    if (password !== undefined) {
      await accounts.setPassword(name, await hashPassword(password));
    }
    if (active === false) await accounts.deactivate(name, await hashPassword(newSecret()));
    if (active === true) await accounts.activate(name);
    const account = await accounts.get(name);
    reportChange?.(before, viewUser(account));
    if (password !== undefined) await forgetAttempts(context, account);
    return viewUser(account);
  },
});

export const createResetLink = defineOperation({
  name: 'users.resetLink',
  method: 'POST',
  path: '/api/users/:name/reset-link',
  summary:
    'Create a link with which a user sets a new password, once, within a day; the link before it is invalid',
  role: 'admin',
  audited: ({ name }) => name,
  input: z.object({ name: userName }),
  output: z.object({
    path: z.string().describe('Path and query of the link at the address of the server; a secret'),
    expiresAt: time,
  }),
  async run(context, { name }) {
    await refuseOidcUser(context, name);
    const account = await context.access.accounts.get(name);
    if (account.deactivatedAt !== undefined) throw deactivatedFault(account.name);
    const { secret, expiresAt } = await context.access.resetLinks.create(account.id);
    return { path: `/reset?token=${secret}`, expiresAt: expiresAt.toISOString() };
  },
});

export const removeSecondFactor = defineOperation({
  name: 'users.removeSecondFactor',
  method: 'DELETE',
  path: '/api/users/:name/second-factor',
  summary: 'Remove the second factor of a user, who has lost the device and the recovery codes',
  role: 'admin',
  audited: ({ name }) => name,
  input: z.object({ name: userName }),
  output: userView,
  async run(context, { name }, { reportChange }) {
    const { accounts, secondFactors } = context.access;
    const before = await accounts.get(name);
    if (!(await secondFactors.remove(before.id))) {
      throw new Fault('SECOND_FACTOR_NOT_ENABLED', `${before.name} has no second factor.`);
    }
    const account = await accounts.get(name);
    reportChange?.(viewUser(before), viewUser(account));
    await forgetAttempts(context, account);
    return viewUser(account);
  },
});

export const removeUser = defineOperation({
  name: 'users.remove',
  method: 'DELETE',
  path: '/api/users/:name',
  summary: 'Remove a user, with all sessions and tokens of the user',
  role: 'admin',
  audited: ({ name }) => name,
  input: z.object({ name: userName }),
  output: userView,
  async run({ access }, { name }) {
    return viewUser(await access.accounts.remove(name));
  },
});

/** The user can try again at once. */
async function forgetAttempts({ access: { attempts } }: Context, { id, name }: Account): Promise<void> {
  await attempts.forget(attemptsKey({ id }, name));
  await attempts.forget(codesKey(id));
  await attempts.forget(proofsKey(id));
}

async function refuseOidcUser({ access }: Context, name: string): Promise<void> {
  const { via } = await access.accounts.get(name);
  if (via !== 'oidc') return;
  throw new Fault('USER_ELSEWHERE', `The role and the password of ${name} come from the OpenID provider.`);
}
