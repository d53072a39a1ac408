import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { withAudit } from '../../operations/core/authorize.ts';
import type { Context } from '../../operations/core/context.ts';
import { userOf } from './claims.ts';
import { readCookie, setCookie } from './cookies.ts';
import { createProvider } from './provider.ts';
import type { BrowserSessions } from './session.ts';

const path = '/api/sign-in/oidc';
/** The browser keeps this while it is at the provider, encrypted: nobody can make it up. */
const secretContext = 'sign-in/oidc';
const lifetimeMs = 10 * 60_000;

const journey = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  until: z.number(),
});

/**
 * Signing in with OpenID Connect. Both are addresses that a browser opens, so what goes wrong is told by the page: it is
 * opened with `?signInError=<code>`.
 */
export function mountOidcRoutes(server: FastifyInstance, context: Context, sessions: BrowserSessions): void {
  const { access, config, log } = context;
  const { oidc } = config.signIn;
  const { publicUrl } = config.server;
  if (oidc === undefined || publicUrl === undefined) return;
  const provider = createProvider(oidc, `${publicUrl}${path}/callback`);
  const options = { config: { entrance: 'open' }, schema: { hide: true } } as const;

  server.get(path, options, async (request, reply) => {
    const { returnTo } = request.query as { returnTo?: unknown };
    try {
      const { url, departure } = await provider.depart();
      const kept: z.output<typeof journey> = {
        ...departure,
        returnTo: pathWithin(publicUrl, returnTo),
        until: Date.now() + lifetimeMs,
      };
      const value = access.secrets.encrypt(JSON.stringify(kept), secretContext);
      setCookie(request, reply, { name: 'matre_oidc', value, publicUrl });
      return reply.redirect(url.href);
    } catch (error) {
      return reply.redirect(explain(error));
    }
  });

  server.get(`${path}/callback`, options, async (request, reply) => {
    try {
      const kept = readJourney(readCookie(request, 'matre_oidc'));
      setCookie(request, reply, { name: 'matre_oidc', value: undefined, publicUrl });
      const mark = request.url.indexOf('?');
      const claims = await provider.arrive(mark < 0 ? '' : request.url.slice(mark), kept);
      const user = userOf(claims, oidc);
      const principal = { name: user.name, via: 'oidc' } as const;
      const subject = `${user.name}: ${user.role}`;
      await withAudit(
        context,
        { principal, address: request.ip, operation: 'session.begin', subject },
        async () => {
          const account = await access.accounts.upsertOidc({ issuer: claims.iss, subject: claims.sub }, user);
          await sessions.begin(request, reply, account.id);
        },
      );
      return reply.redirect(kept.returnTo);
    } catch (error) {
      return reply.redirect(explain(error));
    }
  });

  function readJourney(cookie: string | undefined): z.output<typeof journey> {
    try {
      const kept = journey.parse(JSON.parse(access.secrets.decrypt(cookie ?? '', secretContext)));
      if (kept.until > Date.now()) return kept;
    } catch {
      // As if there were none.
    }
    throw new Fault(
      'OIDC_REFUSED',
      'This browser did not begin the sign-in here, or more than ten minutes ago.',
    );
  }

  function explain(error: unknown): string {
    const fault = toFault(error);
    // In words alone: what a provider answered may hold tokens.
    log.warn({ code: fault.code }, `A sign-in with ${oidc?.name} failed: ${fault.message}`);
    return `/?signInError=${fault.code}`;
  }
}

/** A path of this server, whatever was asked for: nobody is sent to another site. */
export function pathWithin(base: string, wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || !URL.canParse(wanted, base)) return '/';
  const { origin, pathname, search, hash } = new URL(wanted, base);
  // A path that begins with two slashes is a host for browsers.
  if (origin !== new URL(base).origin || pathname.startsWith('//')) return '/';
  return pathname + search + hash;
}
