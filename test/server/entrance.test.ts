import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allows, roles } from '../../src/model/access.ts';
import { operations } from '../../src/operations/all.ts';
import { authorizeAndRun } from '../../src/operations/core/authorize.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';

const token = 'a-token-of-some-length';
const authorization = `Bearer ${token}`;

let server: TestServer;
let runId: number;
beforeAll(async () => {
  server = await startTestServer({
    settings: {
      MATRE_TOKEN: token,
      MATRE_PUBLIC_URL: 'https://matre.example.com',
      MATRE_ALLOWED_HOSTS: 'matre, Matre.internal',
    },
    parts: { runner: namedRunner },
  });
  const shop = { code: 'us', baseUrl: 'https://example.com', adminUsername: 'admin' };
  await server.ask('POST', '/api/environments', shop, { authorization });
  const run = { environments: ['us'], selection: { tests: ['PassHome'] } };
  const submitted = await server.ask('POST', '/api/runs', run, { authorization });
  runId = submitted.body.runs[0].id;
});
afterAll(() => server.close());

describe('every operation', () => {
  it.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s is refused without sign-in and with a wrong token',
    async (_name, { method, path }) => {
      const address = path.replace(/:\w+/g, '1');
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      for (const headers of [
        {},
        { authorization: 'Bearer matre_guessed' },
        { cookie: '__Host-matre_session=guessed' },
      ]) {
        const answer = await server.ask(method, address, body, headers as Record<string, string>);
        expect(answer.body).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  );

  it('declares its required role and what it changes', () => {
    for (const { name, method, role, audited } of operations) {
      expect(roles, name).toContain(role);
      // Read-only operations are not audited; an operation with a body may be read-only, too.
      if (method === 'GET') expect(audited, name).toBe(false);
      else if (!readOnly.has(name)) expect(audited, name).toBeTypeOf('function');
      else expect(audited, name).toBe(false);
      // Viewers may change nothing but their own tokens, subscriptions and second factor.
      const isOwn = /^(tokens|subscriptions|secondFactor)\./.test(name);
      if (audited !== false && !isOwn) expect(allows('viewer', role), name).toBe(false);
    }
  });
  const readOnly = new Set([
    ...['runs.preview', 'runs.allureReport', 'project.preview', 'templates.preview', 'rules.try'],
  ]);

  it.each(
    operations.flatMap((operation) =>
      roles
        .filter((role) => !allows(role, operation.role))
        .map((role) => [operation.name, role, operation] as const),
    ),
  )('%s is refused to a %s before it does anything', async (_name, role, operation) => {
    const { access, log } = server.app.context;
    const context = { access, log } as typeof server.app.context;
    const principal = { name: 'user', role, via: 'token' } as const;
    const askedOperation = { ...operation, audited: operation.audited && (() => 'x') };
    await expect(authorizeAndRun(context, askedOperation, {}, { principal })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

describe('addresses other than operations', () => {
  it.each(['/api/events', '/metrics', '/api/openapi.json', '/api/runs/1/artifacts/log.txt'])(
    '%s requires sign-in',
    async (path) => {
      expect((await server.ask('GET', path)).status).toBe(401);
      expect((await server.ask('GET', path, undefined, { authorization: 'Basic b3R0bzpvdHRv' })).status).toBe(
        401,
      );
    },
  );

  it.each(['/healthz', '/readyz', '/api/session'])('%s is public', async (path) => {
    expect((await server.ask('GET', path)).status).toBe(200);
  });

  it('the page is public, because it shows the sign-in', async () => {
    const page = await server.ask('GET', '/welcome?token=x', undefined, { accept: 'text/html' });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self'(;|$)/);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  });
});

describe('host names', () => {
  const statusFor = (host: string, headers: Record<string, string> = {}, path = '/api/session') =>
    new Promise<number>((resolve, reject) => {
      const askedOperation = request(server.url + path, { headers: { host, ...headers } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      askedOperation.on('error', reject);
      askedOperation.end();
    });

  it.each([
    'localhost',
    'matre.example.com',
    'MATRE:8089',
    'matre.internal',
    hostname(),
    '192.168.1.5:8089',
    '[fd00::1]:8089',
  ])('%s is accepted', async (host) => {
    expect(await statusFor(host)).toBe(200);
  });

  it.each(['evil.example.com', 'matre.example.com.evil.com', '192.168.1.5.nip.io'])(
    '%s is refused',
    async (host) => {
      expect(await statusFor(host)).toBe(403);
      // The page is refused as well, because its scripts would run under that name.
      expect(await statusFor(host, { accept: 'text/html' }, '/')).toBe(403);
      // A request with a valid token does not come from a page of an attacker.
      expect(await statusFor(host, { authorization }, '/api/status')).toBe(200);
    },
  );

  it('a page at the public address may post, regardless of the Host header of a proxy', async () => {
    const cancel = (origin: string) =>
      server
        .ask('POST', '/api/runs/999/cancel', undefined, { authorization, origin })
        .then(({ status }) => status);
    expect(await cancel('https://matre.example.com')).toBe(404);
    expect(await cancel('http://matre.example.com')).toBe(403);
  });
});

describe('response headers for browsers', () => {
  const strict = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'strict-transport-security': expect.stringContaining('max-age='),
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  };
  const headersOf = async (path: string, headers: Record<string, string> = { authorization }) => {
    const response = await fetch(server.url + path, { headers });
    await response.body?.cancel();
    return Object.fromEntries(response.headers);
  };

  it.each(['/api/status', '/api/nothing', '/api/events', '/metrics', '/healthz', '/'])('%s', async (path) => {
    const headers = await headersOf(path);
    expect(headers).toMatchObject(strict);
    expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*'unsafe/);
  });

  it.each([
    '/metrics',
    '/healthz',
    '/',
    '/api/session',
    '/api/openapi.json',
    '/api/nothing',
    '/api/runs/1/artifacts/x',
    '/assets/none',
  ])('%s is kept by no cache', async (path) => {
    expect((await headersOf(path))['cache-control']).toBe('no-store');
  });

  it('let the browser of a user alone keep what it asks for again and again', async () => {
    expect((await headersOf('/api/status'))['cache-control']).toBe('private, no-cache');
  });

  it('of a refusal', async () => {
    expect(await headersOf('/api/status', {})).toMatchObject(strict);
  });

  it.each(['page.html', 'picture.svg', 'PAGE.HTM', 'feed.xml', 'app.js', 'odd'])(
    'of the artifact %s: it is a download, and has no origin if a browser shows it anyway',
    async (name) => {
      const folder = join(server.folder, 'runs', String(runId), 'results');
      await mkdir(folder, { recursive: true });
      await writeFile(
        join(folder, name),
        '<script xmlns="http://www.w3.org/2000/svg">alert(document.domain)</script>',
      );
      const headers = await headersOf(`/api/runs/${runId}/artifacts/results/${name}`);
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-disposition': expect.stringContaining('attachment'),
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      const policy = headers['content-security-policy'] ?? '';
      expect(policy.split('; ')).toEqual(["default-src 'none'", 'sandbox', "frame-ancestors 'self'"]);
    },
  );
});
