import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { basePathOf } from '../../model/address/base-path.ts';
import { withAudit } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import { userOf } from './claims.ts';
import { readCookie, setCookie } from './cookies.ts';
import { createProvider } from './provider.ts';
import type { BrowserSessions } from './session.ts';

const path = '/api/sign-in/oidc';
/** Context of the encryption of the cookie that holds the state; the encryption makes it impossible to forge. */
const secretContext = 'sign-in/oidc';
const lifetimeMs = 10 * 60_000;

const storedState = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  until: z.number(),
});

/**
 * Adds the routes for signing in with OpenID Connect. A browser opens both, so errors are shown by the page: the browser is redirected
 * to it with `?signInError=<code>`.
 */
export function mountOidcRoutes(server: FastifyInstance, context: Context, sessions: BrowserSessions): void {
  const { access, config, log } = context;
  const { oidc } = config.signIn;
  const { publicUrl } = config.server;
  if (oidc === undefined || publicUrl === undefined) return;
  const provider = createProvider(oidc, `${publicUrl}${path}/callback`);
  const options = { config: { entrance: 'open', foreignQuery: true }, schema: { hide: true } } as const;

  server.get(path, options, async (request, reply) => {
    const { returnTo } = request.query as { returnTo?: unknown };
    try {
      const { url, state } = await provider.begin();
      const stored: z.output<typeof storedState> = {
        ...state,
        returnTo: pathWithin(publicUrl, returnTo),
        until: Date.now() + lifetimeMs,
      };
      const value = access.secrets.encrypt(JSON.stringify(stored), secretContext);
      setCookie(request, reply, { name: 'matre_oidc', value, publicUrl });
      return reply.redirect(url.href);
    } catch (error) {
      return reply.redirect(errorPath(error));
    }
  });

  server.get(`${path}/callback`, options, async (request, reply) => {
    try {
      const stored = readState(readCookie(request, { name: 'matre_oidc', publicUrl }));
      setCookie(request, reply, { name: 'matre_oidc', value: undefined, publicUrl });
      const queryStart = request.url.indexOf('?');
      const claims = await provider.finish(queryStart < 0 ? '' : request.url.slice(queryStart), stored);
      const user = userOf(claims, oidc);
      const principal = { name: user.name, via: 'oidc' } as const;
      const subject = `${user.name}: ${user.role}`;
      await withAudit(
        context,
        { principal, address: request.ip, operation: 'session.begin', subject },
        async () => {
          const account = await access.accounts.upsertOidc({ issuer: claims.iss, subject: claims.sub }, user);
          await sessions.begin(request, reply, { accountId: account.id });
        },
      );
      return reply.redirect(stored.returnTo);
    } catch (error) {
      return reply.redirect(errorPath(error));
    }
  });

  function readState(cookie: string | undefined): z.output<typeof storedState> {
    try {
      const stored = storedState.parse(JSON.parse(access.secrets.decrypt(cookie ?? '', secretContext)));
      if (stored.until > Date.now()) return stored;
    } catch {
      // An invalid cookie is treated as a missing one.
    }
    throw new Fault(
      'OIDC_REFUSED',
      'This browser did not start the sign-in here, or it did more than ten minutes ago. Sign in again.',
    );
  }

  function errorPath(error: unknown): string {
    const fault = toFault(error);
    // The message alone, because the response of a provider may contain tokens.
    log.warn({ code: fault.code, provider: oidc?.name, reason: fault.message }, 'Sign-in failed');
    return `${basePathOf(publicUrl)}/?signInError=${fault.code}`;
  }
}

/** `target` if it is a path below `base`, else that of `base`: a browser is never sent to another site. */
export function pathWithin(base: string, target: unknown): string {
  const basePath = basePathOf(base);
  const start = `${basePath}/`;
  if (typeof target !== 'string' || !target.startsWith('/') || !URL.canParse(target, base)) return start;
  const { origin, pathname, search, hash } = new URL(target, base);
  // Browsers read a path that begins with two slashes as a host.
  if (origin !== new URL(base).origin || pathname.startsWith('//')) return start;
  if (pathname !== basePath && !pathname.startsWith(start)) return start;
  return pathname + search + hash;
}
