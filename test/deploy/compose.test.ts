import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from 'redis';
import { expect, it, onTestFinished } from 'vitest';
import { settingNames } from '../../src/config/settings/settings.ts';
import { freePort } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

// The checks of deploy/compose.yml that do not start it; `make test-deploy` starts it.

const deploy = resolve(import.meta.dirname, '../../deploy');
const read = (name: string) => readFile(join(deploy, name), 'utf8');

/** What docker-compose makes of the file when every variable without a default is set. */
async function readConfiguration(...flags: string[]): Promise<string> {
  const needed = [
    'POSTGRES_PASSWORD',
    'REDIS_PASSWORD',
    'MATRE_SECRET_KEY',
    'MATRE_PUBLIC_URL',
    'MATRE_IMAGE',
  ];
  const { stdout } = await promisify(execFile)(
    'docker-compose',
    ['--file', join(deploy, 'compose.yml'), 'config', ...flags],
    { env: { PATH: process.env['PATH'], ...Object.fromEntries(needed.map((name) => [name, 'x'])) } },
  );
  return stdout;
}

it('has an example file with every variable that has no default', async () => {
  const needed = [...(await read('compose.yml')).matchAll(/\$\{(\w+):\?/g)].map((match) => match[1]);
  expect(needed.length).toBeGreaterThan(3);
  const example = await read('compose.env.example');
  for (const name of needed) expect(example).toMatch(new RegExp(`^${name}=`, 'm'));
});

it('passes every setting on, and has an example of everything else that it reads', async () => {
  const compose = await read('compose.yml');
  // That of commands, and that of the Docker Engine, which is a socket here.
  const others = new Set<string>(['MATRE_URL', 'DOCKER_HOST']);
  const secretFiles = (name: string) => new RegExp(`^ {4,6}${name}(_FILE)?: `, 'm').test(compose);
  expect(settingNames.filter((name) => !others.has(name) && !secretFiles(name))).toEqual([]);
  const names = new Set([...compose.matchAll(/\$\{(\w+)[:}]/g)].map(([, name]) => name as string));
  const example = await read('compose.env.example');
  const unnamed = [...names].filter((name) => !new RegExp(`^(# )?${name}=`, 'm').test(example));
  expect(unnamed.filter((name) => !(settingNames as string[]).includes(name))).toEqual([]);
});

it('starts the proxy by a profile, and gives each service the secrets that it needs', async () => {
  const configuration = await readConfiguration();
  expect([...configuration.matchAll(/^ {4}profiles:\n((?: {4}- .*\n)+)/gm)].map(([, list]) => list)).toEqual([
    '    - tls\n',
  ]);
  const secretsOf = (service: string) => {
    const block = new RegExp(`^  ${service}:\\n((?:(?: {4}.*)?\\n)*)`, 'm').exec(configuration)?.[1] ?? '';
    return [...block.matchAll(/^ {4}- source: (\w+)$/gm)].map((match) => match[1]);
  };
  const module = ['module_password', 'module_ssh_key', 'module_ssh_known_hosts'];
  expect(secretsOf('server').sort()).toEqual([...module, 'oidc_client_secret']);
  for (const service of ['scheduler', 'test-worker']) expect(secretsOf(service).sort()).toEqual(module);
  for (const service of ['postgres', 'magento-redis', 'chrome']) expect(secretsOf(service)).toEqual([]);
});

it('is valid, with the documented services', async () => {
  const services = await readConfiguration('--services');
  expect(services.trim().split('\n').sort()).toEqual([
    'caddy',
    'chrome',
    'magento-redis',
    'postgres',
    'scheduler',
    'selenium-hub',
    'server',
    'test-worker',
  ]);
});

it('keeps Redis and the database out of the network of the tests', async () => {
  const configuration = await readConfiguration();
  const networksOf = (service: string) => {
    const block = new RegExp(`^  ${service}:\\n((?:(?: {4}.*)?\\n)*)`, 'm').exec(configuration)?.[1] ?? '';
    const list = /^ {4}networks:\n((?: {6}.*\n)*)/m.exec(block)?.[1] ?? '';
    return [...list.matchAll(/^ {6}(\w+):/gm)].map((match) => match[1]);
  };
  for (const service of ['postgres', 'magento-redis']) expect(networksOf(service)).toEqual(['stores']);
  expect(networksOf('server')).toEqual(['front', 'grid', 'stores']);
  for (const service of ['scheduler', 'test-worker']) {
    expect(networksOf(service)).toEqual(['grid', 'stores']);
  }
  expect(networksOf('chrome')).toEqual(['default']);
  expect(networksOf('selenium-hub')).toEqual(['default', 'grid']);
});

it.each([
  'plain',
  'Zm9v/bar+baz==',
  `it's "quoted" \\ $HOME \`id\` $(id) %41 #x ; | & < > * ? ~`,
  ' blanks at both ends ',
  '-x',
  'ümlaut 密码 \u{1f511}',
])('starts a Redis whose password is %j', async (password) => {
  const folder = await mkdtemp(join(tmpdir(), 'matre-redis-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  // In the place of the entry of the image.
  const entry = join(folder, 'docker-entrypoint.sh');
  await writeFile(
    entry,
    `#!/bin/sh\n{ cat; echo port ${port}; echo bind 127.0.0.1; echo dir ${folder}; } | exec "$@"\n`,
  );
  await chmod(entry, 0o755);
  const lines = /- -euc\n\s+- \|\n((?: {8}.*\n)+)/.exec(await read('compose.yml'))?.[1] ?? '';
  const script = lines
    .replace(/^ {8}/gm, '')
    .replaceAll('$$', '$')
    .replace('/etc/matre-redis.conf', join(deploy, 'redis.conf'));
  const server = spawn('sh', ['-euc', script], {
    env: { PATH: `${folder}:${process.env['PATH']}`, REDISCLI_AUTH: password },
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => {
    if (server.pid) process.kill(-server.pid, 'SIGKILL');
  });
  const ping = async (options: { password?: string }) => {
    const client = createClient({
      socket: { host: '127.0.0.1', port, reconnectStrategy: false },
      ...options,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.ping();
    } finally {
      if (client.isOpen) client.destroy();
    }
  };
  await waitFor(() =>
    ping({ password }).then(
      () => true,
      () => false,
    ),
  );
  expect(await ping({ password })).toBe('PONG');
  await expect(ping({})).rejects.toThrow(/NOAUTH/);
});
