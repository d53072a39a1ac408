import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import { isLoopback } from '../../model/address/loopback.ts';

/**
 * Blocks two attacks through the browser of a user: a page on the internet whose name resolves to this server (DNS rebinding), by
 * the `Host` header; and a page that posts to this server, by the `Origin` header. A browser forges neither header.
 */
export function createHostChecks(
  { publicUrl, allowedHosts }: Config['server'],
  options: { signIn: boolean },
) {
  const publicName = publicUrl === undefined ? [] : [new URL(publicUrl).hostname];
  const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  const names = new Set([
    ...allowedHosts,
    ...publicName,
    ...(options.signIn ? [hostname().toLowerCase()] : []),
  ]);

  /** DNS cannot redirect an IP address, so any is accepted; without sign-in only those of this machine are. */
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

    /** Checks writing requests. A proxy may put its own name in `Host`, so the public address is accepted too. */
    refuseForeignOrigin(request: FastifyRequest): void {
      const { origin, host } = request.headers;
      if (origin === undefined || request.method === 'GET' || request.method === 'HEAD') return;
      if (origin === publicOrigin) return;
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
