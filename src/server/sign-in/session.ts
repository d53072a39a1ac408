import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { csrfOf } from '../../crypto/token.ts';
import { roles } from '../../model/access.ts';
import type { Context } from '../../operations/core/context.ts';
import { setCookie } from './cookies.ts';

export const sessionView = z.object({
  signInRequired: z.boolean(),
  user: z
    .object({
      name: z.string(),
      role: z.enum(roles),
      via: z.enum(['open', 'password', 'oidc', 'token']).describe('`open`: nobody signs in here'),
    })
    .nullable()
    .describe('Null: nobody is signed in'),
  csrf: z
    .string()
    .nullable()
    .describe('What goes into the header X-CSRF-Token of whatever changes something'),
  methods: z
    .object({ password: z.boolean(), oidc: z.object({ name: z.string() }).nullable() })
    .describe('How one can sign in'),
  firstAdmin: z.boolean().describe('There is no admin yet; the log of the server has a link to make one'),
});
export type SessionView = z.output<typeof sessionView>;

export type BrowserSessions = ReturnType<typeof createBrowserSessions>;

/** The session of a browser: told, begun and ended. */
export function createBrowserSessions({ access, config }: Context, { signIn }: { signIn: boolean }) {
  const { publicUrl } = config.server;
  const { oidc } = config.signIn;
  return {
    /** As it is for who asks. */
    async view({ principal: who, sessionSecret }: FastifyRequest): Promise<SessionView> {
      const via = who?.via;
      return {
        signInRequired: signIn,
        user:
          who === undefined || via === 'local' || via === 'program' || via === undefined
            ? null
            : { name: who.name, role: who.role, via },
        csrf: sessionSecret === undefined ? null : csrfOf(sessionSecret),
        methods: { password: signIn, oidc: signIn && oidc ? { name: oidc.name } : null },
        firstAdmin: signIn && !(await access.accounts.hasAdmin()),
      };
    },

    /** Signs somebody in, whose password or OpenID token has been looked at. An earlier session of the browser ends. */
    async begin(request: FastifyRequest, reply: FastifyReply, accountId: number): Promise<void> {
      if (request.sessionSecret !== undefined) await access.sessions.end(request.sessionSecret);
      const secret = await access.sessions.begin(accountId);
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
