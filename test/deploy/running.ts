import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noDockerReason } from '../support/docker.ts';
import { waitFor } from '../support/wait-for.ts';
import { guides } from './guides.ts';
import { type Installation, install, project } from './installation.ts';
import { isolation } from './isolation.ts';
import { addEnvironment, startScript } from './network-scripts.ts';
import { proxy } from './proxy.ts';

// `make test-deploy`. It takes minutes, so it is not part of `make test`: deploy/ with an .env, with images built here
// because there is no registry, in a separate Docker Engine and network namespace: four workers, the server, the scheduler,
// PostgreSQL, Redis and Caddy in containers, and the test containers beside them in the same engine. Selenium's images are
// not available here: a stub under its name reports a grid, and the tests of the sample need no browser.

const skip = noDockerReason();
const services = ['postgres', 'magento-redis', 'server', 'scheduler', 'test-worker'];
const patient = { timeout: 300_000 };

describe.skipIf(skip)(`compose.yml${skip ? ` (${skip})` : ''}`, patient, () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
    await installation.compose('up', '-d', ...services);
    await startScript(installation, 'selenium-hub', gridStub, { networks: ['grid'] });
  }, 300_000);
  afterAll(() => installation?.stop(), 120_000);

  it('starts a server that is ready, four workers, and a lock store that is persistent', async () => {
    interface Status {
      workers: { alive: boolean; slots: number }[];
    }
    const four = await waitFor(async () => {
      const { workers } = await installation.matre<Status>('status');
      return workers.filter(({ alive }) => alive).length === 4 ? workers : undefined;
    });
    expect(four.map(({ slots }) => slots)).toEqual([1, 1, 1, 1]);
    await waitFor(async () => (await installation.compose('ps', 'server')).includes('(healthy)'));
    const setting = (name: string) =>
      installation.compose('exec', '-T', 'magento-redis', 'redis-cli', 'config', 'get', name);
    expect(await setting('appendonly')).toContain('yes');
    expect(await setting('maxmemory-policy')).toContain('noeviction');
  });

  it('executes runs on two environments, and every log line about them names run and environment', async () => {
    const shops = ['preprod-us', 'preprod-es'];
    for (const code of shops) {
      const shop = JSON.stringify({ environment: code, port: 8080, host: '0.0.0.0', latencyMs: 20 });
      const start = `import('/opt/matre/dist/demo/shop/shop.js').then(({ startShop }) => startShop(${shop}))`;
      await startScript(installation, `shop-${code}`, start);
      await addEnvironment(installation, code, `http://shop-${code}:8080/`);
    }
    const submitted = await installation.matre<{ id: number }[] | { runs: { id: number }[] }>(
      ...['run', ...shops.flatMap((code) => ['-e', code]), '--group', 'smoke'],
    );
    const ids = ('runs' in submitted ? submitted.runs : submitted).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    const verdicts = [];
    for (const id of ids) {
      const shown = await waitFor(async () => {
        const { run } = await installation.matre<{
          run: { state: string; verdict: string; reason: object | null };
        }>('show', String(id));
        return run.state === 'finished' ? run : undefined;
      });
      verdicts.push([shown.verdict, shown.reason]);
    }
    expect(verdicts).toEqual([
      ['passed', null],
      ['passed', null],
    ]);

    const lines = (await installation.compose('logs', '--no-log-prefix', '--no-color', 'test-worker'))
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
    const before = await installation.matre<unknown[]>('list');
    // Not `down`: the test containers are attached to the network, and stay.
    await installation.compose('stop', '--timeout', '60');
    await installation.compose('rm', '--force');
    await installation.compose('up', '-d', ...services);
    const after = await waitFor(() => installation.matre<unknown[]>('list').catch(() => undefined));
    expect(after).toEqual(before);
  });

  describe('networks', () => isolation(() => installation));
  describe('secrets and settings', () => {
    it('reach the services that need them, and no other', async () => {
      const { settings } = await installation.matre<{ settings: { name: string; value?: string }[] }>(
        'config',
      );
      const values = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
      expect(values).toMatchObject({
        MATRE_PUBLIC_URL: 'https://tools.example.com/matre',
        MATRE_MODULE_PASSWORD: '[hidden]',
        MATRE_OIDC_CLIENT_SECRET: '[hidden]',
        MATRE_MODULE_SSH_KEY: '/run/secrets/module_ssh_key',
      });
      const worker = (...argv: string[]) => installation.compose('exec', '-T', 'test-worker', ...argv);
      expect(await worker('cat', '/run/secrets/module_ssh_key')).toBe('key of the module\n');
      expect(await worker('stat', '-c', '%a', '/run/secrets/module_ssh_key')).toBe('600\n');
      expect(await worker('ls', '/run/secrets')).not.toContain('oidc');
      expect(await worker('node', '-p', 'new Date(0).getHours()')).toBe('1\n');
      const limit = await installation.docker(
        'inspect',
        '--format',
        '{{.HostConfig.Memory}}',
        `${project}_server_1`,
      );
      expect(Number(limit)).toBe(1024 ** 3);
    });
  });
  describe('Caddy', () => proxy(() => installation));
  describe('the guides', () => guides(() => installation));
});

/** Answers like Grid 4, with as many nodes as the compose file has; and like noVNC, which sends back what it gets. */
const gridStub = `
const nodes = Array.from({ length: 4 }, () => ({ availability: 'UP', maxSessions: 1, slots: [] }));
require('node:http')
  .createServer(({ url, headers }, to) => {
    if (url.endsWith('/ui/')) to.end('<title>Selenium Grid</title>' + JSON.stringify(Object.keys(headers)));
    else to.end(JSON.stringify({ value: { ready: true, nodes } }));
  })
  .on('upgrade', (request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n');
    socket.pipe(socket);
  })
  .listen(4444)`;
