import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Fault } from '../faults/fault.ts';
import { describeConfig, loadConfig } from './load-config.ts';
import type { Setting } from './settings/setting.ts';
import { settingNames, settings } from './settings/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'matre-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (text: string) => {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.env`);
  writeFileSync(path, text);
  return path;
};
const nothing = file('');
const load = (environment: Record<string, string>) => loadConfig({ environment, file: nothing });

function problemsOf(environment: Record<string, string>, path = nothing): string[] {
  try {
    loadConfig({ environment, file: path });
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    expect((error as Fault).code).toBe('CONFIG_INVALID');
    return (error as Fault).message.split('\n');
  }
  return [];
}

describe('defaults', () => {
  it('are valid', () => {
    for (const name of settingNames) {
      const row: Setting<unknown> = settings[name];
      if (row.default !== undefined)
        expect(row.schema.safeParse(row.default), name).toMatchObject({ success: true });
    }
  });

  it('apply when no setting is set', () => {
    const config = load({});
    expect(config.worker).toEqual({
      slots: 4,
      leaseMs: 20_000,
      maxAttempts: 3,
      retries: 2,
      retryPauseMs: 5_000,
      heartbeatMs: 10_000,
    });
    expect(config.store).toMatchObject({ databaseUrl: undefined, dataFolder: join(process.cwd(), '.matre') });
    expect(config.pool).toMatchObject({
      memoryBytes: 2 * 1024 ** 3,
      mounts: [],
      magentoRoot: '/var/www/html',
    });
    const downloads = { mode: 'auto', folder: undefined, browserFolder: undefined };
    const address = { host: undefined, port: 4444, protocol: 'http', path: '/wd/hub' };
    expect(config.selenium).toEqual({ ...address, downloads, replay: 'off', reusesBrowsers: false });
    expect(config.module).toEqual({ source: undefined, target: 'app/code/TestModule' });
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8089, url: undefined, allowedHosts: [] });
    expect(config.signIn).toEqual({
      mode: 'auto',
      sessionMs: 86_400_000,
      secondFactor: 'off',
      oidc: undefined,
    });
  });
});

describe('values', () => {
  it('of retries by group may have a group with any name, and are within the limit', () => {
    const groupsIn = (text: string) => load({ MATRE_RETRY_FAILED_GROUPS: text }).mftf.retryFailed.groups;
    expect(groupsIn('checkout:2, a:b:0')).toEqual([
      { group: 'checkout', times: 2 },
      { group: 'a:b', times: 0 },
    ]);
    for (const text of ['checkout', ':2', 'checkout:11', 'checkout:-1', 'checkout:x']) {
      expect(() => groupsIn(text)).toThrow('must be a list of group:number');
    }
  });

  it('of the environment take precedence over the file', () => {
    const path = file('MATRE_WORKERS=2\nMATRE_PORT=9000\nexport LOCK_TTL="45"\n');
    const config = loadConfig({ environment: { MATRE_WORKERS: '8' }, file: path });
    expect([config.worker.slots, config.server.port, config.locks.ttlMs]).toEqual([8, 9000, 45_000]);
    const sources = Object.fromEntries(describeConfig(config).map(({ name, source }) => [name, source]));
    expect(sources).toMatchObject({
      MATRE_WORKERS: 'environment',
      MATRE_PORT: 'file',
      LOCK_TTL: 'file',
      MATRE_BEAT: 'default',
    });
  });

  it('that are empty count as not set', () => {
    expect(load({ DATABASE_URL: '', MATRE_PORT: '' })).toMatchObject({
      store: { databaseUrl: undefined },
      server: { port: 8089 },
    });
  });

  it('are read from the file that MATRE_CONFIG names', () => {
    const path = file('MATRE_LEASE=500ms');
    expect(() => loadConfig({ environment: { MATRE_CONFIG: path } })).toThrow(
      /MATRE_LEASE must be a duration/,
    );
  });

  it('can be lists, mounts, durations and sizes', () => {
    const { pool, mftf } = load({
      MATRE_MOUNTS: '/srv/media:/var/www/html/pub/media:ro, /tmp/x:/x',
      MATRE_EXTRA_HOSTS: 'shop.test:10.0.0.5,host.docker.internal:host-gateway',
      MATRE_TMPFS_SIZE: '1.5g',
      MATRE_TEST_TIMEOUT: '2h',
    });
    expect(pool.mounts).toEqual([
      { source: '/srv/media', target: '/var/www/html/pub/media', readOnly: true },
      { source: '/tmp/x', target: '/x', readOnly: false },
    ]);
    expect(pool.extraHosts).toEqual(['shop.test:10.0.0.5', 'host.docker.internal:host-gateway']);
    expect([pool.tmpfsBytes, mftf.testTimeoutMs]).toEqual([1.5 * 1024 ** 3, 7_200_000]);
  });

  it('have the proxy that other programs use, in either case, with its password hidden', () => {
    const config = load({
      https_proxy: 'http://u:hunter2@proxy:1',
      HTTP_PROXY: 'u:hunter2@b',
      http_proxy: 'c',
      NO_PROXY: '*',
    });
    expect(config.messages.proxy).toEqual({
      https: 'http://u:hunter2@proxy:1',
      http: 'u:hunter2@b',
      exceptions: '*',
    });
    expect(JSON.stringify(describeConfig(config))).not.toContain('hunter2');
  });

  it('limit the networks of messages', () => {
    const networks = (text: string) =>
      load({ MATRE_MESSAGES_ALLOWED_NETWORKS: text }).messages.allowedNetworks;
    expect(networks('public, 10.0.0.0/8,::1')).toEqual(['public', '10.0.0.0/8', '::1']);
    expect(load({}).messages.allowedNetworks).toEqual(['public', 'private']);
    expect(problemsOf({ MATRE_MESSAGES_ALLOWED_NETWORKS: 'public,local' })).toEqual([
      'MATRE_MESSAGES_ALLOWED_NETWORKS must be a list of public, private, addresses such as 10.0.0.7 or networks such as 10.0.0.0/8, not "public,local"',
    ]);
  });

  it('that are secret may be in a file, whose last line end does not count', () => {
    const path = file('a/b+c=\n');
    const url = 'postgres://matre@db/matre';
    const config = load({ DATABASE_URL: url, DATABASE_PASSWORD_FILE: path, MATRE_SECRET_KEY_FILE: path });
    expect(config.store.databaseUrl).toBe('postgres://matre:a%2Fb%2Bc%3D@db/matre');
    expect(config.store.secretKey).toBe('a/b+c=');
    expect(JSON.stringify(describeConfig(config))).not.toContain('a/b+c=');
    const inFile = loadConfig({ environment: {}, file: file(`MATRE_SECRET_KEY_FILE=${path}\n`) });
    expect(inFile.store.secretKey).toBe('a/b+c=');
    // An empty file counts as none: a secret of Docker has some file, also where it is not used.
    expect(load({ MATRE_MODULE_PASSWORD_FILE: nothing }).module.source).toBeUndefined();
    const repository = 'git@example.test:team/tests.git';
    const ssh = (key: string) => ({ MATRE_MODULE_REPOSITORY: repository, MATRE_MODULE_SSH_KEY: key });
    expect(load(ssh(nothing)).module.source).toMatchObject({ sshKey: undefined });
    expect(load(ssh(path)).module.source).toMatchObject({ sshKey: path });
  });

  it('have an address for browsers with or without a path', () => {
    const addressOf = (text: string) => load({ MATRE_PUBLIC_URL: text }).server.publicUrl;
    expect(addressOf('https://Matre.example.com/')).toBe('https://matre.example.com');
    expect(addressOf('https://example.com/matre/')).toBe('https://example.com/matre');
    expect(addressOf('http://127.0.0.1:8089/tools/matre')).toBe('http://127.0.0.1:8089/tools/matre');
  });

  it('define a module source', () => {
    const repository = 'git@example.test:team/tests.git';
    expect(
      load({ MATRE_MODULE_REPOSITORY: repository, MATRE_MODULE_BRANCH: 'release/2.4' }).module.source,
    ).toMatchObject({
      kind: 'git',
      repository,
      branch: 'release/2.4',
    });
    expect(load({ MATRE_MODULE_PATH: '/srv/tests' }).module.source).toEqual({
      kind: 'folder',
      path: '/srv/tests',
    });
  });
});

describe('an invalid configuration', () => {
  it('is refused with all problems at once, by name', () => {
    const path = file('MATRE_WORKRES=2\nMATRE_IMAGE=ok\nSOMETHING_ELSE=1\n');
    const problems = problemsOf({ MATRE_PORT: 'eighty', MATRE_ENGINE: 'podman' }, path);
    expect(problems).toEqual([
      `${path} line 1: MATRE_WORKRES is not a setting; did you mean MATRE_WORKERS?`,
      `${path} line 3: SOMETHING_ELSE is not a setting`,
      'MATRE_ENGINE must be auto, docker or sandbox, not "podman"',
      'MATRE_PORT must be a port, 0 to 65535, not "eighty"',
    ]);
  });

  it.each([
    ['MATRE_MOUNTS', 'relative:/x'],
    ['MATRE_MOUNTS', '/a/../etc:/x'],
    ['MATRE_MOUNTS', '/a:/x:shared'],
    ['MATRE_MODULE_TARGET', '../outside'],
    ['MATRE_MODULE_TARGET', '/absolute'],
    ['MATRE_MAGENTO_ROOT', 'var/www'],
    ['MATRE_MODULE_REPOSITORY', 'ext::sh -c id'],
    ['MATRE_MODULE_REPOSITORY', '--upload-pack=id'],
    ['MATRE_MODULE_REPOSITORY', 'ssh://-oProxyCommand=id/x'],
    ['MATRE_MODULE_BRANCH', '--all'],
    ['MATRE_MODULE_BRANCH', 'a..b'],
    ['MATRE_MODULE_BRANCH', 'a b'],
    ['MATRE_MODULE_BRANCH', 'topic.lock'],
    ['DATABASE_URL', 'mysql://localhost/x'],
    ['MATRE_IMAGE', '--privileged'],
    ['MATRE_EXTRA_HOSTS', 'shop.test'],
    ['MATRE_WORKERS', '0'],
    ['MATRE_WORKERS', '2.5'],
    ['MATRE_BEAT', '10 minutes'],
    ['MATRE_MEMORY', '1k'],
    ['MATRE_PHP', 'php; id'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4317'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=a%0Ab'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'a b=c'],
  ])('%s=%s is refused', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it.each([
    'matre.example.com/matre',
    '/matre',
    'https://example.com/matre?x',
    'https://example.com//matre',
    'https://example.com/a/../b',
    'https://example.com/b%20c',
    'https://user@example.com/matre',
    'https://example.com/api',
    'https://example.com/assets/matre',
  ])('has an address for browsers such as %s', (text) => {
    const [problem, ...others] = problemsOf({ MATRE_PUBLIC_URL: text });
    expect(others).toEqual([]);
    expect(problem).toMatch(
      /^MATRE_PUBLIC_URL must (be an address such as|not have a path that begins with)/,
    );
  });

  it('names the file of a secret that cannot be read, and why', () => {
    const missing = join(folder, 'no-secret');
    const large = file('x'.repeat(70_000));
    expect(
      problemsOf({
        MATRE_SECRET_KEY_FILE: missing,
        MATRE_TOKEN_FILE: folder,
        LOCK_PASSWORD_FILE: large,
        MATRE_MODULE_REPOSITORY: 'git@example.test:team/tests.git',
        MATRE_MODULE_SSH_KEY: missing,
      }),
    ).toEqual([
      `MATRE_SECRET_KEY_FILE: ${missing} cannot be read: there is no such file`,
      `LOCK_PASSWORD_FILE: ${large} has more than 65536 bytes; it must have the secret alone`,
      `MATRE_TOKEN_FILE: ${folder} cannot be read: it is a folder; Docker creates one where the file of a mount or a secret is missing`,
      `MATRE_MODULE_SSH_KEY: ${missing} cannot be read: there is no such file`,
    ]);
  });

  it('has the secret in a pipe, for which no program writes', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(problemsOf({ MATRE_TOKEN_FILE: pipe })).toEqual([
      `MATRE_TOKEN_FILE: ${pipe} is a pipe; it must be a file`,
    ]);
  });

  it('has a secret both as a value and in a file', () => {
    expect(problemsOf({ MATRE_SECRET_KEY: 'a', MATRE_SECRET_KEY_FILE: file('b') })).toEqual([
      'MATRE_SECRET_KEY and MATRE_SECRET_KEY_FILE exclude each other; set one of them',
    ]);
    expect(problemsOf({}, file('MATRE_PORT_FILE=/x\n'))).toEqual([
      expect.stringContaining('MATRE_PORT_FILE is not a setting'),
    ]);
  });

  it('is a named file that does not exist', () => {
    expect(problemsOf({}, join(folder, 'none.env'))).toEqual([
      expect.stringContaining('there is no such file'),
    ]);
  });

  it('is a repository and a folder at once', () => {
    expect(problemsOf({ MATRE_MODULE_REPOSITORY: '/srv/a.git', MATRE_MODULE_PATH: '/srv/b' })).toEqual([
      expect.stringContaining('exclude each other'),
    ]);
  });
});

describe('invariant 10: secrets', () => {
  const secret = 'gfLxUQ1';

  it('are hidden where settings are shown', () => {
    const config = load({
      DATABASE_URL: `postgres://matre:${secret}@db/matre?sslpassword=${secret}`,
      LOCK_DSN: `redis://:${secret}@cache:6379`,
      MATRE_MODULE_REPOSITORY: `https://${secret}@git.example.test/tests.git`,
      MATRE_MODULE_PASSWORD: secret,
      MATRE_SECRET_KEY: secret,
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://${secret}@collector.example.test`,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Basic%20${secret},x-a=b`,
    });
    expect(config.tracing?.headers).toEqual({ authorization: `Basic ${secret}`, 'x-a': 'b' });
    const shown = Object.fromEntries(describeConfig(config).map(({ name, value }) => [name, value]));
    expect(JSON.stringify(shown)).not.toContain(secret);
    expect(shown).toMatchObject({
      DATABASE_URL: 'postgres://matre:[hidden]@db/matre?sslpassword=[hidden]',
      LOCK_DSN: 'redis://:[hidden]@cache:6379',
      MATRE_MODULE_REPOSITORY: 'https://[hidden]@git.example.test/tests.git',
    });
  });

  it('are not in the message about an invalid value', () => {
    const problems = problemsOf({
      DATABASE_URL: `mysql://matre:${secret}@db`,
      MATRE_MODULE_REPOSITORY: `ftp://${secret}@x`,
      OTEL_EXPORTER_OTLP_HEADERS: secret,
    });
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain(secret);
  });
});
