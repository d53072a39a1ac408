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

/** Adds the headers before any other hook, so that rejected requests have them too. No cache may keep a response unless its route says so. */
export function addSecurityHeaders(
  server: FastifyInstance,
  { publicUrl }: { publicUrl: string | undefined },
) {
  const all = publicUrl?.startsWith('https:') ? { ...headers, ...tlsHeaders } : headers;
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(all);
  });
  // A proxy does not know that a cookie is a credential, and would send to one user what it has kept for another.
  server.addHook('onSend', async (_request, reply) => {
    const isSet = reply.hasHeader('cache-control') || reply.raw.hasHeader('cache-control');
    if (!isSet) reply.header('cache-control', 'no-store');
  });
}
