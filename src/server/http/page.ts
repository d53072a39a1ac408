import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import files from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Fault } from '../../faults/fault.ts';
import { ifPresent } from '../../files/missing-file.ts';

/** Where `npm run build` puts the page; valid from src/server/http and from dist/server/http. */
export const pageFolder = fileURLToPath(new URL('../../../dist/web/', import.meta.url));

/** The placeholder for the nonce in the built page: see `html.cspNonce` in web/vite.config.ts. */
const noncePlaceholder = /__NONCE__/g;
/** The placeholder for the base path, which web/src/base-path.ts reads. */
const basePathPlaceholder = /__BASE_PATH__/g;
/** The page is served at many paths, so addresses that are relative to the base path in its HTML become absolute. */
const relativeAddress = /(?<=\b(?:href|src)=")\.(?=\/)/g;

export interface PageOptions {
  /** The path that the page has in the browser: see `basePathOf`. */
  basePath?: string;
  folder?: string;
}

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>matre</title>
<h1>The page is not built</h1>
<p>The server runs from its sources. Run <code>npm run build</code> to build the page, or <code>npm run dev</code> to develop
it. The API is described at <a href="./api/openapi.json">/api/openapi.json</a>.</p>
</html>
`;

/** Names with a hash of the content: all files except those that the build copies unchanged. */
const hashedName = /-[\w-]{8}\.\w+(\.(br|gz))?$/;

/**
 * Serves the page: its files at `/assets`, and `index.html` at all other paths that a browser opens, because the page routes its
 * views itself. The page needs no sign-in, because it holds no data. Files are read on each request, so that a new build needs no
 * restart.
 */
export async function mountPage(
  server: FastifyInstance,
  { basePath = '', folder = pageFolder }: PageOptions,
): Promise<void> {
  await server.register(files, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const cacheControl = hashedName.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
      reply.setHeader('cache-control', cacheControl);
      reply.setHeader('vary', 'accept-encoding');
    },
    schemaHide: true,
  });

  server.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?', 1)[0] as string;
    const isBrowser = path === '/' || request.headers.accept?.includes('text/html') === true;
    if (!isBrowser || /^\/(api|assets)(\/|$)/.test(path)) {
      throw new Fault('NOT_FOUND', `There is nothing at GET ${path}.`);
    }
    return sendPage(reply, await readPage(join(folder, 'index.html')), basePath);
  });
}

/** The HTML of a built page; when there is none, HTML that says how to build it. */
export async function readPage(path: string): Promise<string> {
  return (await ifPresent(readFile(path, 'utf8'))) ?? notBuilt;
}

/** Sends HTML with a fresh nonce and the base path, and with the content security policy for it. */
export function sendPage(reply: FastifyReply, html: string, basePath: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  return reply
    .header('content-security-policy', policy(nonce))
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(fillPage(html, { nonce, basePath }));
}

/** The HTML of a built page with its nonce, and with addresses that begin with the base path. */
export function fillPage(html: string, { nonce, basePath }: { nonce: string; basePath: string }): string {
  return html
    .replace(noncePlaceholder, nonce)
    .replace(basePathPlaceholder, basePath)
    .replace(relativeAddress, basePath);
}

/**
 * Everything comes from this server, and nothing is evaluated. The component library creates style elements at run time, so styles
 * need the nonce of the response; no script creates scripts. Style attributes are set through the DOM, to which a policy does not
 * apply. `data:` is for the icons in the style sheet. Pages that tests saved are shown in frames.
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
