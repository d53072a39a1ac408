import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createLimiter } from '../../async/limit.ts';
import { hashPassword } from '../../crypto/password.ts';
import { Fault } from '../../faults/fault.ts';
import type { Via } from '../../model/access.ts';
import { maxCodeLength, maxPasswordLength } from '../../model/limits.ts';
import { withAudit } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import { exactLine, line, newPassword, newUserName } from '../../operations/core/fields.ts';
import {
  attemptsKey,
  codesKey,
  limitCodes,
  limitProofs,
  limitSignIn,
  proofsKey,
} from '../../operations/users/attempt-limit.ts';
import { checkCode } from '../../operations/users/check-code.ts';
import { checkPassword } from '../../operations/users/check-password.ts';
import type { Account } from '../../store/access/accounts.ts';
import type { FieldChanges } from '../../store/access/audit.ts';
import { secondFactorRequired } from '../../store/access/sessions.ts';
import { describeRoute } from '../http/route-schema.ts';
import { principalOf } from './guard.ts';
import { type BrowserSessions, sessionView } from './session.ts';

/** Enough for a name and two passwords. */
const bodyLimit = 16 * 1024;

const password = z.string().max(maxPasswordLength);
const code = line(maxCodeLength)
  .optional()
  .describe('Of a user with a second factor: a code of the authenticator app, or a recovery code');
const credentials = z.strictObject({ name: line(200), password, code });
const passwords = z.strictObject({ current: password, next: newPassword });
const firstAdmin = z.strictObject({
  token: exactLine(200).describe('The token in the link of the log'),
  name: newUserName,
  password: newPassword,
});
const reset = z.strictObject({
  token: exactLine(200).describe('The token in the link'),
  password: newPassword,
  code,
});

/**
 * An attempt makes several queries besides checking a password, so all of it waits for its turn: hundreds at once delay no other request.
 * Four keep both threads of `crypto/password.ts` busy; sixty wait for a second or two.
 */
const attemptLimits = { concurrency: 4, maxWaiting: 60 };

/** What the routes of sessions work with. */
interface SessionRoutes {
  server: FastifyInstance;
  context: Context;
  sessions: BrowserSessions;
  /** Whether this server requires users to sign in. */
  signIn: boolean;
  /** Runs a request that checks a password, when it is its turn. Errors: SIGN_IN_BUSY. */
  runLimited<T>(attempt: () => Promise<T>): Promise<T>;
}

/**
 * Adds the routes for signing in and out with a password, for the first admin, and for a new password by a link. They are not operations,
 * because they act on the session of the browser.
 */
export function mountSessionRoutes(
  server: FastifyInstance,
  context: Context,
  sessions: BrowserSessions,
  { signIn }: { signIn: boolean },
): void {
  const runLimited = createLimiter({
    ...attemptLimits,
    whenFull: () => new Fault('SIGN_IN_BUSY', 'Too many users are signing in.'),
  });
  const routes = { server, context, sessions, signIn, runLimited };
  mountShow(routes);
  mountSignIn(routes);
  mountSignOut(routes);
  mountPasswordChange(routes);
  mountFirstAdmin(routes);
  mountReset(routes);
}

function mountShow({ server, sessions }: SessionRoutes): void {
  server.get(
    '/api/session',
    {
      config: { entrance: 'open' },
      schema: describeRoute('session.show', 'Show who is signed in, and the methods to sign in', {
        answer: sessionView,
      }),
    },
    (request) => sessions.view(request),
  );
}

function mountSignIn({ server, context, sessions, signIn, runLimited }: SessionRoutes): void {
  const { access } = context;
  server.post(
    '/api/session',
    {
      config: { entrance: 'sign-in' },
      bodyLimit,
      schema: describeRoute(
        'session.begin',
        'Sign in with a password, and a code if the user has a second factor; sets the cookie of the session',
        {
          answer: sessionView,
          body: credentials,
        },
      ),
    },
    (request, reply) =>
      runLimited(async () => {
        refuseUnlessRequired(signIn);
        const { name, password, code } = request.body as z.output<typeof credentials>;
        const account = await access.accounts.find(name);
        // The typed name of an unknown user is not recorded, because it may be a password.
        const principal = { name: account?.name ?? 'somebody unknown', via: 'password' } as const;
        const key = attemptsKey(account, name);
        await limitSignIn(access.attempts, { address: request.ip, key });
        let changes: FieldChanges | undefined;
        const begin = async () => {
          await checkPassword(access, account, { password, key });
          const { id: accountId } = account as Account;
          const proof = await checkSecondFactor(access, account as Account, code);
          changes = proof.changes;
          await sessions.begin(request, reply, { accountId, secondFactor: proof.secondFactor });
        };
        const entry = {
          ...{ principal, address: request.ip, operation: 'session.begin' },
          subject: principal.name,
        };
        await withAudit(context, entry, begin, () => changes);
        return sessions.view(request);
      }),
  );
}

function mountSignOut({ server, context, sessions }: SessionRoutes): void {
  server.delete(
    '/api/session',
    {
      config: { entrance: 'open' },
      schema: describeRoute('session.end', 'Sign out', { answer: sessionView }),
    },
    async (request, reply) => {
      const { principal } = request;
      if (principal && request.sessionSecret !== undefined) {
        await auditSession(context, request, principal, 'session.end', () => sessions.end(request, reply));
      }
      return sessions.view(request);
    },
  );
}

function mountPasswordChange({ server, context, sessions, runLimited }: SessionRoutes): void {
  const { access } = context;
  server.post(
    '/api/session/password',
    {
      bodyLimit,
      schema: describeRoute('session.password', 'Change your own password; ends all other sessions', {
        answer: sessionView,
        body: passwords,
      }),
    },
    (request, reply) =>
      runLimited(async () => {
        const { current, next } = request.body as z.output<typeof passwords>;
        const principal = principalOf(request);
        if (request.sessionSecret === undefined || principal.accountId === undefined) {
          throw new Fault('INPUT_INVALID', 'Only a signed-in user has a password. Sign in first.');
        }
        const account = await access.accounts.get(principal.name);
        if (account.via === 'oidc') {
          throw new Fault('USER_ELSEWHERE', `${principal.name} signs in with the OpenID provider.`);
        }
        const key = proofsKey(account.id);
        await limitProofs(access.attempts, account.id);
        await limitSignIn(access.attempts, { address: request.ip });
        await auditSession(context, request, principal, 'session.password', async () => {
          await checkPassword(access, account, { password: current, key });
          await access.accounts.setPassword(account.name, await hashPassword(next));
          // A user with a second factor has no session that began without it.
          const { id: accountId, secondFactor } = account;
          await sessions.begin(request, reply, { accountId, secondFactor });
        });
        return sessions.view(request);
      }),
  );
}

function mountFirstAdmin({ server, context, sessions, signIn, runLimited }: SessionRoutes): void {
  const { access } = context;
  const summary = 'Create the first admin with the link of the log, and sign in';
  server.post(
    '/api/first-admin',
    {
      config: { entrance: 'sign-in' },
      bodyLimit,
      schema: describeRoute('session.first-admin', summary, { answer: sessionView, body: firstAdmin }),
    },
    (request, reply) =>
      runLimited(async () => {
        refuseUnlessRequired(signIn);
        const { token, name, password } = request.body as z.output<typeof firstAdmin>;
        await limitSignIn(access.attempts, { address: request.ip });
        const principal = { name: 'who has the link', via: 'password' } as const;
        const entry = { principal, address: request.ip, operation: 'session.first-admin', subject: name };
        await withAudit(context, entry, async () => {
          const account = await access.firstAdminInvite.accept(token, name, () => hashPassword(password));
          await sessions.begin(request, reply, { accountId: account.id });
        });
        return sessions.view(request);
      }),
  );
}

function mountReset({ server, context, sessions, signIn, runLimited }: SessionRoutes): void {
  const { access } = context;
  const summary = 'Set a new password with the link of an admin, and sign in; ends all other sessions';
  server.post(
    '/api/session/reset',
    {
      config: { entrance: 'sign-in' },
      bodyLimit,
      schema: describeRoute('session.reset', summary, { answer: sessionView, body: reset }),
    },
    (request, reply) =>
      runLimited(async () => {
        refuseUnlessRequired(signIn);
        const { token, password, code } = request.body as z.output<typeof reset>;
        await limitSignIn(access.attempts, { address: request.ip });
        const principal = { name: 'who has the link', via: 'password' } as const;
        const name = await access.resetLinks.findUser(token);
        const subject = name ?? 'an invalid link';
        const entry = { principal, address: request.ip, operation: 'session.reset', subject };
        let changes: FieldChanges | undefined;
        const begin = async () => {
          // Before the link is used up, so that it still works with the right code.
          const user = name === undefined ? undefined : await access.accounts.get(name);
          const proof = user && (await checkSecondFactor(access, user, code));
          changes = proof?.changes;
          const account = await access.resetLinks.accept(token, () => hashPassword(password));
          await access.attempts.forget(attemptsKey(account, account.name));
          const { id: accountId } = account;
          await sessions.begin(request, reply, { accountId, secondFactor: proof?.secondFactor });
        };
        await withAudit(context, entry, begin, () => changes);
        return sessions.view(request);
      }),
  );
}

/** Errors: INPUT_INVALID. */
function refuseUnlessRequired(signIn: boolean): void {
  if (!signIn) throw new Fault('INPUT_INVALID', 'Sign-in is off on this server.');
}

/**
 * Checks the code of a user who has a second factor. Returns whether the user proved one, and what changed by that, for the audit trail.
 * Errors: SECOND_FACTOR_REQUIRED without a code, and those of `limitCodes` and `checkCode`.
 */
async function checkSecondFactor(
  access: Context['access'],
  account: Account,
  code: string | undefined,
): Promise<{ secondFactor: boolean; changes?: FieldChanges }> {
  if (!account.secondFactor) return { secondFactor: false };
  if (code === undefined) throw secondFactorRequired();
  const key = codesKey(account.id);
  await limitCodes(access.attempts, key);
  const left = await checkCode(access, account.id, { code, key });
  if (left === undefined) return { secondFactor: true };
  return {
    secondFactor: true,
    changes: { recoveryCodesLeft: { before: String(left + 1), after: String(left) } },
  };
}

function auditSession<T>(
  context: Context,
  request: FastifyRequest,
  principal: { name: string; via: Via },
  operation: string,
  work: () => Promise<T>,
): Promise<T> {
  return withAudit(context, { principal, address: request.ip, operation, subject: principal.name }, work);
}
