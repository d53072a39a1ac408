import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/load-config.ts';
import { parseEnvFile } from '../../model/env-file/env-file.ts';
import { createSecretRule } from '../../model/env-file/secret-rule.ts';
import { maxHiddenTexts } from '../../model/limits.ts';
import {
  buildEnvFiles,
  describeOverridden,
  type EnvFilesInput,
  type EnvValue,
  readModuleEnvFile,
  seleniumValues,
} from './env-files.ts';

const input: EnvFilesInput = {
  environment: {
    code: 'preprod-us',
    baseUrl: 'https://us.test/',
    backendName: 'backend',
    adminUsername: 'matre',
  },
  adminPassword: 'pa$$"word\'1',
  shopCredentials: undefined,
  globals: [
    { name: 'WAIT_TIMEOUT', value: '60', secret: false },
    { name: 'CURRENCY', value: 'USD', secret: false },
    { name: 'OTP_SHARED_SECRET', value: 'ABCDEFGH', secret: true },
  ],
  variables: [{ name: 'COUNTRY', value: 'US', secret: false }],
  moduleNames: ['TestModule'],
  moduleFile: `MAGENTO_BASE_URL=http://old.test/
MAGENTO_BACKEND_BASE_URL="\${MAGENTO_BASE_URL}"
CURRENCY=EUR
PRICE="10 $CURRENCY"
TIMEOUT=$WAIT_TIMEOUT
COUNTRY=DE
MODULE_ALLOWLIST=Magento_Framework,TestModule
PAYMENT_API_KEY=sk_test_1
SELENIUM_HOST=laptop
SELENIUM_CLOSE_ALL_SESSIONS=true
`,
  selenium: {
    explicit: [
      { name: 'SELENIUM_HOST', value: 'hub', secret: false },
      { name: 'SELENIUM_PORT', value: '4444', secret: false },
    ],
    defaults: [
      { name: 'SELENIUM_PROTOCOL', value: 'http', secret: false },
      { name: 'SELENIUM_PATH', value: '/wd/hub', secret: false },
    ],
  },
  rule: createSecretRule({ secretNames: [], plainNames: [] }),
};

const parseValues = (text: string) =>
  Object.fromEntries(parseEnvFile(text).entries.map(({ name, value }) => [name, value]));

describe('buildEnvFiles', () => {
  it('merges global, module, environment and infrastructure values, in this order', async () => {
    const { env, readLayers } = buildEnvFiles(input);
    const layers = await readLayers();
    expect(parseValues(env)).toEqual({
      COUNTRY: 'US',
      CURRENCY: 'EUR',
      MAGENTO_ADMIN_PASSWORD: input.adminPassword,
      MAGENTO_ADMIN_USERNAME: 'matre',
      MAGENTO_BACKEND_BASE_URL: 'https://us.test/',
      MAGENTO_BACKEND_NAME: 'backend',
      MAGENTO_BASE_URL: 'https://us.test/',
      MODULE_ALLOWLIST: 'Magento_Framework,TestModule',
      OTP_SHARED_SECRET: 'ABCDEFGH',
      PAYMENT_API_KEY: 'sk_test_1',
      PRICE: '10 EUR',
      SELENIUM_CLOSE_ALL_SESSIONS: 'false',
      SELENIUM_HOST: 'hub',
      SELENIUM_PATH: '/wd/hub',
      SELENIUM_PORT: '4444',
      SELENIUM_PROTOCOL: 'http',
      TIMEOUT: '60',
      WAIT_TIMEOUT: '60',
    });
    const from = Object.fromEntries(layers.map((layer) => [layer.name, layer.from]));
    expect(from).toMatchObject({
      WAIT_TIMEOUT: 'global',
      CURRENCY: 'module',
      COUNTRY: 'environment',
      MAGENTO_BASE_URL: 'environment',
      SELENIUM_HOST: 'infrastructure',
    });
  });

  it('writes secrets to .credentials, without quotes', () => {
    expect(buildEnvFiles(input).credentials.split('\n')).toEqual([
      `magento/MAGENTO_ADMIN_PASSWORD=${input.adminPassword}`,
      'magento/tfa/OTP_SHARED_SECRET=ABCDEFGH',
      'magento/PAYMENT_API_KEY=sk_test_1',
      '',
    ]);
  });

  it("takes the password from the module's file when the environment has none", () => {
    const { env, credentials } = buildEnvFiles({
      ...input,
      adminPassword: undefined,
      moduleFile: 'MAGENTO_ADMIN_PASSWORD=123123q',
    });
    expect(parseValues(env)['MAGENTO_ADMIN_PASSWORD']).toBe('123123q');
    expect(credentials).toContain('magento/MAGENTO_ADMIN_PASSWORD=123123q\n');
  });

  it('invariant 10: the layers that are shown have no secrets', async () => {
    const { readLayers, secrets } = buildEnvFiles(input);
    const layers = await readLayers();
    expect(secrets).toEqual([input.adminPassword, 'ABCDEFGH', 'sk_test_1']);
    const json = JSON.stringify(layers);
    for (const secret of ['pa$$', 'ABCDEFGH', 'sk_test_1']) expect(json).not.toContain(secret);
  });

  it('invariant 10: neither values that refer to secrets nor overridden values show a secret', async () => {
    const { readLayers } = buildEnvFiles({
      ...input,
      // Not secret here, but a variable of the environment of that name is.
      moduleFile:
        'PIN=from-the-file\nPAYMENT_API_KEY=sk_test_1\nGATEWAY="https://me:$PAYMENT_API_KEY@pay.test/"',
      variables: [{ name: 'PIN', value: 'from-matre', secret: true }],
    });
    const layers = await readLayers();
    const of = (expectedName: string) => layers.find(({ name }) => name === expectedName);
    expect(of('GATEWAY')?.value).toBe('https://[hidden]@pay.test/');
    expect(of('PIN')).toEqual({
      name: 'PIN',
      value: undefined,
      secret: true,
      from: 'environment',
      overrides: [{ from: 'module', value: undefined }],
    });
  });

  it("invariant 10: takes values of the module's file as secret by the rule, also those that the environment overrides", async () => {
    const file = [
      ...[
        'STRIPE_SK=sk_live_51',
        'DATABASE_DSN=mysql://root:t00r-pass@db/shop',
        'CARD_CVV=123',
        'BASIC_AUTH=me:l3t-me-in',
      ],
      ...[
        'BACKEND=amqp://bunny:c4rrots@mq/',
        'SEARCH=8f14e45fceea167a5a36dedd4bea2543',
        'MAGENTO_ADMIN_PASSWORD=0verridden',
      ],
    ];
    const { readLayers, secrets } = buildEnvFiles({ ...input, moduleFile: file.join('\n') });
    const layers = await readLayers();
    const secretNames = layers.filter(({ secret }) => secret).map(({ name }) => name);
    expect(secretNames).toEqual([
      ...['BACKEND', 'BASIC_AUTH', 'CARD_CVV', 'DATABASE_DSN', 'MAGENTO_ADMIN_PASSWORD'],
      ...['OTP_SHARED_SECRET', 'SEARCH', 'STRIPE_SK'],
    ]);
    const json = JSON.stringify(layers);
    for (const secret of ['t00r-pass', 'l3t-me-in', 'c4rrots', '0verridden', 'sk_live_51', '8f14e45f']) {
      expect(json).not.toContain(secret);
      expect(secrets.some((text) => text.startsWith(secret))).toBe(true);
    }
  });

  it('gives the tests the base URL with its credentials, which are hidden everywhere else', async () => {
    const files = buildEnvFiles({ ...input, shopCredentials: 'me:p%40ss$1' });
    const values = parseValues(files.env);
    expect(values['MAGENTO_BASE_URL']).toBe('https://me:p%40ss$1@us.test/');
    expect(values['MAGENTO_BACKEND_BASE_URL']).toBe('https://me:p%40ss$1@us.test/');
    expect(files.secrets).toEqual(expect.arrayContaining(['me:p%40ss$1', 'p@ss$1', btoa('me:p@ss$1')]));
    const layers = await files.readLayers();
    const shown = Object.fromEntries(layers.map(({ name, value }) => [name, value]));
    expect(shown['MAGENTO_BASE_URL']).toBe('https://[hidden]@us.test/');
    expect(JSON.stringify(layers)).not.toMatch(/me:|p%40ss|p@ss/);
  });

  it('refuses more secrets than can be hidden', () => {
    const file = (count: number) =>
      Array.from({ length: count }, (_, index) => `KEY${index}=value-${index}`).join('\n');
    const build = (count: number) => () => buildEnvFiles({ ...input, moduleFile: file(count) });
    expect(build(maxHiddenTexts - 100)).not.toThrow();
    expect(build(maxHiddenTexts)).toThrow(
      expect.objectContaining({ code: 'MODULE_INVALID', message: expect.stringContaining('2000.') }),
    );
  });

  it("takes the credentials of the module's file for the same host alone", () => {
    const baseUrlWith = (moduleFile: string, shopCredentials?: string) => {
      const { env, secrets } = buildEnvFiles({ ...input, moduleFile, shopCredentials });
      if (moduleFile.includes('hush')) expect(secrets).toContain('hush');
      return parseValues(env)['MAGENTO_BASE_URL'];
    };
    const ofModule = 'MAGENTO_BASE_URL=https://it:hush@us.test';
    expect(baseUrlWith(ofModule)).toBe('https://it:hush@us.test/');
    expect(baseUrlWith(ofModule, 'me:pass')).toBe('https://me:pass@us.test/');
    expect(baseUrlWith('MAGENTO_BASE_URL=https://$COUNTRY:hush@us.test')).toBe('https://US:hush@us.test/');
    expect(baseUrlWith('MAGENTO_BASE_URL=https://it:hush@de.test/')).toBe('https://us.test/');
    expect(baseUrlWith('MAGENTO_BASE_URL=us.test')).toBe('https://us.test/');
  });

  it("names the values of the module's file that the environment overrides with other ones", () => {
    const overridden = (moduleFile: string) => buildEnvFiles({ ...input, moduleFile }).overridden;
    expect(overridden('MAGENTO_BASE_URL=https://us.test\nCOUNTRY=US\nCURRENCY=EUR\nSELENIUM_HOST=x')).toEqual(
      [],
    );
    const file =
      'MAGENTO_BASE_URL=https://de.test/\nCOUNTRY=DE\nMAGENTO_ADMIN_PASSWORD=x\nMAGENTO_BACKEND_NAME=backend';
    expect(overridden(file)).toEqual(['MAGENTO_BASE_URL', 'COUNTRY', 'MAGENTO_ADMIN_PASSWORD']);
    const names = ['MAGENTO_BACKEND_NAME', 'COUNTRY', 'MAGENTO_ADMIN_PASSWORD', 'CURRENCY'];
    const message = describeOverridden('preprod-us', { overridden: names });
    expect(message).toContain(
      `Cron/data/.env.preprod-us of the test module, and overrides them: ${names.join(', ')}.`,
    );
    // Fields of the environment are no variables, so that `env unset` would find none.
    expect(message).toMatch(
      /: matre env edit preprod-us --backend-name PATH --ask-admin-password; matre env unset preprod-us COUNTRY CURRENCY\.$/,
    );
    const ofField = describeOverridden('us', { overridden: ['MAGENTO_BASE_URL', 'MAGENTO_ADMIN_USERNAME'] });
    expect(ofField).toMatch(/: matre env edit us --base-url URL --admin-username NAME\.$/);
    expect(describeOverridden('preprod-us', { overridden: [] })).toBeUndefined();
  });

  it("warns of the module's file with path and line, without values", () => {
    const { warnings } = buildEnvFiles({ ...input, moduleFile: 'A=1\nPASSWORD=pa$word\nB=$(id)' });
    expect(warnings).toEqual([
      'Cron/data/.env.preprod-us line 2: the value refers to a variable that is not defined; that part is empty.',
      'Cron/data/.env.preprod-us line 3: the command in $(...) is not executed; it stays text.',
    ]);
  });

  it('lists the overridden values, the nearest layer first', async () => {
    const { readLayers } = buildEnvFiles({
      ...input,
      globals: [...input.globals, { name: 'COUNTRY', value: 'FR', secret: false }],
    });
    const layers = await readLayers();
    const country = layers.find(({ name }) => name === 'COUNTRY');
    expect(country).toMatchObject({ value: 'US', from: 'environment' });
    expect(country?.overrides).toEqual([
      { from: 'module', value: 'DE' },
      { from: 'global', value: 'FR' },
    ]);
  });

  it('reports the line of an error in a module file', () => {
    expect(() => buildEnvFiles({ ...input, moduleFile: 'A=1\nB="x' })).toThrow(
      expect.objectContaining({
        code: 'MODULE_INVALID',
        message: 'Cron/data/.env.preprod-us: Line 2: the value has no closing " quote.',
      }),
    );
  });

  it('refuses a password that .credentials cannot hold', () => {
    expect(() => buildEnvFiles({ ...input, adminPassword: 'two\nlines' })).toThrow('line break');
  });
});

describe('readModuleEnvFile', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-env-'));
    await mkdir(join(folder, 'Cron/data/.env.folder'), { recursive: true });
    await writeFile(join(folder, 'Cron/data/.env.ok'), 'A=1\n');
    await writeFile(join(folder, 'Cron/data/.env.empty'), '\n \n');
    await writeFile(join(folder, 'Cron/data/.env.latin1'), Buffer.from('A=1\nB=\xE9', 'latin1'));
    await writeFile(join(folder, 'Cron/data/.env.utf16'), Buffer.from('\uFEFFA=1\n', 'utf16le'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads the file', async () => {
    expect(await readModuleEnvFile(folder, 'ok', 'abc')).toBe('A=1\n');
  });

  it.each(['none', 'empty', 'folder'])('reports path and commit of an unusable file: %s', async (code) => {
    await expect(readModuleEnvFile(folder, code, 'abc123')).rejects.toMatchObject({
      code: 'MODULE_ENV_FILE_MISSING',
      message: expect.stringMatching(`Cron/data/.env.${code} .* at commit abc123`),
    });
  });

  it.each([
    ['latin1', 'Cron/data/.env.latin1: Line 2: there are bytes that are not UTF-8; save the file as UTF-8.'],
    ['utf16', 'Cron/data/.env.utf16: Line 1: the file is UTF-16; save it as UTF-8.'],
  ])('refuses bytes that are not UTF-8, with path and line: %s', async (code, message) => {
    await expect(readModuleEnvFile(folder, code, 'abc')).rejects.toMatchObject({
      code: 'MODULE_INVALID',
      message,
    });
  });

  it('refuses a code with path characters', async () => {
    await expect(readModuleEnvFile(folder, '../ok', 'abc')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('seleniumValues', () => {
  const valuesOf = (environment: Record<string, string>, engine: 'docker' | 'sandbox') => {
    const { explicit, defaults } = seleniumValues(loadConfig({ environment }), engine);
    const texts = (values: EnvValue[]) => values.map(({ name, value }) => `${name}=${value}`);
    return { explicit: texts(explicit), defaults: texts(defaults) };
  };

  it('uses Selenium on this machine when no host is set', () => {
    expect(valuesOf({}, 'docker').defaults).toContain('SELENIUM_HOST=host.docker.internal');
    expect(valuesOf({ MATRE_NETWORK: 'host' }, 'docker').defaults).toContain('SELENIUM_HOST=127.0.0.1');
    expect(valuesOf({}, 'sandbox').defaults).toContain('SELENIUM_HOST=127.0.0.1');
  });

  it('overrides the module with explicit settings only, not with defaults', () => {
    const { explicit, defaults } = valuesOf({ SELENIUM_HOST: 'hub' }, 'docker');
    expect(explicit).toEqual(['SELENIUM_HOST=hub']);
    expect(defaults).toHaveLength(3);
    const { env } = buildEnvFiles({ ...input, moduleFile: 'SELENIUM_HOST=laptop\nSELENIUM_PATH=/' });
    expect(parseValues(env)).toMatchObject({ SELENIUM_HOST: 'hub', SELENIUM_PATH: '/' });
  });
});

it('adds the test module to the allowed modules', () => {
  const listOf = (moduleFile: string) => {
    const { env } = buildEnvFiles({ ...input, moduleFile });
    return parseEnvFile(env).entries.find(({ name }) => name === 'MODULE_ALLOWLIST')?.value;
  };
  expect(listOf('A=1')).toBe('TestModule');
  expect(listOf('MODULE_ALLOWLIST="Magento_Framework, TestModule"')).toBe('Magento_Framework,TestModule');
});
