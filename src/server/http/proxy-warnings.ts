import type { FastifyInstance, FastifyRequest } from 'fastify';
import { basePathOf } from '../../model/address/base-path.ts';

/** Any client may send these headers, and must not fill the log. */
const maxWarnings = 10;

/**
 * Warns of a proxy that is not configured as the server is: one that is not in MATRE_TRUSTED_PROXIES, whose users all count as one
 * address, and one that removes another path than that of MATRE_PUBLIC_URL (`X-Forwarded-Prefix`), so that no link works. Once for each
 * address or path.
 */
export function warnOfProxies(
  server: FastifyInstance,
  { publicUrl }: { publicUrl: string | undefined },
): void {
  const basePath = basePathOf(publicUrl);
  const warned = new Set<string>();

  const warnOnce = (request: FastifyRequest, fields: Record<string, string>, message: string) => {
    const key = `${message} ${Object.values(fields).join(' ')}`;
    if (warned.has(key) || warned.size >= maxWarnings) return;
    warned.add(key);
    request.log.warn(fields, message);
  };

  server.addHook('onRequest', async (request) => {
    const { 'x-forwarded-for': forwardedFor, 'x-forwarded-prefix': prefix } = request.headers;
    // The list has more than the address of the connection only if that address is trusted.
    const isTrusted = (request.ips?.length ?? 0) > 1;
    if (forwardedFor !== undefined && !isTrusted) {
      warnOnce(
        request,
        { address: request.socket.remoteAddress ?? '' },
        'X-Forwarded-For is ignored, because MATRE_TRUSTED_PROXIES does not contain the address that sent it: if that is your proxy, add it there; until then all its users count as one address',
      );
    }
    if (typeof prefix === 'string' && prefix.replace(/\/+$/, '') !== basePath) {
      warnOnce(
        request,
        { removed: prefix.slice(0, 200), expected: basePath },
        'A proxy removes a path (X-Forwarded-Prefix) that MATRE_PUBLIC_URL does not have, so links of the page lead elsewhere: set MATRE_PUBLIC_URL to the address that users open, with its path',
      );
    }
  });
}
