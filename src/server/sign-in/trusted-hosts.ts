import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import { isLoopback } from '../../model/address/loopback.ts';

/**
 * Closes two ways in through the browser of a person: a page on the internet that made its name resolve to this server (DNS
 * rebinding), by the `Host` header, and a page that posts to us, by the `Origin` header. A browser forges neither.
 */
export function createHostChecks(
  { publicUrl, allowedHosts }: Config['server'],
  options: { signIn: boolean },
) {
  const publicName = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const names = new Set([
    ...allowedHosts,
    ...publicName,
    ...(options.signIn ? [hostname().toLowerCase()] : []),
  ]);

  /** A plain address cannot be made to lead elsewhere; where nobody signs in, only this machine may ask all the same. */
  const isOurs = (name: string) =>
    isLoopback(name) || names.has(name) || (options.signIn && isIP(name.replace(/^\[|\]$/g, '')) > 0);

  return {
    refuseForeignHost(request: FastifyRequest): void {
      const host = request.headers.host ?? '';
      const name = hostNameOf(host);
      if (name === undefined || !isOurs(name)) {
        throw new Fault(
          'HOST_REFUSED',
          `The request is for ${JSON.stringify(host)}, which is not a name of this server.`,
        );
      }
    },

    /** For what changes something. A proxy may have put its own name in `Host`, so the public address counts too. */
    refuseForeignOrigin(request: FastifyRequest): void {
      const { origin, host } = request.headers;
      if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
      if (origin === publicUrl) return;
      if (!URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()) {
        throw new Fault('HOST_REFUSED', `The request comes from a page of ${JSON.stringify(origin)}.`);
      }
    },
  };
}

function hostNameOf(host: string): string | undefined {
  const address = `http://${host}`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(address)) return undefined;
  return new URL(address).hostname;
}
