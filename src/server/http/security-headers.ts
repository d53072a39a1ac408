import type { FastifyInstance } from 'fastify';

/**
 * Headers of every response: a browser must not run, frame or sniff it, must not send a referrer, and must isolate it from other
 * origins. The page has its own content security policy (`page.ts`).
 */
const headers = {
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'SAMEORIGIN',
};

/** Half a year, for browsers that have reached the server over TLS once. */
const tlsHeaders = { 'strict-transport-security': 'max-age=15552000' };

/** Adds the headers before any other hook, so that rejected requests have them too. */
export function addSecurityHeaders(
  server: FastifyInstance,
  { publicUrl }: { publicUrl: string | undefined },
) {
  const all = publicUrl?.startsWith('https:') ? { ...headers, ...tlsHeaders } : headers;
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(all);
  });
}
