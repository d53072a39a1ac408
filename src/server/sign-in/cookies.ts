import { parseCookie, type SerializeOptions, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { basePathOf } from '../../model/address/base-path.ts';

/** The cookie of a browser session, and the one with the state of a sign-in at an OpenID provider. */
export type CookieName = 'matre_session' | 'matre_oidc';

const maxAgeSeconds = { matre_session: 7 * 24 * 3600, matre_oidc: 10 * 60 };

export function readCookie(
  request: FastifyRequest,
  { name, publicUrl }: { name: CookieName; publicUrl: string | undefined },
): string | undefined {
  const { cookie } = request.headers;
  if (cookie === undefined) return undefined;
  return parseCookie(cookie)[scopeOf(request, publicUrl).prefix + name] || undefined;
}

/** Sets a cookie; `undefined` deletes it. Scripts cannot read it, and posts from other sites do not include it. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: { name: CookieName; value: string | undefined; publicUrl: string | undefined },
): void {
  const { name, value, publicUrl } = cookie;
  const { prefix, ...scope } = scopeOf(request, publicUrl);
  const options: SerializeOptions = {
    httpOnly: true,
    // Lax, not strict: links from a chat and the redirect of an OpenID provider must include the cookie.
    sameSite: 'lax',
    ...scope,
    maxAge: value === undefined ? 0 : maxAgeSeconds[name],
  };
  reply.header('set-cookie', stringifySetCookie(prefix + name, value ?? '', options));
}

/** To which requests browsers add a cookie, and the prefix of its name. */
function scopeOf(request: FastifyRequest, publicUrl: string | undefined) {
  const secure = publicUrl?.startsWith('https:') === true || request.protocol === 'https';
  // Other programs on the same host do not get it.
  const path = basePathOf(publicUrl) || '/';
  // Browsers take a name with `__Secure-` only over TLS, and one with `__Host-` also only from this host: otherwise another host of the
  // domain, or an attacker on the network who answers without TLS, could sign a browser in as somebody else (RFC 6265bis, 4.1.3).
  const prefix = secure ? (path === '/' ? '__Host-' : '__Secure-') : '';
  return { secure, path, prefix };
}
