import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { CheckContext } from '../../src/doctor/check-context.ts';
import { checks } from '../../src/doctor/checks.ts';
import type { Reason } from '../../src/model/run.ts';
import { fault, type Harness, moduleTest, openHarness } from '../runs/harness.ts';
import { openTestApp } from '../support/app.ts';
import { claimOne } from '../support/claim.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { askDoctor, checkOf } from './doctor.ts';

/** Problems of queue, workers and disks. */
let harness: Harness | undefined;
afterEach(async () => {
  await harness?.close();
  harness = undefined;
});

test.runIf(canMount)('a full data folder is named, and a run there stops before its first test', async () => {
  const disk = mountSmallDisk(512 * 1024);
  const { folder } = disk;
  try {
    harness = await openHarness('sandbox', {
      settings: { MATRE_DATA: folder },
      module: moduleTest('PlainTest', fault('sleep 0')),
    });
    const environment = await harness.environment('preprod-us');
    const { findings } = checkOf(await askDoctor(harness.context), 'disk-full');
    // 512 MB are enough for now, but not for long.
    expect(findings[0]).toMatchObject({
      code: 'DISK_FULL',
      about: folder,
      remedy: expect.stringContaining(`df -h ${folder}`),
    });
    expect((await harness.run(environment, { tests: ['PlainTest'] })).run.verdict).toBe('passed');
    const { bavail, bsize } = await statfs(folder);
    await writeFile(join(folder, 'filler'), Buffer.alloc(bavail * bsize - 60 * 1024 ** 2, 1));
    const { run, results } = await harness.run(environment, { tests: ['PlainTest'] });
    expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'DISK_FULL' } });
    expect(results).toEqual([]);
    await rm(join(folder, 'filler'));
    expect((await harness.run(environment, { tests: ['PlainTest'] })).run.verdict).toBe('passed');
    // Its containers are in that folder, which the engine of the harness does not read.
    await (await harness.context.containersContext()).engine.remove(environment.container.name);
  } finally {
    await harness?.close();
    harness = undefined;
    disk.unmount();
  }
});

test('names a missing worker, a lost worker, a stuck queue and an expired lease that is not requeued', async () => {
  const { app, close } = await openTestApp({ settings: { MATRE_ENGINE: 'sandbox' } });
  const { database, environments, runs, workers } = app.context;
  /** Runs a single check: another would wait for the worker, which does not answer here. */
  const codes = async (name: string) => {
    const { config, locks } = app.context;
    const check = checks.find((each) => each.name === name);
    const result = await check?.run({ config, database, locks, workers } as CheckContext);
    return result?.flatMap((each) => ('code' in each ? [each.code] : []));
  };
  /** Repeats the heartbeat, however long this test takes. */
  const keepAlive = async (waitsFor?: Reason) => {
    await workers.heartbeat('host/1', { stopping: false, waitsFor });
    await database.query(`UPDATE worker SET seen_at = now() + interval '1 hour'`);
  };
  expect(await codes('workers-away')).toEqual(['WORKERS_MISSING']);
  expect(await codes('queue-stuck')).toEqual([]);

  // A worker that is alive and does not claim the queued run.
  const { id: environmentId } = await environments.create({
    code: 'us',
    name: 'us',
    baseUrl: 'http://127.0.0.1:1/',
    backendName: 'admin',
    adminUsername: 'admin',
  });
  const selection = { all: true, tests: [], groups: [], suites: [], exclude: [] };
  const [run] = await runs.insert([{ environmentId, selection, requestedBy: 'test' }]);
  await workers.register({ id: 'host/1', host: 'host', pid: 1, slots: 4 });
  await keepAlive();
  expect(await codes('queue-stuck')).toEqual([]);
  await database.query(`UPDATE run SET queued_at = now() - interval '5 minutes'`);
  expect(await codes('queue-stuck')).toEqual(['QUEUE_STUCK']);
  // With a reason to wait, it is not stuck.
  const waitsFor = { code: 'SELENIUM_FULL' as const, message: 'None is free.' };
  await keepAlive(waitsFor);
  expect(await codes('queue-stuck')).toEqual([]);
  await keepAlive();

  await claimOne(app.context.queue, 'host/1/1');
  expect(await codes('queue-stuck')).toEqual([]);
  await database.query(`UPDATE run SET lease_until = now() - interval '5 minutes' WHERE id = $1`, [run?.id]);
  expect(await codes('queue-stuck')).toEqual(['QUEUE_STUCK']);

  await database.query(`UPDATE worker SET seen_at = now() - interval '5 minutes'`);
  expect(await codes('workers-away')).toEqual(['WORKER_LOST']);
  await database.script('DROP INDEX run_one_running');
  expect(await codes('database-answers')).toEqual(['SCHEMA_DIFFERENT']);
  await close();
});
