import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';
import { createClient } from 'redis';
import { startShop } from '../../src/demo/shop/shop.ts';
import { capture } from '../../src/engine/read-all.ts';
import { lockNames } from '../../src/locks/lock.ts';
import { createLayout } from '../../src/mftf/container/layout.ts';
import { showOverview } from '../../src/operations/overview/overview.ts';
import { sessionLabel } from '../../src/selenium/session-label.ts';
import { askDoctor } from '../../test/doctor/doctor.ts';
import type { GuideId } from '../../test/support/guide.ts';
import { withClient } from '../../test/support/postgres.ts';
import { freePort, startRedis } from '../../test/support/redis.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { type Installation, plain, requestContext } from './installation.ts';

/** Produces a cause and returns the milliseconds until it is detected; `undefined` where there is nothing to detect. */
type Cause = (installation: Installation) => Promise<number | undefined>;

const { generated } = createLayout('/var/www/html');
/** The state folders of runc: of the engine of DOCKER_HOST, or of the engine of the machine. */
function stateFolders(): string | undefined {
  const own = dirname((process.env['DOCKER_HOST'] ?? '').replace('unix://', ''));
  return [join(own, 'exec/runtime-runc/moby'), '/run/docker/runtime-runc/moby'].find((folder) =>
    existsSync(folder),
  );
}

export const causes: Record<GuideId, Cause> = {
  flock: ({ untilRefused }) => untilRefused('LOCK_STORE_NOT_SHARED', { LOCK_DSN: 'flock' }),
  noDsn: ({ untilRefused }) => untilRefused('LOCK_STORE_NOT_SHARED', { LOCK_DSN: '' }),

  async otherRedis({ withWorker, untilNamed }) {
    const other = await startRedis();
    const took = await withWorker({ LOCK_DSN: other.url }, () => untilNamed('LOCK_STORE_NOT_SHARED'));
    await other.stop();
    return took;
  },

  async evicted({ redis, untilNamed, harness }) {
    const client = await createClient({ url: redis.url }).connect();
    const lock = await harness.context.locks.acquire('container_x', { owner: 'the bench' });
    const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
    await client.configSet({ 'maxmemory-policy': 'volatile-ttl', maxmemory: String(used + 4_000_000) });
    for (let number = 0; (await client.exists('container_x')) === 1; number++) {
      await client.set(`other-${number}`, 'x'.repeat(100_000)).catch(() => {});
    }
    const took = await untilNamed('LOCK_STORE_EVICTS');
    await lock.release();
    await client.flushDb();
    await client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '0' });
    client.destroy();
    return took;
  },

  async staleNamed(installation) {
    await makeStale(installation);
    return installation.untilNamed('CONTAINER_STALE');
  },
  async staleReplaced(installation) {
    await makeStale(installation);
    return installation.event('CONTAINER_REPLACED');
  },

  async moduleReplaced({ harness, environment }) {
    const run = await harness.submit(environment, { tests: ['PauseTest', 'PlainTest'] });
    await harness.testing(run, 'PauseTest');
    harness.module.commit({ 'Cron/data/.env.preprod-us': 'WAIT_TIMEOUT=31\n' }, 'Other values');
    const { run: finishedRun } = await harness.finished(run);
    if (finishedRun.verdict !== 'passed') throw new Error(`The run is ${finishedRun.verdict}.`);
    return undefined;
  },

  async envFileMissing({ harness, untilNamed }) {
    const path = 'Cron/data/.env.preprod-us';
    const content = harness.module.git('show', `HEAD:${path}`);
    harness.module.commit({ [path]: undefined }, 'Without values');
    const took = await untilNamed('MODULE_ENV_FILE_MISSING');
    harness.module.commit({ [path]: content }, 'With values');
    return took;
  },

  async generatedGone({ harness, environment }) {
    const run = await harness.submit(environment, { tests: ['PauseTest', 'PlainTest'] });
    await harness.testing(run, 'PauseTest');
    await environment.container.exec('rm', `${generated}/default/PlainTestCest.php`);
    const deletedAt = Date.now();
    const { run: finishedRun, events } = await harness.finished(run);
    const restored = events.find(({ code }) => code === 'GENERATED_FILE_RESTORED');
    if (finishedRun.verdict !== 'passed' || !restored) throw new Error(`The run is ${finishedRun.verdict}.`);
    return Date.parse(restored.at) - deletedAt;
  },

  async noTmpfs({ harness, environment, untilNamed }) {
    const { State } = await new Docker().getContainer(environment.container.name).inspect();
    spawnSync('nsenter', ['-t', String(State.Pid), '-m', 'umount', '-l', generated]);
    const took = await untilNamed('CONTAINER_UNHEALTHY');
    await askDoctor(harness.context, { fix: true });
    return took;
  },

  async twoRuns({ harness, environment }) {
    const first = await harness.submit(environment, { tests: ['PauseTest'] });
    await harness.testing(first, 'PauseTest');
    const startedAt = performance.now();
    const second = await harness.submit(environment, plain);
    await waitFor(async () => {
      const { queue } = await showOverview.run(harness.context, {}, requestContext);
      return queue.some(({ id, waits }) => id === second && waits.code === 'environment-busy');
    });
    const took = performance.now() - startedAt;
    await harness.finished(second);
    return took;
  },

  async nameOfStranger({ harness, untilNamed }) {
    const occupied = await harness.environment('preprod-es');
    await harness.engine.create({ ...bare(harness.image), name: occupied.container.name, labels: {} });
    const took = await untilNamed('CONTAINER_NAME_TAKEN');
    await occupied.container.remove();
    return took;
  },

  async nameOfDead({ harness, environment, event }) {
    const states = stateFolders();
    if (states === undefined) return undefined;
    const container = new Docker().getContainer(
      (await harness.engine.inspect(environment.container.name))?.id ?? '',
    );
    await container.kill();
    await container.wait();
    const state = join(states, container.id);
    await mkdir(state, { recursive: true });
    const took = await event('CONTAINER_REPLACED');
    await rm(state, { recursive: true, force: true });
    return took;
  },

  async processesNamed(installation) {
    await leaveProcess(installation);
    return installation.untilNamed('PROCESSES_LEFT');
  },
  async processesEnded(installation) {
    await leaveProcess(installation);
    return installation.event('LEFTOVERS_CLEARED');
  },

  async sessionLeft({ harness, grid }) {
    const { installation } = await harness.context.containersContext();
    const label = sessionLabel({ installation, runId: 77, fence: 1 }, 1);
    await grid.openSession({ 'se:name': label });
    const startedAt = performance.now();
    await waitFor(async () =>
      (await grid.client.status()).sessions.every((session) => session.label !== label),
    );
    return performance.now() - startedAt;
  },

  async gridFull({ harness, environment, grid }) {
    const foreignSessions = [await grid.openSession(), await grid.openSession()];
    const startedAt = performance.now();
    const run = await harness.submit(environment, plain);
    await waitFor(async () => (await harness.show(run)).run.waitsFor?.code === 'SELENIUM_FULL');
    const took = performance.now() - startedAt;
    for (const id of foreignSessions) await grid.client.end(id);
    await harness.finished(run);
    return took;
  },

  workerHangs: ({ withWorker, untilNamed }) =>
    withWorker({}, async (worker) => {
      worker.process.kill('SIGSTOP');
      return untilNamed('WORKER_LOST');
    }),

  async lockOfOther({ harness, environment, untilNamed }) {
    const lock = await harness.context.locks.acquire(lockNames.environment(environment.id), {
      owner: 'another matre',
    });
    const run = await harness.submit(environment, plain);
    const took = await untilNamed('QUEUE_STUCK');
    await lock.release();
    await harness.finished(run);
    return took;
  },

  rowLocked: ({ harness, environment, untilNamed, postgresUrl }) =>
    withClient(postgresUrl, async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT FROM environment WHERE id = $1 FOR NO KEY UPDATE', [environment.id]);
      const run = await harness.submit(environment, plain);
      const took = await untilNamed('QUEUE_STUCK');
      await client.query('ROLLBACK');
      await harness.finished(run);
      return took;
    }),

  async diskFull({ harness, untilStopped }) {
    const { dataFolder } = harness.context.config.store;
    const { bavail, bsize } = await statfs(dataFolder);
    const filler = join(dataFolder, 'filler');
    await writeFile(filler, Buffer.alloc(bavail * bsize - 60 * 1024 ** 2, 1));
    const took = await untilStopped('DISK_FULL');
    await rm(filler);
    return took;
  },

  async shopAway({ withChange, untilStopped }) {
    const baseUrl = `http://127.0.0.1:${await freePort()}/`;
    return withChange({ baseUrl }, () => untilStopped('MAGENTO_UNREACHABLE'));
  },

  wrongCredentials: ({ withChange, untilNamed }) =>
    withChange({ adminUsername: 'nobody' }, () => untilNamed('CREDENTIALS_WRONG')),

  async twoFactor({ withChange, untilNamed }) {
    const shop = await startShop({ environment: 'preprod-us', port: 0, latencyMs: 0, twoFactor: true });
    const took = await withChange({ baseUrl: shop.url }, () => untilNamed('TWO_FACTOR_ON'));
    await shop.close();
    return took;
  },
};

/** A container as an earlier configuration created it. */
async function makeStale({ harness, environment }: Installation): Promise<void> {
  const { name } = environment.container;
  await environment.container.remove();
  await harness.engine.create({
    ...bare(harness.image),
    name,
    labels: {
      'matre.installation': (await harness.context.containersContext()).installation,
      'matre.environment': String(environment.id),
      'matre.specification': 'of-an-older-configuration',
    },
  });
}

/** A process as a run leaves it when its worker and its supervisor are killed together. */
async function leaveProcess({ harness, environment }: Installation): Promise<void> {
  const argv = ['sh', '-c', 'setsid sleep 1000 >/dev/null 2>&1 & exit 0'];
  await capture(harness.engine, environment.container.name, argv, { env: { MATRE_EXEC: ':run-7-1:' } });
}

const bare = (image: string) => ({
  image,
  env: {},
  mounts: [],
  tmpfs: [],
  files: [],
  writable: [],
  network: undefined,
  extraHosts: [],
  capabilities: [],
  memoryBytes: 64 * 1024 ** 2,
});
