import type { FastifyInstance } from 'fastify';

/**
 * What every answer says to browsers: nothing in it is run or framed, or guessed to be of another type; nobody learns from where
 * a link was followed; pages of other sites get no hold of it. The page itself has a policy of its own (`page.ts`).
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

/** Half a year, for browsers that have seen the server over TLS once. */
const onlyTls = { 'strict-transport-security': 'max-age=15552000' };

/** Before anything else looks at a request, so that refusals have them too. */
export function addSecurityHeaders(
  server: FastifyInstance,
  { publicUrl }: { publicUrl: string | undefined },
) {
  const all = publicUrl?.startsWith('https:') ? { ...headers, ...onlyTls } : headers;
  server.addHook('onRequest', async (_request, reply) => {
    reply.headers(all);
  });
}
