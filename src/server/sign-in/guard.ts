import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';
import { csrfOf, isSame } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import type { Principal, SecondFactorDemand } from '../../model/access.ts';
import { requesterFrom, requesterHeader } from '../../operations/core/requester.ts';
import type { Access } from '../../store/access/access.ts';
import { readCookie } from './cookies.ts';
import { createPrincipalCache } from './principal-cache.ts';
import { lacksSecondFactor } from './sign-in-policy.ts';
import { createHostChecks } from './trusted-hosts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request. `undefined` only where the route admits requests without sign-in. */
    principal: Principal | undefined;
    /** The secret of the browser session, if there is one. */
    sessionSecret: string | undefined;
  }
  interface FastifyContextConfig {
    /**
     * Who may use the route; by default only signed-in users. `open`: everyone, under a host name of this server. `sign-in`: the
     * same, for signing in. `probe`: everyone, under any host name.
     */
    entrance?: 'open' | 'sign-in' | 'probe';
    /** Users may use it who must have a second factor and have none: it is needed to set one up. */
    setsUpSecondFactor?: true;
  }
}

/**
 * How long the principal of a cookie or token is cached for reading requests. Writing requests always read it from the database, and
 * clear the cache; changes of another process take effect after this time.
 */
const cacheMs = 1_000;

/** The principal of requests without a local token when sign-in is off. */
const local: Principal = { name: 'local', role: 'admin', via: 'open' };

const notSignedIn = 'The request has no credentials. Sign in, or send an API token.';

export interface Guard {
  /** Admits a request and sets its principal. Errors: UNAUTHORIZED, HOST_REFUSED, CSRF_REFUSED, SECOND_FACTOR_MISSING, INPUT_INVALID. */
  check(request: FastifyRequest): Promise<void>;
  /** After a response: clears the cache if the request may have changed users, sessions or tokens. */
  responded(request: FastifyRequest): void;
  /** Whether the credentials of an earlier request are still valid. */
  isValid(request: FastifyRequest): Promise<boolean>;
}

/** `localToken` is the token of commands on the data folder of this server. */
export function createGuard(options: {
  access: Access;
  server: Config['server'];
  signIn: boolean;
  secondFactor: SecondFactorDemand;
  localToken: string;
}): Guard {
  const { access, server, signIn, secondFactor, localToken } = options;
  const hosts = createHostChecks(server, { signIn });
  const cache = createPrincipalCache({ ttlMs: cacheMs });

  async function principalOfToken(token: string): Promise<Principal | undefined> {
    if (server.token !== undefined && isSame(token, server.token)) {
      return { name: 'token MATRE_TOKEN', role: 'admin', via: 'token' };
    }
    return access.tokens.findPrincipal(token);
  }

  async function identify(request: FastifyRequest): Promise<Principal | undefined> {
    const token = bearerToken(request);
    if (token !== undefined && isSame(token, localToken)) return ownerOfFolder(request);
    if (!signIn) return local;
    const find = isReading(request)
      ? cache.find
      : (_secret: string, read: () => Promise<Principal | undefined>) => read();
    if (token !== undefined) return find(`token ${token}`, () => principalOfToken(token));
    const secret = readCookie(request, { name: 'matre_session', publicUrl: server.publicUrl });
    if (secret === undefined) return undefined;
    const principal = await find(`session ${secret}`, () => access.sessions.findPrincipal(secret));
    if (principal) request.sessionSecret = secret;
    return principal;
  }

  return {
    async check(request) {
      const { entrance } = request.routeOptions.config;
      if (entrance === 'probe') return;
      hosts.refuseForeignOrigin(request);
      // A page under a foreign host name cannot know a token.
      if (!signIn || bearerToken(request) === undefined) hosts.refuseForeignHost(request);
      request.principal = await identify(request);
      if (request.sessionSecret !== undefined && entrance !== 'sign-in') refuseWithoutCsrf(request);
      if (request.principal === undefined && entrance === undefined) {
        const message =
          bearerToken(request) === undefined ? notSignedIn : 'The token is invalid or has expired.';
        throw new Fault('UNAUTHORIZED', message);
      }
      const { setsUpSecondFactor } = request.routeOptions.config;
      if (
        entrance === undefined &&
        !setsUpSecondFactor &&
        lacksSecondFactor(request.principal, secondFactor)
      ) {
        throw new Fault(
          'SECOND_FACTOR_MISSING',
          `${request.principal?.name} must set up a second factor before anything else.`,
        );
      }
    },
    responded(request) {
      if (!isReading(request)) cache.clear();
    },
    async isValid(request) {
      const principal = await identify(request);
      return principal !== undefined && !lacksSecondFactor(principal, secondFactor);
    },
  };
}

/** Admits everyone to all routes of a plugin, for public files such as those of the page. */
export function openToAll(plugin: FastifyInstance): void {
  plugin.addHook('onRoute', (route) => {
    route.config = { ...route.config, entrance: 'open' };
  });
}

/** The principal of a request to a route that requires sign-in. Errors: UNAUTHORIZED. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new Fault('UNAUTHORIZED', notSignedIn);
  return request.principal;
}

/** A browser sends cookies also for requests of foreign pages, but not this header. Errors: CSRF_REFUSED. */
function refuseWithoutCsrf(request: FastifyRequest): void {
  if (isReading(request)) return;
  const token = request.headers['x-csrf-token'];
  const expected = csrfOf(request.sessionSecret ?? '');
  if (typeof token !== 'string' || !isSame(token, expected)) {
    throw new Fault('CSRF_REFUSED', 'The header X-CSRF-Token is missing or does not belong to this session.');
  }
}

/**
 * The principal of a command on the data folder of this server: the same as without a server, where the command opens the folder itself.
 * Errors: INPUT_INVALID.
 */
function ownerOfFolder(request: FastifyRequest): Principal {
  return { name: requesterFrom(request.headers[requesterHeader]), role: 'admin', via: 'local' };
}

const isReading = ({ method }: FastifyRequest) => method === 'GET' || method === 'HEAD';

/** The token of `Authorization: Bearer`. Other schemes may be for a proxy in front of this server. */
function bearerToken(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}
