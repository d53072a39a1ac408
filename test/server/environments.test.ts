import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const shop = { baseUrl: 'https://us.example.com', adminUsername: 'admin' };

describe('environments over HTTP', () => {
  it('are added, shown, edited, paused, resumed and removed', async () => {
    const added = await server.ask('POST', '/api/environments', {
      code: 'preprod-us',
      adminPassword: 'open sesame',
      ...shop,
    });
    expect(added).toMatchObject({
      status: 200,
      body: {
        code: 'preprod-us',
        name: 'preprod-us',
        baseUrl: 'https://us.example.com/',
        hasAdminPassword: true,
      },
    });
    expect(JSON.stringify(added.body)).not.toContain('sesame');

    const update = await server.ask('PATCH', '/api/environments/preprod-us', {
      name: 'US before release',
      adminPassword: null,
    });
    expect(update.body).toMatchObject({
      name: 'US before release',
      adminUsername: 'admin',
      hasAdminPassword: false,
    });

    const paused = await server.ask('POST', '/api/environments/preprod-us/pause', { reason: 'deployment' });
    expect(paused.body.paused).toMatchObject({ reason: 'deployment', since: expect.stringMatching(/Z$/) });
    const resumed = await server.ask('POST', '/api/environments/preprod-us/resume');
    expect(resumed.body.paused).toBeNull();

    expect((await server.ask('DELETE', '/api/environments/preprod-us')).status).toBe(200);
    expect((await server.ask('GET', '/api/environments')).body).toEqual({ environments: [] });
  });

  it('keep user and password of a base URL secret', async () => {
    const environments = server.app.context.environments;
    const added = await server.ask('POST', '/api/environments', {
      code: 'closed',
      baseUrl: 'https://me:p%40ss@us.example.com',
      adminUsername: 'admin',
    });
    const { id } = added.body;
    const edit = async (changes: Record<string, unknown>) => {
      const { status, body } = await server.ask('PATCH', '/api/environments/closed', changes);
      expect(JSON.stringify(body)).not.toMatch(/me:|p%40ss|p@ss|new:/);
      const credentials = await environments.readShopCredentials(id);
      expect(body.hasShopCredentials).toBe(credentials !== undefined);
      return { status, baseUrl: body.baseUrl, credentials };
    };
    const us = 'https://us.example.com/';
    expect(JSON.stringify(added.body)).not.toMatch(/me:|p%40ss|p@ss/);
    expect(added.body).toMatchObject({ baseUrl: us, hasShopCredentials: true });
    expect(await environments.readShopCredentials(id)).toBe('me:p%40ss');

    expect(await edit({ name: 'x' })).toMatchObject({ baseUrl: us, credentials: 'me:p%40ss' });
    const store = `${us}store/`;
    expect(await edit({ baseUrl: store })).toMatchObject({ baseUrl: store, credentials: 'me:p%40ss' });
    expect(await edit({ baseUrl: 'https://new:1@us.example.com' })).toMatchObject({
      baseUrl: us,
      credentials: 'new:1',
    });
    expect(await edit({ shopCredentials: null })).toMatchObject({ baseUrl: us, credentials: undefined });
    await edit({ baseUrl: 'https://new:2@us.example.com' });
    const other = 'https://de.example.com/';
    expect(await edit({ baseUrl: other })).toMatchObject({ baseUrl: other, credentials: undefined });
    await server.ask('DELETE', '/api/environments/closed');
  });

  it.each([
    'https://me:p@ss@x.test/',
    'https://me:100%@x.test/',
    'https://é:1@x.test/',
    'https://a b@x.test/',
  ])('refuses a user or password that is not percent-encoded: %s', async (baseUrl) => {
    const answer = await server.ask('POST', '/api/environments', { code: 'x', baseUrl, adminUsername: 'a' });
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    expect(JSON.stringify(answer.body)).not.toContain(baseUrl.slice(8, 14));
  });

  it('reports invalid input, and changes nothing', async () => {
    const answer = await server.ask('POST', '/api/environments', {
      code: 'ok',
      baseUrl: 'ftp://x',
      adminUsername: '',
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: 'urn:matre:fault:INPUT_INVALID',
      code: 'INPUT_INVALID',
      title: 'Input invalid',
      status: 400,
      meaning: 'Nothing was changed.',
    });
    expect(answer.body.detail).toMatch(/baseUrl: must be an http.*adminUsername: must not be empty/);
    expect((await server.ask('GET', '/api/environments/ok')).status).toBe(404);
  });

  it.each([
    '../etc',
    '.env',
    'a;rm -rf /',
    'A',
    '$(id)',
    'a b',
    '-x',
    'ä',
    'a'.repeat(64),
    "a' OR 1=1",
    'a\u0000b',
    '',
  ])('refuses %j as a code', async (code) => {
    const answer = await server.ask('POST', '/api/environments', { code, ...shop });
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    const read = await server.ask('GET', `/api/environments/${encodeURIComponent(code || 'A')}`);
    expect([400, 404]).toContain(read.status);
  });

  it.each([
    ['a query in the address', { baseUrl: 'https://us.example.com/?a=1' }],
    ['an admin path that leaves its folder', { backendName: 'a/../../b' }],
    ['an unknown field', { adminPasword: 'typing error' }],
    ['a name with control characters', { name: 'a\u001b[2Jb' }],
    ['a lone surrogate', { name: 'a\ud800' }],
  ])('refuses %s', async (_what, invalid) => {
    const answer = await server.ask('POST', '/api/environments', { code: 'wrong', ...shop, ...invalid });
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  });

  it('offers the nearest code for an unknown one', async () => {
    await server.ask('POST', '/api/environments', { code: 'stage-es', ...shop });
    const answer = await server.ask('GET', '/api/environments/stage-se');
    expect(answer.body).toMatchObject({ status: 404, code: 'ENVIRONMENT_UNKNOWN' });
    expect(answer.body.detail).toContain('Did you mean stage-es?');
  });

  it('refuses a second environment with the same code', async () => {
    await server.ask('POST', '/api/environments', { code: 'twice', ...shop });
    const answer = await server.ask('POST', '/api/environments', { code: 'twice', ...shop });
    expect(answer.body).toMatchObject({ status: 409, code: 'ENVIRONMENT_EXISTS' });
  });

  it('does not remove an environment with unfinished runs', async () => {
    await server.ask('POST', '/api/environments', { code: 'busy', ...shop });
    await server.ask('POST', '/api/runs', { environments: ['busy'], selection: { all: true } });
    expect((await server.ask('DELETE', '/api/environments/busy')).body).toMatchObject({
      status: 409,
      code: 'ENVIRONMENT_BUSY',
    });
  });
});

describe('variables over HTTP', () => {
  it('are set, listed without secret values, and unset, globally and for one environment', async () => {
    await server.ask('POST', '/api/environments', { code: 'with-variables', ...shop });
    const set = await server.ask('PUT', '/api/variables', {
      environment: 'with-variables',
      variables: [
        { name: 'STORE', value: 'us' },
        { name: 'API_KEY', value: 'hush', secret: true },
      ],
    });
    expect(set.body.variables).toMatchObject([
      {
        name: 'API_KEY',
        value: null,
        secret: true,
        description: '',
        changedBy: expect.any(String),
        rotation: null,
      },
      { name: 'STORE', value: 'us', secret: false },
    ]);
    expect((await server.ask('GET', '/api/variables')).body).toEqual({ variables: [] });
    const deletion = await server.ask('DELETE', '/api/variables/STORE?environment=with-variables');
    expect(deletion.status).toBe(200);
    const shown = await server.ask('GET', '/api/environments/with-variables');
    expect(shown.body.variables.map(({ name }: { name: string }) => name)).toEqual(['API_KEY']);
    const repeat = await server.ask('DELETE', '/api/variables/STORE?environment=with-variables');
    expect(repeat.body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it.each(['1A', 'A-B', 'A B', '', 'A=B'])('refuses the name %j', async (name) => {
    const answer = await server.ask('PUT', '/api/variables', { variables: [{ name, value: 'x' }] });
    expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
  });
});

describe('import of env files', () => {
  const file = (name: string, content: string) => ({ name, content });
  const content = [
    '# comment',
    'export MAGENTO_BASE_URL="https://de.example.com/"',
    "MAGENTO_ADMIN_USERNAME='admin'",
    'MAGENTO_ADMIN_PASSWORD="p#ss \\"word\\""',
    'STORE_CODE=de # in the shop',
    'PAYMENT_TOKEN=hush',
    '',
  ].join('\r\n');

  it('previews its changes, applies them, and then finds nothing to change', async () => {
    const files = [file('Cron/data/.env.import-de', content)];
    const preview = await server.ask('POST', '/api/environments/import', { files, dryRun: true });
    expect(preview.status).toBe(200);
    expect(preview.body.files[0]).toMatchObject({
      code: 'import-de',
      isNew: true,
      changed: [],
      unchanged: [],
    });
    expect(preview.body.files[0].left).toEqual(['STORE_CODE']);
    expect(preview.body.files[0].added).toContainEqual({ name: 'PAYMENT_TOKEN', value: null, secret: true });
    expect(JSON.stringify(preview.body)).not.toMatch(/hush|p#ss/);
    expect((await server.ask('GET', '/api/environments/import-de')).status).toBe(404);

    await server.ask('POST', '/api/environments/import', { files });
    const shown = await server.ask('GET', '/api/environments/import-de');
    expect(shown.body).toMatchObject({
      baseUrl: 'https://de.example.com/',
      adminUsername: 'admin',
      hasAdminPassword: true,
    });
    const { id } = shown.body;
    expect(await server.app.context.environments.readPassword(id)).toBe('p#ss "word"');

    const repeat = await server.ask('POST', '/api/environments/import', { files, dryRun: true });
    expect(repeat.body.files[0]).toMatchObject({ isNew: false, added: [], changed: [] });
    expect(repeat.body.files[0].unchanged).toHaveLength(4);
    expect(shown.body.variables.map(({ name }: { name: string }) => name)).toEqual(['PAYMENT_TOKEN']);

    const all = await server.ask('POST', '/api/environments/import', { files, allValues: true });
    expect(all.body.files[0].added).toEqual([{ name: 'STORE_CODE', value: 'de', secret: false }]);
    expect(all.body.files[0].left).toEqual([]);
    const changed = [file('.env.import-de', 'STORE_CODE=at\nNEW=1')];
    const next = await server.ask('POST', '/api/environments/import', { files: changed });
    expect(next.body.files[0]).toMatchObject({
      changed: [{ name: 'STORE_CODE', value: 'at' }],
      left: ['NEW'],
    });
  });

  it('takes user and password of a base URL as secrets', async () => {
    const withCredentials =
      'MAGENTO_BASE_URL=https://me:p%40ss@fr.example.com\nMAGENTO_ADMIN_USERNAME=admin\n';
    const files = [file('.env.import-fr', withCredentials)];
    const preview = await server.ask('POST', '/api/environments/import', { files, dryRun: true });
    const hidden = { name: 'MAGENTO_BASE_URL', value: 'https://[hidden]@fr.example.com', secret: false };
    expect(preview.body.files[0].added).toContainEqual(hidden);
    await server.ask('POST', '/api/environments/import', { files });
    const { id, baseUrl, hasShopCredentials } = (await server.ask('GET', '/api/environments/import-fr')).body;
    expect({ baseUrl, hasShopCredentials }).toEqual({
      baseUrl: 'https://fr.example.com/',
      hasShopCredentials: true,
    });
    expect(await server.app.context.environments.readShopCredentials(id)).toBe('me:p%40ss');
    const repeat = await server.ask('POST', '/api/environments/import', { files, dryRun: true });
    expect(repeat.body.files[0]).toMatchObject({ added: [], changed: [] });
  });

  it.each([
    ['a byte order mark', '\uFEFFA=1', 'Line 1'],
    ['blanks without quotes', 'A=1\nB=x y', 'Line 2'],
  ])('refuses what MFTF cannot read, with file and line: %s', async (_what, text, line) => {
    const answer = await server.ask('POST', '/api/environments/import', { files: [file('.env.x', text)] });
    expect(answer.body).toMatchObject({ status: 400, code: 'ENV_FILE_INVALID' });
    expect(answer.body.detail).toContain(`.env.x: ${line}: `);
  });

  it.each([
    ['a broken line in the second of two files', '.env.two', 'not an assignment', 'ENV_FILE_INVALID'],
    ['a name that leaves the folder', '../../.env.x/..', 'A=1', 'INPUT_INVALID'],
    ['an invalid code', '.env.$(id)', 'A=1', 'INPUT_INVALID'],
    ['a new environment without an address', '.env.two', 'A=1', 'INPUT_INVALID'],
    ['the same file twice', '.env.one', content, 'INPUT_INVALID'],
  ])('refuses %s, and imports nothing', async (_what, name, second, code) => {
    const files = [file('.env.one', content), file(name, second)];
    const answer = await server.ask('POST', '/api/environments/import', { files });
    expect(answer.body).toMatchObject({ status: 400, code });
    expect((await server.ask('GET', '/api/environments/one')).status).toBe(404);
  });
});
