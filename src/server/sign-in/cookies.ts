import { parseCookie, type SerializeOptions, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { basePathOf } from '../../model/address/base-path.ts';

/** The cookie of a browser session, and the one with the state of a sign-in at an OpenID provider. */
export type CookieName = 'matre_session' | 'matre_oidc';

const maxAgeSeconds = { matre_session: 7 * 24 * 3600, matre_oidc: 10 * 60 };

export function readCookie(request: FastifyRequest, name: CookieName): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : parseCookie(cookie)[name] || undefined;
}

/** Sets a cookie; `undefined` deletes it. Scripts cannot read it, and posts from other sites do not include it. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: { name: CookieName; value: string | undefined; publicUrl: string | undefined },
): void {
  const { name, value, publicUrl } = cookie;
  const options: SerializeOptions = {
    httpOnly: true,
    // Lax, not strict: links from a chat and the redirect of an OpenID provider must include the cookie.
    sameSite: 'lax',
    secure: publicUrl?.startsWith('https:') === true || request.protocol === 'https',
    // Other programs on the same host do not get it.
    path: basePathOf(publicUrl) || '/',
    maxAge: value === undefined ? 0 : maxAgeSeconds[name],
  };
  reply.header('set-cookie', stringifySetCookie(name, value ?? '', options));
}
