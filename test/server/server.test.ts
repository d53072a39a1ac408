import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/operations/all.ts';
import { startTestServer, type TestServer } from '../support/app.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

/** Sends any Host header, which fetch does not allow. */
function statusFor(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const clientRequest = request(server.url + path, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    clientRequest.on('error', reject);
    clientRequest.end();
  });
}

describe('host and origin', () => {
  it.each(['localhost', '127.0.0.1:8089', '[::1]:8089', 'LOCALHOST:80'])(
    'Host %s is accepted',
    async (host) => {
      expect(await statusFor('/api/status', { host })).toBe(200);
    },
  );

  it.each(['evil.example.com', 'localhost.evil.com', '192.168.1.5', '127.0.0.1.nip.io', 'a@localhost'])(
    'Host %j is refused: its name could be rebound to this server',
    async (host) => {
      expect([400, 403]).toContain(await statusFor('/api/status', { host }));
    },
  );

  it('a page of another site cannot post', async () => {
    const { host } = new URL(server.url);
    const cancel = (origin: string) => statusFor('/api/runs/1/cancel', { host, origin }, 'POST');
    expect(await cancel('https://evil.example.com')).toBe(403);
    expect(await cancel('null')).toBe(403);
    expect(await cancel(server.url)).toBe(404);
  });

  it('health checks are accepted under any name', async () => {
    expect(await statusFor('/healthz', { host: '10.1.2.3' })).toBe(200);
    expect(await statusFor('/readyz', { host: '10.1.2.3' })).toBe(200);
  });
});

describe('with a token', () => {
  const token = 'a-token-of-some-length';
  it('only callers that know it are accepted', async () => {
    const tokenServer = await startTestServer({ settings: { MATRE_TOKEN: token, MATRE_HOST: '0.0.0.0' } });
    try {
      const status = async (authorization?: string) =>
        (await tokenServer.ask('GET', '/api/status', undefined, authorization ? { authorization } : {}))
          .status;
      expect(await status()).toBe(401);
      expect(await status('Bearer wrong')).toBe(401);
      expect(await status(token)).toBe(401);
      expect(await status(`Bearer ${token}`)).toBe(200);
      expect((await tokenServer.ask('GET', '/metrics')).status).toBe(401);
      expect((await tokenServer.ask('GET', '/healthz')).status).toBe(200);
    } finally {
      await tokenServer.close();
    }
  });

  it('is not needed to listen on other addresses than localhost, but sign-in is', async () => {
    const settings = { MATRE_HOST: '0.0.0.0', MATRE_SIGN_IN: 'off' };
    await expect(startTestServer({ settings })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('MATRE_SIGN_IN'),
    });
  });
});

describe('invalid requests', () => {
  it.each([
    ['invalid JSON', 'POST', '/api/runs', '{', {}, 400],
    [
      'another type',
      'POST',
      '/api/runs',
      'a=1',
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
    ],
    ['plain text, which any page can post', 'POST', '/api/runs', '{}', { 'content-type': 'text/plain' }, 415],
    ['a body of 5 MB', 'POST', '/api/runs', JSON.stringify('x'.repeat(5e6)), {}, 413],
    ['a prototype', 'POST', '/api/runs', '{"__proto__": {"a": 1}}', {}, 400],
    ['an unknown address', 'GET', '/api/nothing', undefined, {}, 404],
    ['an unknown method', 'PUT', '/api/runs', {}, {}, 404],
    [
      'an address that is far too long',
      'DELETE',
      `/api/environments/${'x'.repeat(5_000)}`,
      undefined,
      {},
      414,
    ],
    ['an invalid address', 'GET', '/api/environments/%zz', undefined, {}, 400],
    ['an unknown field in the query', 'GET', '/api/runs?stat=queued', undefined, {}, 400],
    ['a limit that is too large', 'GET', '/api/runs?limit=100000', undefined, {}, 400],
  ])('%s: a problem with a remedy', async (_what, method, path, body, headers, status) => {
    const answer = await server.ask(method, path, body, headers as Record<string, string>);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, code: expect.any(String), remedy: expect.any(String) });
  });

  it('an unexpected error is reported without its text', async () => {
    const { context } = server.app;
    const { list } = context.locks;
    context.locks.list = () => Promise.reject(new Error('connect postgres://user:password@db'));
    const answer = await server.ask('GET', '/api/locks');
    context.locks.list = list;
    expect(answer.body).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(JSON.stringify(answer.body)).not.toContain('password');
  });
});

describe('other operations', () => {
  it('the API description has every operation with the schemas that validate it', async () => {
    const { body } = await server.ask('GET', '/api/openapi.json');
    const declaredOperations = Object.values(body.paths).flatMap((methods) =>
      Object.values(methods as object).map(({ operationId }) => operationId),
    );
    // Those of signing in, which the command line has no use for or calls in its own way.
    const ofSignIn = declaredOperations.filter((name) => /^(session|device)\./.test(name));
    expect(ofSignIn).toHaveLength(11);
    expect(declaredOperations.sort()).toEqual([...operations.map(({ name }) => name), ...ofSignIn].sort());
    const submit = body.paths['/api/runs'].post;
    const schemaOf = (path: string) => body.paths[path].post.requestBody.content['application/json'].schema;
    expect(schemaOf('/api/runs').properties).toHaveProperty('environments');
    expect(schemaOf('/api/environments').required).toContain('code');
    expect(submit.responses.default.content).toHaveProperty('application/problem+json');
  });

  it('locks are listed and released by force', async () => {
    const lock = await server.app.context.locks.acquire('container_x', { owner: 'a test' });
    expect((await server.ask('GET', '/api/locks')).body.locks).toMatchObject([
      { name: 'container_x', owner: 'a test' },
    ]);
    expect((await server.ask('POST', '/api/locks/container_x/release')).status).toBe(200);
    expect(lock.lost.aborted).toBe(true);
    const repeat = await server.ask('POST', '/api/locks/container_x/release');
    expect(repeat.body).toMatchObject({ status: 409, code: 'LOCK_NOT_HELD' });
  });

  it('containers are listed with their planned actions, replaced and pruned', async () => {
    const container = {
      image: 'shop:1',
      state: 'running',
      createdAt: new Date(0),
      stale: undefined,
      slot: 1,
    } as const;
    const pruned: number[] = [];
    const pool = {
      list: async () => [
        { ...container, name: 'matre_magento_env_1', environmentId: 1 },
        { ...container, name: 'matre_magento_env_9', environmentId: 9, stale: 'its image has changed' },
      ],
      replace: async ({ id }: { id: number }) => ({
        ...container,
        name: `matre_magento_env_${id}`,
        environmentId: id,
      }),
      async prune(environments: () => Promise<readonly { id: number }[]>) {
        pruned.push(...(await environments()).map(({ id }) => id));
        return ['matre_magento_env_9'];
      },
    };
    const pooled = await startTestServer({ parts: { pool: async () => pool } });
    try {
      const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
      await pooled.ask('POST', '/api/environments', { code: 'us', ...shop });
      expect((await pooled.ask('GET', '/api/pool')).body.containers).toMatchObject([
        { name: 'matre_magento_env_1', environment: 'us', note: null },
        { name: 'matre_magento_env_9', environment: null, note: 'its image has changed' },
      ]);
      const replaced = await pooled.ask('POST', '/api/pool/us/replace');
      expect(replaced.body).toMatchObject({
        name: 'matre_magento_env_1',
        createdAt: '1970-01-01T00:00:00.000Z',
      });
      expect((await pooled.ask('POST', '/api/pool/es/replace')).body).toMatchObject({
        code: 'ENVIRONMENT_UNKNOWN',
      });
      expect((await pooled.ask('POST', '/api/pool/prune')).body).toEqual({
        removed: ['matre_magento_env_9'],
      });
      expect(pruned).toEqual([1]);
    } finally {
      await pooled.close();
    }
  });

  it('fault codes are listed with their meaning and remedy', async () => {
    const { body } = await server.ask('GET', '/api/faults');
    const fault = body.faults.find(({ code }: { code: string }) => code === 'SELENIUM_UNREACHABLE');
    expect(fault).toEqual({
      code: 'SELENIUM_UNREACHABLE',
      meaning: expect.stringMatching(/\w/),
      remedy: expect.stringMatching(/\w/),
    });
  });

  it('settings are shown without secrets', async () => {
    const { body } = await server.ask('GET', '/api/config');
    expect(body.settings).toContainEqual(
      expect.objectContaining({ name: 'MATRE_DATA', source: 'environment' }),
    );
  });
});
