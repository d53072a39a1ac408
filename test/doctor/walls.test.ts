import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockNames } from '../../src/locks/lock.ts';
import { matreItself } from '../../src/model/access.ts';
import { containerName } from '../../src/model/environment.ts';
import { listLocks, releaseLock } from '../../src/operations/containers/locks.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { newEnvironment } from '../support/samples.ts';
import { askDoctor, checkOf } from './doctor.ts';

describe('the doctor on walls', () => {
  let redis: TestRedis;
  let folder: string;
  let app: TestApp;
  const context = () => app.app.context;

  beforeAll(async () => {
    redis = await startRedis();
    folder = await mkdtemp(join(tmpdir(), 'matre-data-'));
    app = await openTestApp({
      settings: { LOCK_DSN: redis.url, MATRE_DATA: folder, MATRE_ENGINE: 'sandbox' },
    });
  });
  afterAll(async () => {
    await app.close();
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('foreign values in the places of locks are listed, named, and set aside by --fix', async () => {
    const { id } = await context().environments.create(newEnvironment('foreign'));
    const client = await createClient({ url: redis.url }).connect();
    const names = [
      lockNames.environment(id),
      lockNames.execution(id),
      lockNames.container(containerName(id)),
    ];
    try {
      for (const name of names) await client.set(name, 'evil');
      await client.set('cache', 'of others');
      // As a run does.
      await context().locks.tryAcquire(names[1] ?? '', { owner: 'run 1' });
      const options = { principal: matreItself };
      const { locks } = await listLocks.run(context(), {}, options);
      expect(locks).toEqual([
        expect.objectContaining({ name: names[1], problem: expect.stringContaining('string') }),
      ]);
      await expect(releaseLock.run(context(), { name: names[1] ?? '' }, options)).rejects.toMatchObject({
        code: 'LOCK_VALUE_FOREIGN',
      });
      const before = checkOf(await askDoctor(context()), 'locks-foreign');
      expect(before.findings.map(({ code, about }) => [code, about])).toEqual(
        names.map((name) => ['LOCK_VALUE_FOREIGN', name]),
      );
      await askDoctor(context(), { fix: true });
      expect(checkOf(await askDoctor(context()), 'locks-foreign').standing).toBe('well');
      for (const name of names) await (await context().locks.acquire(name, { owner: 'run 2' })).release();
      expect(await client.get('cache')).toBe('of others');
      const aside = await client.keys('matre_set_aside_*');
      expect(await Promise.all(aside.map((name) => client.get(name)))).toEqual(['evil', 'evil', 'evil']);
    } finally {
      client.destroy();
    }
  });

  test('a data folder that others can read is named, and closed by --fix', async () => {
    const mode = async (path: string) => (await stat(path)).mode & 0o777;
    for (const name of ['', 'database']) expect(await mode(join(folder, name))).toBe(0o700);
    await chmod(folder, 0o755);
    expect(checkOf(await askDoctor(context()), 'data-folder-open').findings).toMatchObject([
      { code: 'DATA_FOLDER_OPEN', about: folder },
    ]);
    await askDoctor(context(), { fix: true });
    expect(checkOf(await askDoctor(context()), 'data-folder-open').standing).toBe('well');
    expect(await mode(folder)).toBe(0o700);
  });

  test('a Redis without a password and an API without sign-in are named where tests share the network', async () => {
    const { findings } = checkOf(await askDoctor(context()), 'stores-open');
    expect(findings.map(({ about, code }) => [about, code])).toEqual([
      ['Redis', 'STORES_OPEN'],
      ['API', 'STORES_OPEN'],
    ]);
  });
});
