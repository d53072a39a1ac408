import { afterEach, describe, expect, it } from 'vitest';
import { openLocks } from '../../src/locks/open-locks.ts';
import { createLog } from '../../src/log.ts';
import { startChild } from '../support/child.ts';
import { freePort, startRedis } from '../support/redis.ts';

const log = createLog({ level: 'silent' });
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const open = async (dsn: string | undefined, multiProcess: boolean) => {
  const store = await openLocks({ dsn, multiProcess, ttlMs: 3000, log });
  closing.push(store.close);
  return store;
};

it('a process reports a silent lock store and ends, even though the store answers a moment later', async () => {
  const redis = await startRedis();
  closing.push(redis.stop);
  redis.pause();
  const child = startChild(new URL('./open-locks-process.ts', import.meta.url), [redis.url]);
  closing.push(child.kill);
  expect(await child.line()).toBe('LOCK_STORE_UNREACHABLE');
  redis.resume();
  expect(await child.exited).toBe(0);
});

describe('invariant 8: no lock falls back silently to a weaker one', () => {
  it('uses in-process locks only where a single process does everything', async () => {
    expect((await open(undefined, false)).kind).toBe('in-process');
    expect((await open('', false)).kind).toBe('in-process');
    await expect(open(undefined, true)).rejects.toMatchObject({
      code: 'LOCK_STORE_NOT_SHARED',
      message: expect.stringContaining('LOCK_DSN is not set'),
      remedy: expect.stringContaining('LOCK_DSN=redis://'),
    });
    await expect(open(' ', true)).rejects.toMatchObject({ code: 'LOCK_STORE_NOT_SHARED' });
  });

  it.each([
    'flock',
    'FLOCK',
    'flock:///var/lock',
    'semaphore',
    'in-memory',
    'null',
    'file:///tmp/locks',
    '/tmp/locks',
    'memcached://localhost',
    'mysql:host=localhost;dbname=locks',
    'postgresql+advisory://user:hunter2@localhost/db',
  ])('refuses %s, also for one process', async (dsn) => {
    for (const multiProcess of [true, false]) {
      const refusal = await open(dsn, multiProcess).catch((error) => error);
      expect(refusal).toMatchObject({ code: 'LOCK_STORE_NOT_SHARED' });
      expect(`${refusal.message} ${refusal.remedy}`).toContain('redis://');
      expect(refusal.stack).not.toContain('hunter2');
    }
  });

  it('refuses to start on a Redis that does not answer', async () => {
    const refusal = await open(`redis://user:hunter2@127.0.0.1:${await freePort()}`, true).catch(
      (error) => error,
    );
    expect(refusal).toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(refusal.stack + String(refusal.cause)).not.toContain('hunter2');
  });

  it('refuses a wrong password, and does not show it', async () => {
    const redis = await startRedis({ password: 'right' });
    closing.push(redis.stop);
    const refusal = await open(`redis://:hunter2@127.0.0.1:${redis.port}`, true).catch((error) => error);
    expect(refusal).toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
      message: expect.stringContaining('WRONGPASS'),
    });
    expect(refusal.stack).not.toContain('hunter2');
  });
});

it('uses Redis for a single process when it is configured', async () => {
  const redis = await startRedis();
  closing.push(redis.stop);
  for (const multiProcess of [true, false]) {
    const store = await open(`${redis.url}/1`, multiProcess);
    expect(store.kind).toBe('redis');
    expect(await store.tryAcquire(`container_${multiProcess}`, { owner: 'test' })).toBeDefined();
  }
});

it('accepts a password with and without the colon before it', async () => {
  const redis = await startRedis({ password: 's3cr%t' });
  closing.push(redis.stop);
  for (const user of [':s3cr%25t', 's3cr%25t', 'default:s3cr%25t']) {
    await (await open(`redis://${user}@127.0.0.1:${redis.port}`, true)).check();
  }
});

it.each(['redis://', 'redis:', 'redis://host:notaport', 'redis://:hunter2@host/path'])(
  'refuses the address %s',
  async (dsn) => {
    const refusal = await open(dsn, true).catch((error) => error);
    expect(refusal).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(refusal.stack).not.toContain('hunter2');
  },
);
