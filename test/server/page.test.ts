import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountApiDocs } from '../../src/server/http/api-docs.ts';
import { mountPage } from '../../src/server/http/page.ts';
import { toProblem } from '../../src/server/http/problem.ts';

const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const script = 'console.log(1)';

async function serve(folder: string, basePath = ''): Promise<FastifyInstance> {
  const server = fastify();
  server.setErrorHandler((error, _request, reply) => {
    const problem = toProblem(error, '1');
    return reply.code(problem.status).send(problem);
  });
  for (const mount of [mountPage, mountApiDocs])
    await server.register((scope) => mount(scope, { basePath, folder }));
  return server;
}

describe('a built page', () => {
  let folder: string;
  let server: FastifyInstance;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-page-'));
    for (const name of ['assets', 'api-docs']) await mkdir(join(folder, name));
    await writeFile(
      join(folder, 'api-docs/index.html'),
      '<script nonce="__NONCE__" src="/api/docs/start.js">',
    );
    await writeFile(join(folder, 'api-docs/start.js'), script);
    await writeFile(
      join(folder, 'index.html'),
      '<meta name="base-path" content="__BASE_PATH__"><script src="./assets/a.js"></script><meta property="csp-nonce" nonce="__NONCE__">',
    );
    await writeFile(join(folder, 'assets/index-a1B2_c3D.js'), script);
    await writeFile(join(folder, 'assets/index-a1B2_c3D.js.br'), brotliCompressSync(script));
    await writeFile(join(folder, 'assets/icon.svg'), '<svg/>');
    server = await serve(folder);
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('is served at every address that a browser opens, with a fresh nonce in each response', async () => {
    const nonces = new Set<string>();
    for (const url of ['/', '/runs/7', '/tests/Some.Test', '/environments?search=us']) {
      const { statusCode, headers, body } = await server.inject({ url, headers: asBrowser });
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
      });
      const nonce = /nonce="([\w-]+)"/.exec(body)?.[1] ?? '';
      expect(headers['content-security-policy']).toContain(`'nonce-${nonce}'`);
      expect(headers['content-security-policy']).not.toContain('unsafe');
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(4);
  });

  it('is not served at addresses of the API or of files, nor to programs', async () => {
    for (const url of ['/api/nothing', '/assets/nothing.js']) {
      expect((await server.inject({ url, headers: asBrowser })).statusCode).toBe(404);
    }
    expect((await server.inject({ url: '/favicon.ico', headers: { accept: 'image/*' } })).statusCode).toBe(
      404,
    );
    expect((await server.inject({ url: '/../package.json' })).statusCode).toBe(404);
  });

  it('has addresses below the base path, at whatever address it is opened', async () => {
    for (const basePath of ['', '/tools/matre']) {
      const below = await serve(folder, basePath);
      const { body } = await below.inject({ url: '/runs/7', headers: asBrowser });
      expect(body).toContain(`<meta name="base-path" content="${basePath}">`);
      expect(body).toContain(`<script src="${basePath}/assets/a.js">`);
      await below.close();
    }
  });

  it('describes the API at /api/docs, with the policy of the page and files that are checked for changes', async () => {
    const { headers, body } = await server.inject({ url: '/api/docs' });
    const nonce = /nonce="([\w-]+)"/.exec(body)?.[1];
    expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    const file = await server.inject({ url: '/api/docs/start.js' });
    expect(file.body).toBe(script);
    expect(file.headers['cache-control']).toBe('no-cache');
    expect((await server.inject({ url: '/api/docs/nothing.js' })).statusCode).toBe(404);
  });

  it('has immutable files, served as the build compressed them', async () => {
    const url = '/assets/index-a1B2_c3D.js';
    const plain = await server.inject({ url });
    expect(plain.body).toBe(script);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const brotli = await server.inject({ url, headers: { 'accept-encoding': 'br' } });
    expect(brotli.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(brotli.headers['content-type']).toContain('javascript');
    expect(brotli.headers['cache-control']).toContain('immutable');
    expect((await server.inject({ url: '/assets/icon.svg' })).headers['cache-control']).toBe('no-cache');
  });
});

it('a page that is not built is reported', async () => {
  const server = await serve(join(tmpdir(), 'matre-no-page'));
  const { body } = await server.inject({ url: '/', headers: asBrowser });
  expect(body).toContain('npm run build');
  await server.close();
});
