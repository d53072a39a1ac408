import { join } from 'node:path';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { type PageOptions, pageFolder, readPage, sendPage } from './page.ts';

/**
 * Serves a page at `/api/docs` that describes the API, and can send requests with the rights of the session. Like the page, it
 * needs no sign-in, because it holds no data: it reads `/api/openapi.json`.
 */
export async function mountApiDocs(
  server: FastifyInstance,
  { basePath = '', folder = pageFolder }: PageOptions,
): Promise<void> {
  const root = join(folder, 'api-docs');
  await server.register(files, {
    root,
    prefix: '/api/docs/',
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply) => {
      reply.setHeader('cache-control', 'no-cache');
      reply.setHeader('vary', 'accept-encoding');
    },
    schemaHide: true,
  });
  server.get('/api/docs', { schema: { hide: true } }, async (_request, reply) =>
    sendPage(reply, await readPage(join(root, 'index.html')), basePath),
  );
}
