import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { type PageOptions, pageFolder } from './page.ts';

/**
 * The viewer and its service worker load only from this server. The worker answers every request of the pages in a trace from the trace
 * itself, without their scripts. `connect-src` has no `data:` and no `blob:`: a link, or a page that opens the viewer, cannot bring a
 * trace of its own.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self' data: blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the trace viewer of Playwright at `/trace-viewer/index.html?trace=ADDRESS` (web/trace-viewer.ts). Like the page it needs no
 * sign-in, because it holds no data: it reads a trace with the rights of the session.
 */
export async function mountTraceViewer(
  server: FastifyInstance,
  { folder = pageFolder }: PageOptions,
): Promise<void> {
  // After those that every response has.
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', policy);
  });
  await server.register(files, {
    root: join(folder, 'trace-viewer'),
    prefix: '/trace-viewer/',
    index: false,
    cacheControl: false,
    setHeaders: (reply) => {
      reply.setHeader('cache-control', 'no-cache');
    },
    schemaHide: true,
  });
}
