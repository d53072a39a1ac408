import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import type { CheckContext } from '../../src/doctor/check-context.ts';
import { filesApart } from '../../src/doctor/checks/files-apart.ts';
import { locksExclude } from '../../src/doctor/checks/locks-exclude.ts';
import { locksForgotten } from '../../src/doctor/checks/locks-forgotten.ts';
import { queueStuck } from '../../src/doctor/checks/queue-stuck.ts';
import { type HeldLock, lockNames } from '../../src/locks/lock.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { ReportView } from '../../src/operations/system/doctor.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { type CliProcess, cli, startCli } from '../support/cli.ts';
import { sharedPostgres, withClient } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { newEnvironment } from '../support/samples.ts';
import { patienceMs, waitFor } from '../support/wait-for.ts';
import { askDoctor, checkOf } from './doctor.ts';

/**
 * Problems between processes that share PostgreSQL and Redis. Workers are separate processes here. A refused
 * acquisition proves that locks are exclusive.
 */
describe('several processes', () => {
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let redis: TestRedis;
  let folder: string;
  let app: TestApp;
  const workers: CliProcess[] = [];

  const settings = () => ({
    DATABASE_URL: postgres.url,
    LOCK_DSN: redis.url,
    MATRE_DATA: folder,
    MATRE_ENGINE: 'sandbox',
  });
  const locksCheck = async () => checkOf(await askDoctor(app.app.context), 'locks-exclude');

  async function startWorker(more: Record<string, string> = {}): Promise<CliProcess> {
    const worker = startCli(['worker'], { settings: { ...settings(), MATRE_WORKERS: '1', ...more } });
    workers.push(worker);
    await worker.waitForOutput('1 workers are up.');
    const { workers: table } = app.app.context;
    await waitFor(async () => (await table.list()).some(({ pid }) => pid === worker.process.pid));
    return worker;
  }

  beforeAll(async () => {
    [postgres, redis, folder] = await Promise.all([
      sharedPostgres(),
      startRedis({ password: 'pa55' }),
      mkdtemp(join(tmpdir(), 'matre-data-')),
    ]);
    app = await openTestApp({ settings: settings() });
    await startWorker();
  });
  afterAll(async () => {
    for (const { process, done } of workers) {
      process.kill('SIGKILL');
      await done;
    }
    await app.close();
    await redis.stop();
    await postgres.drop();
    await rm(folder, { recursive: true, force: true });
  });

  test('the lock probe is refused to another process and to each worker', async () => {
    const { standing, findings } = await locksCheck();
    expect(standing).toBe('well');
    expect(findings.map(({ found }) => found)).toEqual([
      expect.stringMatching(/^A second process was refused the lock matre_doctor_\S+ in Redis\.$/),
      'The worker was refused the lock.',
    ]);
    // The probe leaves no lock behind.
    expect(await app.app.context.locks.list()).toEqual([]);
  });

  test('a worker on another Redis is named, with the setting', async () => {
    const other = await startRedis();
    const worker = await startWorker({ LOCK_DSN: other.url });
    const { standing, findings } = await locksCheck();
    expect(standing).toBe('problem');
    expect(findings.filter((finding) => finding.standing === 'problem')).toMatchObject([
      {
        code: 'LOCK_STORE_NOT_SHARED',
        about: expect.stringContaining(`/${worker.process.pid}`),
        remedy: expect.stringContaining('LOCK_DSN'),
      },
    ]);
    worker.process.kill('SIGTERM');
    await worker.done;
    await other.stop();
  });

  const connect = () => createClient({ url: redis.url }).connect();
  /** Sends commands to the Redis of these tests, bypassing the code under test. */
  async function redisIs<T>(work: (client: Awaited<ReturnType<typeof connect>>) => Promise<T>): Promise<T> {
    const client = await connect();
    try {
      return await work(client);
    } finally {
      client.destroy();
    }
  }
  /** Runs a single check, which is quicker than all of them. */
  const runCheck = (check: Check, instead: Partial<CheckContext> = {}) => {
    const { config, database, locks, workers: table } = app.app.context;
    return check.run({ config, database, locks, workers: table, ...instead } as CheckContext);
  };
  /** For processes that never answer, however long the check waits. */
  const impatientConfig = () => ({ ...app.app.context.config, doctor: { timeoutMs: 4_500 } });

  test('a Redis that evicts locks when its memory is full is named, with the setting', async () => {
    const lock = await app.app.context.locks.acquire('container_x', { owner: 'a test' });
    await redisIs(async (client) => {
      const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]);
      await client.configSet({ 'maxmemory-policy': 'volatile-ttl', maxmemory: String(used + 4_000_000) });
      // Other data in it takes the memory that locks need.
      for (let number = 0; (await client.exists('container_x')) === 1; number++) {
        await client.set(`other-${number}`, 'x'.repeat(100_000)).catch(() => {});
      }
    });
    expect(await runCheck(locksForgotten)).toMatchObject([
      { status: 'problem', code: 'LOCK_STORE_EVICTS', message: expect.stringContaining('volatile-ttl') },
      { status: 'warning' },
    ]);
    await lock.release();
    await redisIs(async (client) => {
      await client.flushDb();
      await client.configSet({ 'maxmemory-policy': 'noeviction', maxmemory: '0' });
    });
  });

  test('a Redis without persistence is a warning; a Redis that forbids the question is no problem', async () => {
    const report = await askDoctor(app.app.context);
    expect(checkOf(report, 'locks-forgotten')).toMatchObject({
      standing: 'warning',
      findings: [
        { standing: 'well' },
        { code: 'LOCK_STORE_FORGETS', remedy: expect.stringContaining('appendonly yes') },
      ],
    });
    await redisIs((client) => client.configSet('appendonly', 'yes'));
    expect(await runCheck(locksForgotten)).toMatchObject([{ status: 'ok' }, { status: 'ok' }]);
    await redisIs((client) => client.configSet('appendonly', 'no'));
    // As a managed Redis does.
    await redisIs((client) => client.aclSetUser('default', ['-config']));
    expect(await runCheck(locksForgotten)).toMatchObject([
      { status: 'ok' },
      { status: 'ok', message: expect.stringContaining('could not be checked') },
    ]);
    await redisIs((client) => client.aclSetUser('default', ['+config', '-info']));
    expect(await runCheck(locksForgotten)).toMatchObject([
      { status: 'unknown', message: expect.stringContaining('+info') },
    ]);
    await redisIs((client) => client.aclSetUser('default', ['+info']));
  });

  test('a worker that keeps the files of its runs in a folder of its own is named, with the setting', async () => {
    expect(await runCheck(filesApart)).toMatchObject([
      { message: `The worker shares the folder ${folder}.` },
    ]);
    const otherFolder = await mkdtemp(join(tmpdir(), 'matre-data-'));
    // The folder has the same key, so that only the location of the files differs.
    const key = (await readFile(join(folder, 'secret.key'), 'utf8')).trim();
    const worker = await startWorker({ MATRE_DATA: otherFolder, MATRE_SECRET_KEY: key });
    const problems = (await runCheck(filesApart)).filter(({ status }) => status !== 'ok');
    expect(problems).toMatchObject([
      {
        code: 'FILES_APART',
        about: expect.stringContaining(`/${worker.process.pid}`),
        message: expect.stringContaining(otherFolder),
      },
    ]);
    worker.process.kill('SIGTERM');
    await worker.done;
    await rm(otherFolder, { recursive: true });
  });

  test('a worker that hangs is named', async () => {
    const worker = await startWorker();
    worker.process.kill('SIGSTOP');
    // A heartbeat from before the stop may arrive after it.
    await waitFor(async () => {
      const findings = await runCheck(locksExclude, { config: impatientConfig() });
      return findings.some(
        (each) =>
          each.status === 'problem' &&
          each.code === 'WORKER_LOST' &&
          each.about?.endsWith(`/${worker.process.pid}`),
      );
    });
    worker.process.kill('SIGCONT');
    worker.process.kill('SIGTERM');
    await worker.done;
  });

  test('a worker that is alive and does not answer is no problem: it may be busy', async () => {
    const { workers: table } = app.app.context;
    const id = 'busy-host/1';
    await table.register({ id, host: 'busy-host', pid: 1, slots: 1 });
    const beating = {
      ...table,
      async list() {
        await table.heartbeat(id, { stopping: false });
        return table.list();
      },
    };
    const findings = await runCheck(locksExclude, { config: impatientConfig(), workers: beating });
    expect(findings.filter(({ about }) => about === id)).toMatchObject([
      { status: 'unknown', message: expect.stringContaining('It is alive') },
    ]);
    await table.remove(id);
  });

  test('a process that is too slow to try a lock proves nothing', async () => {
    const config = { ...app.app.context.config, doctor: { timeoutMs: 1 } };
    const [process] = await runCheck(locksExclude, { config });
    expect(process).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining('this machine is busy'),
    });
  });

  /**
   * A run on a new environment, which something keeps from starting, queued for a minute by the clock of the database.
   * Without a module it ends as soon as a worker claims it.
   */
  async function waitingRun(keep: (environmentId: number) => unknown = () => {}): Promise<number> {
    const { database, environments, runs } = app.app.context;
    const { id: environmentId } = await environments.create(newEnvironment(`env-${randomInt(1e9)}`));
    await keep(environmentId);
    const selection = { ...emptySelection, all: true };
    const [run] = await runs.insert([{ environmentId, selection, requestedBy: 'test' }]);
    const id = run?.id ?? 0;
    await database.query(`UPDATE run SET queued_at = queued_at - interval '1 minute' WHERE id = $1`, [id]);
    return id;
  }
  const finished = (runId: number) =>
    waitFor(async () => (await app.app.context.runs.get(runId)).state === 'finished');

  /** The finding of the doctor about a stuck run; between two checks a worker may have just claimed it. */
  const stuckFinding = (runId: number) =>
    waitFor(async () => {
      const findings = await runCheck(queueStuck);
      return findings.find((each) => each.status === 'problem' && each.about === `run ${runId}`);
    });

  test('a run that waits for a lock of another owner is named, with the owner', async () => {
    // As another installation on the same Redis has, whose environments have the same numbers.
    let lock: HeldLock | undefined;
    const run = await waitingRun(async (id) => {
      lock = await app.app.context.locks.acquire(lockNames.environment(id), { owner: 'another matre' });
    });
    await workers[0]?.waitForOutput('Environment locked, skipping');
    expect(await stuckFinding(run)).toMatchObject({
      message: expect.stringContaining(`another matre holds ${lock?.name}`),
      remedy: expect.stringContaining(`matre locks release ${lock?.name}`),
    });
    await lock?.release();
    await finished(run);
    expect(await runCheck(queueStuck)).toMatchObject([{ status: 'ok' }]);
  });

  test('a run whose environment is locked by an idle PostgreSQL session is named, with how to end the session', async () => {
    const run = await withClient(postgres.url, async (client) => {
      const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
      await client.query('BEGIN');
      const waiting = await waitingRun((id) =>
        client.query('SELECT FROM environment WHERE id = $1 FOR NO KEY UPDATE', [id]),
      );
      // A session that has just begun may be a claim.
      const remedy = expect.stringContaining(`pg_terminate_backend(${rows[0].pid})`);
      await expect.poll(() => stuckFinding(waiting), { timeout: patienceMs }).toMatchObject({ remedy });
      return waiting;
    });
    await finished(run);
  });

  test('a run that an idle worker does not claim is named', async () => {
    // Its event loop is stopped, and it has not missed its heartbeats yet.
    const [worker] = workers;
    worker?.process.kill('SIGSTOP');
    const { database } = app.app.context;
    await database.query(`UPDATE worker SET seen_at = now() + interval '1 hour'`);
    const run = await waitingRun();
    const message = expect.stringContaining('1 environments are free and have queued runs');
    expect(await stuckFinding(run)).toMatchObject({ message });
    worker?.process.kill('SIGCONT');
    await finished(run);
  });

  test('a run of a lost worker that is not requeued is named', async () => {
    const { database, runs } = app.app.context;
    const [other] = workers;
    other?.process.kill('SIGSTOP');
    // It gets no further than its container engine, which accepts connections and never answers.
    const silentServer = createServer().listen(0, '127.0.0.1');
    await once(silentServer, 'listening');
    const { port } = silentServer.address() as AddressInfo;
    const worker = await startWorker({ MATRE_ENGINE: 'docker', DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    const run = await waitingRun();
    await waitFor(async () => (await runs.get(run)).state === 'running');
    worker.process.kill('SIGKILL');
    await worker.done;
    await database.query(`UPDATE run SET lease_until = lease_until - interval '2 minutes' WHERE id = $1`, [
      run,
    ]);
    expect(await stuckFinding(run)).toMatchObject({
      message: expect.stringContaining(`The lease of run ${run} expired`),
    });
    silentServer.close();
    const { workers: table } = app.app.context;
    for (const { id, pid } of await table.list()) if (pid === worker.process.pid) await table.remove(id);
    // Any worker reclaims it.
    other?.process.kill('SIGCONT');
    await finished(run);
    expect(await runCheck(queueStuck)).toMatchObject([{ status: 'ok' }]);
  });

  test('no request makes a worker acquire a lock of a run', async () => {
    const { database, locks } = app.app.context;
    const lock = JSON.stringify({ lock: 'test_runner_env_processing_1' });
    await database.query(`SELECT pg_notify('matre_probe', $1)`, [lock]);
    const { standing } = await locksCheck();
    expect(standing).toBe('well');
    // A slow worker may still have the lock that it acquired for the doctor.
    expect((await locks.list()).map(({ name }) => name)).not.toContain('test_runner_env_processing_1');
  });

  test('a Redis that does not answer is reported by its code', async () => {
    redis.pause();
    const { findings } = await locksCheck();
    redis.resume();
    expect(findings).toMatchObject([{ standing: 'problem', code: 'LOCK_STORE_UNREACHABLE' }]);
  });

  test.each([
    ['no LOCK_DSN', ''],
    ['flock', 'flock'],
    ['semaphore', 'semaphore'],
  ])(
    'several processes without a shared lock store are refused at start, with the setting: %s',
    async (_what, dsn) => {
      const { code, stderr } = await cli(['worker'], { settings: { ...settings(), LOCK_DSN: dsn } });
      expect(code).toBe(3);
      expect(stderr).toContain('LOCK_STORE_NOT_SHARED');
      expect(stderr).toContain('LOCK_DSN=redis://');
    },
  );
});

test('on the embedded database the data folder is refused to another process; the command ends with 2 on a problem', async () => {
  const { app, folder } = await openTestApp();
  const { findings } = checkOf(await askDoctor(app.context), 'locks-exclude');
  expect(findings[0]).toMatchObject({ standing: 'well', found: expect.stringContaining('data folder') });
  await app.close();
  const settings = { MATRE_DATA: folder, MATRE_ENGINE: 'sandbox', MATRE_DOCTOR_TIMEOUT: '150s' };
  const { code, stdout } = await cli(['doctor', '--json'], { settings });
  const report = JSON.parse(stdout) as ReportView;
  expect(checkOf(report, 'locks-exclude').standing).toBe('well');
  // No worker runs here.
  expect(checkOf(report, 'workers-away').findings[0]?.code).toBe('WORKERS_MISSING');
  expect(code).toBe(2);
  await rm(folder, { recursive: true });
});
