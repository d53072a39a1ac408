import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Fault } from '../../faults/fault.ts';

/** Where `npm run build` puts the page, seen from src/server/http and from dist/server/http alike. */
const built = fileURLToPath(new URL('../../../dist/web/', import.meta.url));

/** What stands in the built page where each answer gets a word of its own: see `html.cspNonce` in web/vite.config.ts. */
const noncePlace = /__NONCE__/g;

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>matre</title>
<h1>The page is not built</h1>
<p>The server runs from its sources. <code>npm run build</code> builds the page; <code>npm run dev</code> shows it while it is
worked on. The API is described at <a href="/api/openapi.json">/api/openapi.json</a>.</p>
</html>
`;

/** Files whose name has a hash of their content: everything but what the build copies as it is. */
const hashed = /-[\w-]{8}\.\w+(\.(br|gz))?$/;

/**
 * The page for people: its files at `/assets`, and `index.html` at every other address that a browser opens, because the page
 * itself knows its views. Nobody needs to be signed in to get it; it holds no data. All is read when it is asked for, so
 * a page that is built anew is there without a restart.
 */
export async function mountPage(server: FastifyInstance, folder: string = built): Promise<void> {
  await server.register(files, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const kept = hashed.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
      reply.setHeader('cache-control', kept);
      reply.setHeader('vary', 'accept-encoding');
    },
    schemaHide: true,
  });

  server.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0] as string;
    const isForPeople = path === '/' || request.headers.accept?.includes('text/html') === true;
    if (!isForPeople || /^\/(api|assets)(\/|$)/.test(path)) {
      throw new Fault('NOT_FOUND', `There is nothing at GET ${path}.`);
    }
    return sendPage(reply, await readIndex(folder));
  });
}

async function readIndex(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, 'index.html'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return notBuilt;
    throw error;
  }
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  return reply
    .header('content-security-policy', policy(nonce))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html.replace(noncePlace, nonce));
}

/**
 * Everything comes from this server and nothing is evaluated. The component library makes style elements while it runs, so
 * styles need the word of this answer; scripts do not make scripts. Style attributes are set through the DOM, which a
 * policy does not concern. `data:` is for the signs in the style sheet. Pages that tests saved are shown in frames.
 */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "frame-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
