import { hostname } from 'node:os';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { csrfOf } from '../../crypto/token.ts';
import { roles } from '../../model/access.ts';
import type { Context } from '../../operations/core/context.ts';
import { setCookie } from './cookies.ts';
import { lacksSecondFactor } from './sign-in-policy.ts';

export const sessionView = z.object({
  signInRequired: z.boolean(),
  user: z
    .object({
      name: z.string(),
      role: z.enum(roles),
      via: z.enum(['open', 'password', 'oidc', 'token']).describe('`open`: sign-in is off'),
      lacksSecondFactor: z.boolean().describe('The user must set up a second factor before anything else'),
    })
    .nullable()
    .describe('Null when no user is signed in'),
  csrf: z.string().nullable().describe('The value of the header X-CSRF-Token of writing requests'),
  methods: z
    .object({ password: z.boolean(), oidc: z.object({ name: z.string() }).nullable() })
    .describe('The available methods to sign in'),
  firstAdmin: z.boolean().describe('There is no admin yet; the log of the server has a link to create one'),
  workersInServer: z
    .boolean()
    .nullable()
    .describe('Workers run in the process of this server, and stop with it; null when no user is signed in'),
});
export type SessionView = z.output<typeof sessionView>;

export type BrowserSessions = ReturnType<typeof createBrowserSessions>;

/** Shows, begins and ends browser sessions. */
export function createBrowserSessions({ access, config, workers }: Context, { signIn }: { signIn: boolean }) {
  const { publicUrl } = config.server;
  const { oidc, secondFactor: demand } = config.signIn;
  const hasOwnWorkers = async () =>
    (await workers.list()).some(
      ({ host, pid, alive }) => alive && host === hostname() && pid === process.pid,
    );
  return {
    /** The session of a request. */
    async view({ principal, sessionSecret }: FastifyRequest): Promise<SessionView> {
      const via = principal?.via;
      const user =
        principal === undefined || via === 'local' || via === 'program' || via === undefined
          ? null
          : {
              ...{ name: principal.name, role: principal.role, via },
              lacksSecondFactor: lacksSecondFactor(principal, demand),
            };
      return {
        signInRequired: signIn,
        user,
        csrf: sessionSecret === undefined ? null : csrfOf(sessionSecret),
        methods: { password: signIn, oidc: signIn && oidc ? { name: oidc.name } : null },
        firstAdmin: signIn && !(await access.accounts.hasAdmin()),
        workersInServer: user === null ? null : await hasOwnWorkers(),
      };
    },

    /**
     * Signs a user in, after the password and, if the user has one, the second factor was checked, or the OpenID token. Ends an earlier
     * session of the browser. Errors: USER_DEACTIVATED, SECOND_FACTOR_REQUIRED.
     */
    async begin(
      request: FastifyRequest,
      reply: FastifyReply,
      { accountId, secondFactor = false }: { accountId: number; secondFactor?: boolean | undefined },
    ): Promise<void> {
      if (request.sessionSecret !== undefined) await access.sessions.end(request.sessionSecret);
      const secret = await access.sessions.begin(accountId, { secondFactor });
      await access.accounts.recordSignIn(accountId);
      setCookie(request, reply, { name: 'matre_session', value: secret, publicUrl });
      request.sessionSecret = secret;
      request.principal = await access.sessions.findPrincipal(secret);
    },

    async end(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      if (request.sessionSecret !== undefined) await access.sessions.end(request.sessionSecret);
      setCookie(request, reply, { name: 'matre_session', value: undefined, publicUrl });
      request.sessionSecret = undefined;
      request.principal = undefined;
    },
  };
}
