import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSampleImage } from '../../src/demo/image.ts';
import { sampleAdmin } from '../../src/demo/shop/shop.ts';
import { noDockerReason, startDocker, type TestDocker } from '../support/docker.ts';
import { waitFor } from '../support/wait-for.ts';
import { importMatre, importPostgres, importRedis } from './images.ts';

// `make test-deploy`. It takes minutes, so it is not part of `make test`: the unchanged deploy/compose.yml, with images
// built here because there is no registry, in a separate Docker Engine and network namespace: four workers, the server,
// the scheduler, PostgreSQL and Redis in containers, and the test containers beside them in the same engine. Selenium's
// images are not available here: a stub under its name reports a grid, and the tests of the sample need no browser.

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const skip = noDockerReason();
const network = 'matre-test';
/** The engine publishes ports on 127.0.0.1. */
const namespace = ['unshare', '--net', '--', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const services = ['postgres', 'magento-redis', 'server', 'scheduler', 'test-worker'];
const patient = { timeout: 300_000 };

let folder: string;
let engine: TestDocker | undefined;
let host: string;
let settings: Record<string, string>;

async function compose(...argv: string[]): Promise<string> {
  const { stdout } = await run(
    'docker-compose',
    ['--project-name', network, '--file', join(root, 'deploy/compose.yml'), ...argv],
    { env: { PATH: process.env['PATH'], ...settings }, maxBuffer: 2 ** 26 },
  );
  return stdout;
}

/** A command of matre in the container of the server, as an operator would type it. */
async function matre<T>(...argv: string[]): Promise<T> {
  return JSON.parse(await compose('exec', '-T', 'server', 'matre', ...argv, '--json'));
}

describe.skipIf(skip)(`compose.yml${skip ? ` (${skip})` : ''}`, patient, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matre-compose-'));
    const data = join(folder, 'data');
    await cp(join(root, 'examples/module'), join(data, 'module'), { recursive: true });
    engine = await startDocker(join(folder, 'engine'), { isolated: namespace });
    host = engine.host;
    const socketPath = host.slice('unix://'.length);
    settings = {
      DOCKER_HOST: host,
      DOCKER_SOCKET: socketPath,
      POSTGRES_PASSWORD: 'a/password+of the=test%41@:?#',
      REDIS_PASSWORD: `another/password+"of" the='test'`,
      MATRE_SECRET_KEY: randomBytes(32).toString('base64'),
      MATRE_PUBLIC_URL: 'https://matre.example.com',
      MATRE_PUBLISH: '127.0.0.1:0',
      MATRE_DATA: data,
      MATRE_MODULE_PATH: join(data, 'module'),
      MATRE_NETWORK: network,
      MATRE_IMAGE: await buildSampleImage(new Docker({ socketPath })),
      MATRE_PROGRAM_IMAGE: await importMatre(folder, host),
      REDIS_IMAGE: await importRedis(folder, host),
      POSTGRES_IMAGE: await importPostgres(folder, host),
    };
    await compose('up', '-d', ...services);
    const grid = `require('node:http').createServer((_, to) => to.end('${JSON.stringify(gridStatus)}')).listen(4444)`;
    await startBeside('selenium-hub', grid);
    const alias = ['--alias', 'selenium-hub', `${network}_grid`, 'beside-selenium-hub'];
    await run('docker', ['--host', host, 'network', 'connect', ...alias]);
  }, 300_000);
  afterAll(async () => {
    // With all its volumes and containers.
    await engine?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 120_000);

  it('starts a server that is ready, four workers, and a lock store that is persistent', async () => {
    interface Status {
      workers: { alive: boolean; slots: number }[];
    }
    const four = await waitFor(async () => {
      const { workers } = await matre<Status>('status');
      return workers.filter(({ alive }) => alive).length === 4 ? workers : undefined;
    });
    expect(four.map(({ slots }) => slots)).toEqual([1, 1, 1, 1]);
    await waitFor(async () => (await compose('ps', 'server')).includes('(healthy)'));
    const setting = (name: string) =>
      compose('exec', '-T', 'magento-redis', 'redis-cli', 'config', 'get', name);
    expect(await setting('appendonly')).toContain('yes');
    expect(await setting('maxmemory-policy')).toContain('noeviction');
  });

  it('executes runs on two environments, and every log line about them names run and environment', async () => {
    const shops = ['preprod-us', 'preprod-es'];
    for (const code of shops) {
      const shop = JSON.stringify({ environment: code, port: 8080, host: '0.0.0.0', latencyMs: 20 });
      const start = `import('/opt/matre/dist/demo/shop/shop.js').then(({ startShop }) => startShop(${shop}))`;
      await startBeside(`shop-${code}`, start);
      await addEnvironment(code, `http://shop-${code}:8080/`);
    }
    const submitted = await matre<{ id: number }[] | { runs: { id: number }[] }>(
      ...['run', ...shops.flatMap((code) => ['-e', code]), '--group', 'smoke'],
    );
    const ids = ('runs' in submitted ? submitted.runs : submitted).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    const verdicts = [];
    for (const id of ids) {
      const shown = await waitFor(async () => {
        const { run } = await matre<{ run: { state: string; verdict: string; reason: object | null } }>(
          'show',
          String(id),
        );
        return run.state === 'finished' ? run : undefined;
      });
      verdicts.push([shown.verdict, shown.reason]);
    }
    expect(verdicts).toEqual([
      ['passed', null],
      ['passed', null],
    ]);

    const lines = (await compose('logs', '--no-log-prefix', '--no-color', 'test-worker'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const ofRuns = lines.filter(({ run }) => ids.includes(run as number));
    expect(ofRuns.length).toBeGreaterThan(0);
    expect(
      ofRuns.every(({ env, worker }) => shops.includes(env as string) && typeof worker === 'string'),
    ).toBe(true);
  });

  it('keeps all data when everything is stopped and created again', async () => {
    const before = await matre<unknown[]>('list');
    // Not `down`: the test containers are attached to the network, and stay.
    await compose('stop', '--timeout', '60');
    await compose('rm', '--force');
    await compose('up', '-d', ...services);
    const after = await waitFor(() => matre<unknown[]>('list').catch(() => undefined));
    expect(after).toEqual(before);
  });
});

/** Answers like Grid 4, with as many nodes as the compose file has. */
const gridStatus = {
  value: {
    ready: true,
    nodes: Array.from({ length: 4 }, () => ({ availability: 'UP', maxSessions: 1, slots: [] })),
  },
};

/** Runs a script in the network of the installation, reachable there under the name. */
async function startBeside(name: string, script: string): Promise<void> {
  const flags = ['--detach', '--network', network, '--network-alias', name, '--name', `beside-${name}`];
  const image = settings['MATRE_PROGRAM_IMAGE'] as string;
  await run('docker', ['--host', host, 'run', ...flags, '--entrypoint', 'node', image, '-e', script]);
}

async function addEnvironment(code: string, address: string): Promise<void> {
  const env = join(settings['MATRE_DATA'] as string, `.env.${code}`);
  await writeFile(
    env,
    [
      `MAGENTO_BASE_URL=${address}`,
      'MAGENTO_BACKEND_NAME=admin',
      `MAGENTO_ADMIN_USERNAME=${sampleAdmin.username}`,
      `MAGENTO_ADMIN_PASSWORD=${sampleAdmin.password}`,
      '',
    ].join('\n'),
  );
  await compose('exec', '-T', 'server', 'matre', 'env', 'import', env);
}
