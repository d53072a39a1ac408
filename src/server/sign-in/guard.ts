import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';
import { csrfOf, isSame } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Principal } from '../../model/access.ts';
import type { Access } from '../../store/access/access.ts';
import { readCookie } from './cookies.ts';
import { createPrincipalCache } from './principal-cache.ts';
import { createHostChecks } from './trusted-hosts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks. Absent only where the entrance of the route lets in everybody. */
    principal: Principal | undefined;
    /** The secret of the session, when there is one. */
    sessionSecret: string | undefined;
  }
  interface FastifyContextConfig {
    /**
     * Who may come in; without it, who has signed in. `open`: everybody, by a name of this server. `sign-in`: the same, to
     * sign in. `probe`: everybody, by any name.
     */
    entrance?: 'open' | 'sign-in' | 'probe';
  }
}

/**
 * How long it is remembered who a cookie or a token stands for, to read something. Whoever changes something is looked up each
 * time, and that a change was made here forgets all; what another process changed is seen this much later.
 */
const cachedMs = 1_000;

/** Whoever works on this machine where nobody signs in. */
const local: Principal = { name: 'local', role: 'admin', via: 'open' };

export interface Guard {
  /** Decides whether a request may come in, or throws; then knows who asks. */
  check(request: FastifyRequest): Promise<void>;
  /** After an answer: what was changed counts from the next request on. */
  answered(request: FastifyRequest): void;
  /** Whether who was let in some time ago would be let in now. */
  isValid(request: FastifyRequest): Promise<boolean>;
}

/** `localToken` is the one that commands on the data folder of this server show. */
export function createGuard(options: {
  access: Access;
  server: Config['server'];
  signIn: boolean;
  localToken: string;
}): Guard {
  const { access, server, signIn, localToken } = options;
  const hosts = createHostChecks(server, { signIn });
  const memory = createPrincipalCache({ forMs: cachedMs });

  async function ofToken(token: string): Promise<Principal | undefined> {
    if (isSame(token, localToken)) return local;
    if (server.token !== undefined && isSame(token, server.token)) {
      return { name: 'token MATRE_TOKEN', role: 'admin', via: 'token' };
    }
    return access.tokens.findPrincipal(token);
  }

  async function identify(request: FastifyRequest): Promise<Principal | undefined> {
    if (!signIn) return local;
    const known = onlyReads(request)
      ? memory.whoIs
      : (_secret: string, ask: () => Promise<Principal | undefined>) => ask();
    const token = bearerToken(request);
    if (token !== undefined) return known(`token ${token}`, () => ofToken(token));
    const secret = readCookie(request, 'matre_session');
    if (secret === undefined) return undefined;
    const principal = await known(`session ${secret}`, () => access.sessions.findPrincipal(secret));
    if (principal) request.sessionSecret = secret;
    return principal;
  }

  return {
    async check(request) {
      const { entrance } = request.routeOptions.config;
      if (entrance === 'probe') return;
      hosts.refuseForeignOrigin(request);
      // A page that came here under another name cannot know a token.
      if (!signIn || bearerToken(request) === undefined) hosts.refuseForeignHost(request);
      request.principal = await identify(request);
      if (request.sessionSecret !== undefined && entrance !== 'sign-in') refuseWithoutCsrf(request);
      if (request.principal === undefined && entrance === undefined) {
        const what =
          bearerToken(request) === undefined ? 'Nobody is signed in.' : 'The token is not valid (any more).';
        throw new Fault('UNAUTHORIZED', what);
      }
    },
    answered(request) {
      if (!onlyReads(request)) memory.forget();
    },
    async isValid(request) {
      return (await identify(request)) !== undefined;
    },
  };
}

/** Lets in everybody at all routes of a plugin: for files that hold nothing of anybody, such as those of the page. */
export function openToAll(plugin: FastifyInstance): void {
  plugin.addHook('onRoute', (route) => {
    route.config = { ...route.config, entrance: 'open' };
  });
}

/** Whoever asks for a route that lets in nobody unknown. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new Fault('UNAUTHORIZED', 'Nobody is signed in.');
  return request.principal;
}

/** A browser sends cookies by itself, also for a page of somebody else; this header it does not. */
function refuseWithoutCsrf(request: FastifyRequest): void {
  if (onlyReads(request)) return;
  const given = request.headers['x-csrf-token'];
  const expected = csrfOf(request.sessionSecret ?? '');
  if (typeof given !== 'string' || !isSame(given, expected)) {
    throw new Fault('CSRF_REFUSED', 'The header X-CSRF-Token is missing, or not that of this session.');
  }
}

const onlyReads = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

/** Of `Authorization: Bearer`. Other schemes may be for a proxy before us. */
function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
