import { parseCookie, type SerializeOptions, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The cookie of a session, and the one that a browser keeps while it is at an OpenID provider. */
export type CookieName = 'matre_session' | 'matre_oidc';

const longest = { matre_session: 7 * 24 * 3600, matre_oidc: 10 * 60 };

export function readCookie(request: FastifyRequest, name: CookieName): string | undefined {
  const { cookie } = request.headers;
  return cookie === undefined ? undefined : parseCookie(cookie)[name] || undefined;
}

/** Sets it; `undefined` takes it away. Scripts never see it, and other sites cannot make a browser send it along with a post. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  cookie: { name: CookieName; value: string | undefined; publicUrl: string | undefined },
): void {
  const { name, value, publicUrl } = cookie;
  const options: SerializeOptions = {
    httpOnly: true,
    // Lax, not strict: whoever follows a link in a chat should not have to sign in, nor who comes from an OpenID provider.
    sameSite: 'lax',
    secure: publicUrl?.startsWith('https:') === true || request.protocol === 'https',
    path: '/',
    maxAge: value === undefined ? 0 : longest[name],
  };
  reply.header('set-cookie', stringifySetCookie(name, value ?? '', options));
}
