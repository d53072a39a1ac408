import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { allows, type Principal } from '../../model/access.ts';
import { maxTokenNameLength } from '../../model/limits.ts';
import { withAudit } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import { exactLine, role, shownLine, time } from '../../operations/core/fields.ts';
import { networkOf } from '../../operations/users/attempt-limit.ts';
import { type DeviceLogin, deviceLoginSeconds, devicePollSeconds } from '../../store/access/device-logins.ts';
import { describeRoute } from '../http/route-schema.ts';
import { principalOf } from './guard.ts';

/** Enough for a name or a code. */
const bodyLimit = 4 * 1024;
/** Logins that an address may begin in a quarter of an hour; an office may share one. */
const maxBegun = 30;
/** Codes that a user may try in a quarter of an hour: enough for typing errors, and far from finding one of 20^8. */
const maxCodes = 20;

const beginInput = z.strictObject({
  device: shownLine(maxTokenNameLength).describe(
    'Name of the machine, which the user sees and the token gets',
  ),
});
const begun = z.object({
  deviceCode: z.string().describe('Secret of the command; it is sent to poll'),
  userCode: z.string().describe('Shown to the user, who compares it with that of the page'),
  verificationPath: z.string().describe('Path of the page that the user opens on this server'),
  expiresInSeconds: z.int(),
  intervalSeconds: z.int().describe('Shortest time between two polls'),
});
const pollInput = z.strictObject({ deviceCode: exactLine(200) });
const polled = z.object({
  status: z.enum(['pending', 'slow-down', 'denied', 'approved']),
  token: z
    .object({
      id: z.int(),
      secret: z.string(),
      role,
      user: z.string().nullable(),
      expiresAt: time.nullable(),
    })
    .nullable()
    .describe('Sent once, when a user has approved the login'),
});
/** 8 letters, in any case and with any blanks and dashes. */
const userCode = exactLine(20).describe('The code that the command shows');
const codeInput = z.strictObject({ userCode });
const approveInput = z.strictObject({ userCode, role: role.describe('At most your own role') });
const loginView = z.object({
  userCode: z.string(),
  device: z.string(),
  address: z.string(),
  beganAt: time,
  expiresAt: time,
});
export type DeviceLoginView = z.output<typeof loginView>;

interface DeviceRoutes {
  server: FastifyInstance;
  context: Context;
  /** Whether this server requires users to sign in. */
  signIn: boolean;
}

/**
 * Adds the routes with which a command signs in by a browser (RFC 8628): the command begins and polls, and a user who is signed in
 * looks at the login and approves or denies it. They are not operations, because a token must not approve: only the session of a
 * browser does, like that for a password.
 */
export function mountDeviceRoutes(
  server: FastifyInstance,
  context: Context,
  { signIn }: { signIn: boolean },
): void {
  const routes = { server, context, signIn };
  mountBegin(routes);
  mountPoll(routes);
  mountShow(routes);
  mountApprove(routes);
  mountDeny(routes);
}

function mountBegin({ server, context: { access }, signIn }: DeviceRoutes): void {
  server.post(
    '/api/device-logins',
    {
      config: { entrance: 'sign-in' },
      bodyLimit,
      schema: describeRoute(
        'device.begin',
        'Begin the sign-in of a command, which a user approves in a browser',
        {
          answer: begun,
          body: beginInput,
        },
      ),
    },
    async (request) => {
      refuseUnlessRequired(signIn);
      if ((await access.attempts.count(`device ${networkOf(request.ip)}`)) > maxBegun) {
        throw new Fault('SIGN_IN_TOO_OFTEN', 'There were too many attempts to sign in from this address.');
      }
      const { device } = request.body as z.output<typeof beginInput>;
      const codes = await access.deviceLogins.begin(device, request.ip);
      return {
        ...codes,
        verificationPath: '/device',
        expiresInSeconds: deviceLoginSeconds,
        intervalSeconds: devicePollSeconds,
      };
    },
  );
}

function mountPoll({ server, context, signIn }: DeviceRoutes): void {
  server.post(
    '/api/device-logins/poll',
    {
      config: { entrance: 'sign-in' },
      bodyLimit,
      schema: describeRoute('device.poll', 'Get the token of an approved sign-in of a command, once', {
        answer: polled,
        body: pollInput,
      }),
    },
    async (request, reply) => {
      refuseUnlessRequired(signIn);
      reply.header('cache-control', 'no-store');
      const poll = await context.access.deviceLogins.poll(
        (request.body as z.output<typeof pollInput>).deviceCode,
      );
      if (poll.status !== 'approved') return { status: poll.status, token: null };
      const { id, name, role, user, expiresAt } = poll.token;
      // The approval is in the audit trail under the address of the browser; this is the address that got the token.
      const principal = { name: user ?? name, via: 'token' } as const;
      const entry = {
        principal,
        address: request.ip,
        operation: 'device.token',
        subject: `${name}: ${role}`,
      };
      await withAudit(context, entry, async () => {});
      return {
        status: 'approved' as const,
        token: {
          id,
          secret: poll.secret,
          role,
          user: user ?? null,
          expiresAt: expiresAt?.toISOString() ?? null,
        },
      };
    },
  );
}

function mountShow({ server, context }: DeviceRoutes): void {
  server.post(
    '/api/device-logins/show',
    {
      bodyLimit,
      schema: describeRoute('device.show', 'Show the sign-in of a command that waits for approval', {
        answer: loginView,
        body: codeInput,
      }),
    },
    async (request) => {
      const { userCode } = request.body as z.output<typeof codeInput>;
      await browserUser(context, request);
      return viewLogin(await context.access.deviceLogins.get(userCode));
    },
  );
}

function mountApprove({ server, context }: DeviceRoutes): void {
  server.post(
    '/api/device-logins/approve',
    {
      bodyLimit,
      schema: describeRoute('device.approve', 'Let a command sign in as you; creates a token', {
        answer: loginView,
        body: approveInput,
      }),
    },
    async (request) => {
      const { userCode, role } = request.body as z.output<typeof approveInput>;
      const principal = await browserUser(context, request);
      const { deviceLogins } = context.access;
      const { device, address } = await deviceLogins.get(userCode);
      const subject = `${device} at ${address}: ${role}`;
      const entry = { principal, address: request.ip, operation: 'device.approve', subject };
      return withAudit(context, entry, async () => {
        if (!allows(principal.role, role)) {
          throw new Fault(
            'FORBIDDEN',
            `A command of ${principal.name} cannot be ${role}, because ${principal.name} is ${principal.role}.`,
          );
        }
        return viewLogin(await deviceLogins.approve(userCode, { accountId: principal.accountId, role }));
      });
    },
  );
}

function mountDeny({ server, context }: DeviceRoutes): void {
  server.post(
    '/api/device-logins/deny',
    {
      bodyLimit,
      schema: describeRoute('device.deny', 'Refuse the sign-in of a command', {
        answer: loginView,
        body: codeInput,
      }),
    },
    async (request) => {
      const { userCode } = request.body as z.output<typeof codeInput>;
      const principal = await browserUser(context, request);
      const { deviceLogins } = context.access;
      const { device, address } = await deviceLogins.get(userCode);
      const entry = {
        principal,
        address: request.ip,
        operation: 'device.deny',
        subject: `${device} at ${address}`,
      };
      return withAudit(context, entry, async () => viewLogin(await deviceLogins.deny(userCode)));
    },
  );
}

/**
 * The user of the session of a browser, who may handle the sign-in of a command. Counts the code that the request has.
 * Errors: FORBIDDEN for tokens, SIGN_IN_TOO_OFTEN.
 */
async function browserUser(
  { access }: Context,
  request: FastifyRequest,
): Promise<Principal & { accountId: number }> {
  const principal = principalOf(request);
  const { accountId } = principal;
  // Otherwise a stolen token could create others, which stay valid when it is revoked.
  if (request.sessionSecret === undefined || accountId === undefined) {
    throw new Fault('FORBIDDEN', 'Only a user who is signed in with a browser may approve a command.');
  }
  if ((await access.attempts.count(`device code ${accountId}`)) > maxCodes) {
    throw new Fault('SIGN_IN_TOO_OFTEN', 'You tried too many codes.');
  }
  return { ...principal, accountId };
}

function viewLogin({ userCode, device, address, createdAt, expiresAt }: DeviceLogin): DeviceLoginView {
  return { userCode, device, address, beganAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

/** Errors: INPUT_INVALID. */
function refuseUnlessRequired(signIn: boolean): void {
  if (!signIn) throw new Fault('INPUT_INVALID', 'Sign-in is off on this server, so no token is needed.');
}
