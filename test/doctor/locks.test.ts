import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReportView } from '../../src/operations/doctor.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { type CliProcess, cli, startCli } from '../support/cli.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';
import { askDoctor, checkOf } from './doctor.ts';

/** That locks exclude is shown by who is refused: another process, and each worker, which are processes of their own here. */
describe('locks in Redis', () => {
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let redis: TestRedis;
  let folder: string;
  let app: TestApp;
  const workers: CliProcess[] = [];

  const settings = () => ({ DATABASE_URL: postgres.url, LOCK_DSN: redis.url, MATRE_DATA: folder });
  const locksCheck = async () => checkOf(await askDoctor(app.app.context), 'locks-exclude');

  async function startWorker(more: Record<string, string> = {}): Promise<CliProcess> {
    const worker = startCli(['worker'], { settings: { ...settings(), MATRE_WORKERS: '1', ...more } });
    workers.push(worker);
    await worker.says('1 workers are up.');
    const { workers: table } = app.app.context;
    await until(async () => (await table.list()).some(({ pid }) => pid === worker.process.pid));
    return worker;
  }

  beforeAll(async () => {
    [postgres, redis, folder] = await Promise.all([
      sharedPostgres(),
      startRedis({ password: 'pa55' }),
      mkdtemp(join(tmpdir(), 'matre-data-')),
    ]);
    app = await openTestApp({ settings: settings() });
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

  test('another process and each worker are refused', async () => {
    await startWorker();
    const { standing, findings } = await locksCheck();
    expect(standing).toBe('well');
    expect(findings.map(({ found }) => found)).toEqual([
      expect.stringMatching(/^Another process was refused the lock matre_doctor_\S+ in Redis\.$/),
      'It was refused the lock.',
    ]);
    // Nothing is left of the proof.
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

  test('a worker that hangs is named', async () => {
    const worker = await startWorker();
    worker.process.kill('SIGSTOP');
    const { findings } = await locksCheck();
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'WORKER_LOST',
        about: expect.stringContaining(`/${worker.process.pid}`),
      }),
    );
    worker.process.kill('SIGCONT');
    worker.process.kill('SIGTERM');
    await worker.done;
  });

  test('no question makes a worker take a lock of a run', async () => {
    const { database, locks } = app.app.context;
    const lock = JSON.stringify({ lock: 'test_runner_env_processing_1' });
    await database.query(`SELECT pg_notify('matre_probe', $1)`, [lock]);
    const { standing } = await locksCheck();
    expect(standing).toBe('well');
    expect(await locks.list()).toEqual([]);
  });

  test('a Redis that does not answer is told by its code', async () => {
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

test('on the embedded database another process is refused the data folder; the command ends with 2 when there is a problem', async () => {
  const { app, folder } = await openTestApp();
  const { findings } = checkOf(await askDoctor(app.context), 'locks-exclude');
  expect(findings[0]).toMatchObject({ standing: 'well', found: expect.stringContaining('data folder') });
  await app.close();
  const settings = { MATRE_DATA: folder, MATRE_ENGINE: 'sandbox' };
  const { code, stdout } = await cli(['doctor', '--json'], { settings });
  const report = JSON.parse(stdout) as ReportView;
  expect(checkOf(report, 'locks-exclude').standing).toBe('well');
  // Nobody executes runs here.
  expect(checkOf(report, 'workers-away').findings[0]?.code).toBe('WORKERS_MISSING');
  expect(code).toBe(2);
  await rm(folder, { recursive: true });
});
