import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Fault } from '../errors.ts';

/** Paths that probes of an orchestrator ask for. They say nothing but yes or no, so everybody may. */
const probes = new Set(['/healthz', '/readyz']);

/**
 * Decides whether a request may come in, or throws. Three ways of getting in are closed:
 * a page on the internet that made its name resolve to this machine (DNS rebinding), by the `Host` header;
 * a page that posts to us from a person's browser, by the `Origin` header; and everybody without the token, if one is set.
 */
export function createGuard(options: { token: string | undefined }): (request: FastifyRequest) => void {
  const expected = options.token === undefined ? undefined : digest(`Bearer ${options.token}`);
  return (request) => {
    const path = request.url.split('?', 1)[0] as string;
    if (probes.has(path)) return;
    refuseForeignOrigin(request);
    if (expected === undefined) refuseForeignHost(request);
    else if (!timingSafeEqual(expected, digest(request.headers.authorization ?? ''))) {
      throw new Fault('UNAUTHORIZED', 'The request has no token, or a wrong one.');
    }
  };
}

/** Without a token only this machine may ask, and it does so by a name of its own. A browser cannot forge `Host`. */
function refuseForeignHost(request: FastifyRequest): void {
  const host = request.headers.host ?? '';
  const name = hostName(host);
  if (name === undefined || !isLoopback(name)) {
    throw new Fault('HOST_REFUSED', `The request is for ${JSON.stringify(host)}, which is not this machine.`);
  }
}

function refuseForeignOrigin(request: FastifyRequest): void {
  const { origin, host } = request.headers;
  if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
  if (!URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()) {
    throw new Fault('HOST_REFUSED', `The request comes from a page of ${JSON.stringify(origin)}.`);
  }
}

function hostName(host: string): string | undefined {
  const address = `http://${host}`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(address)) return undefined;
  return new URL(address).hostname;
}

/** Whether a host name or address is this machine itself, for sure. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

/** Of equal length whatever goes in, so that the comparison takes the same time for all. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
