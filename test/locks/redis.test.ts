import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { AcquireOptions, HeldLock, LockStore } from '../../src/locks/lock.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../src/log.ts';
import { type Child, startChild } from '../support/child.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { lockStoreConformance } from './conformance.ts';

const log = createLog({ level: 'silent' });
const lockProcess = new URL('./lock-process.ts', import.meta.url);

describe('conformance', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  lockStoreConformance('redis', {
    open: async () => createRedisLocks({ url: redis.url, ttlMs: 10_000, log }),
  });
});

/** Three renewals fit into it even when the machine suspends this process for seconds. */
const shortMs = 8_000;
/** No lock of it expires within a test. */
const longMs = 600_000;

/** A Redis for the test alone, and its clients. */
async function setUp({ onTestFinished }: TestContext) {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  return {
    redis,
    store(ttlMs: number): LockStore {
      const store = createRedisLocks({ url: redis.url, ttlMs, log });
      onTestFinished(store.close);
      return store;
    },
    child(...args: string[]): Child {
      const child = startChild(lockProcess, [redis.url, ...args]);
      onTestFinished(child.kill);
      return child;
    },
    /** A raw command, as from an operator or an eviction. */
    async command(...args: string[]): Promise<void> {
      const client = await createClient({ url: redis.url }).connect();
      await client.sendCommand(args);
      client.destroy();
    },
  };
}

/**
 * Tries again when Redis did not answer in time, as on a busy machine. Such an attempt may have acquired the lock, and releases it then;
 * otherwise the lock must be free at once.
 */
async function acquire(
  store: LockStore,
  name: string,
  options: Partial<AcquireOptions> = {},
): Promise<HeldLock> {
  let isAnswered = true;
  const { lock } = await waitFor(async () => {
    const lock = await store.tryAcquire(name, { owner: 'test', ...options }).catch((error: unknown) => {
      isAnswered = false;
      throw error;
    });
    return lock !== undefined || isAnswered ? { lock } : undefined;
  });
  if (!lock) throw new Error(`${name} was not free`);
  return lock;
}

const untilLost = (lock: HeldLock) => waitFor(() => lock.lost.aborted && lock.lost.reason);
const lockLost = expect.objectContaining({ code: 'LOCK_LOST' });
const elapse = (ms: number) => {
  const end = performance.now() + ms;
  return waitFor(() => performance.now() > end);
};

describe('locks in Redis', () => {
  it('are granted to one of 16 processes at a time', async (context) => {
    const { child } = await setUp(context);
    const folder = await mkdtemp(join(tmpdir(), 'matre-visit-'));
    context.onTestFinished(() => rm(folder, { recursive: true }));
    const children = Array.from({ length: 16 }, () => child('container_x', '60000', 'visit', folder, '5'));
    expect(await Promise.all(children.map((process) => process.exited))).toEqual(Array(16).fill(0));
  });

  it('do not rely on timers after the event loop was blocked', async (context) => {
    const { store } = await setUp(context);
    const lock = await acquire(store(shortMs), 'container_x', { confirmOwnership: async () => true });
    lock.assertHeld();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, shortMs);
    // In the same turn of the event loop: no timer could run.
    expect(lock.lost.aborted).toBe(false);
    expect(() => lock.assertHeld()).toThrowError(lockLost);
    expect(lock.lost.reason).toEqual(lockLost);
  });
});

// Each has a Redis of its own, and most wait for a TTL.
describe.concurrent('locks in Redis', () => {
  it('are renewed for as long as they are held', async (context) => {
    const { store } = await setUp(context);
    const [a, b] = [store(shortMs), store(shortMs)];
    const lock = await acquire(a, 'container_x');
    await elapse(shortMs + 1_000);
    expect(await b.tryAcquire('container_x', { owner: 'b' })).toBeUndefined();
    lock.assertHeld();
    const [entry] = await b.list();
    expect(entry?.expiresInMs).toBeGreaterThan(0);
    expect(entry?.expiresInMs).toBeLessThanOrEqual(shortMs);
  });

  it('expire after their process was killed', async (context) => {
    const { store, child } = await setUp(context);
    const lockProcess = child('container_x', String(shortMs), 'hold');
    expect(await lockProcess.line()).toBe('held');
    const waiting = store(longMs).acquire('container_x', { owner: 'next' });
    await lockProcess.kill();
    (await waiting).assertHeld();
  });

  it('are lost for a process that was stopped for longer than the TTL, as soon as it continues', async (context) => {
    const { store, child } = await setUp(context);
    const lockProcess = child('container_x', String(shortMs), 'hold');
    expect(await lockProcess.line()).toBe('held');
    lockProcess.signal('SIGSTOP');
    const next = await store(longMs).acquire('container_x', { owner: 'next' });
    lockProcess.writeLine('well?');
    lockProcess.signal('SIGCONT');
    expect(await lockProcess.line()).toBe('LOCK_LOST');
    next.assertHeld();
  });

  it('are lost at the deadline when Redis is killed and ownership cannot be confirmed', async (context) => {
    const { redis, store } = await setUp(context);
    const [a, b] = [store(shortMs), store(shortMs)];
    const plainLock = await acquire(a, 'container_alone');
    const databaseAway = await acquire(a, 'container_database_away', {
      confirmOwnership: () => Promise.reject(new Error('the database is unreachable, too')),
    });
    const supersededLock = await acquire(a, 'container_superseded', { confirmOwnership: async () => false });
    await redis.kill();
    expect(await untilLost(plainLock)).toEqual(lockLost);
    expect(await untilLost(databaseAway)).toEqual(lockLost);
    expect(await untilLost(supersededLock)).toEqual(lockLost);
    await expect(b.tryAcquire('container_new', { owner: 'b' })).rejects.toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
    });
    await plainLock.release();
  });

  it('survive without Redis while ownership is confirmed, and are acquired again when it is available again', async (context) => {
    const { redis, store } = await setUp(context);
    const [a, b] = [store(shortMs), store(shortMs)];
    let confirmations = 0;
    const confirmOwnership = async () => ++confirmations > 0;
    const lock = await acquire(a, 'container_x', { confirmOwnership });
    await redis.kill();
    await elapse(shortMs + 1_000);
    lock.assertHeld();
    expect(confirmations).toBeGreaterThan(1);
    await redis.restart();
    await waitFor(async () => (await b.list()).some((lock) => lock.name === 'container_x'));
    expect(await b.tryAcquire('container_x', { owner: 'b' })).toBeUndefined();
    lock.assertHeld();
    await lock.release();
    await acquire(b, 'container_x');
  });

  it('are acquired again after Redis was emptied, but only by an owner whose ownership is confirmed', async (context) => {
    const { store, command } = await setUp(context);
    const [a, b] = [store(shortMs), store(shortMs)];
    const confirmedLock = await acquire(a, 'container_mine', { confirmOwnership: async () => true });
    const notMine = await acquire(a, 'container_not_mine', { confirmOwnership: async () => false });
    const plainLock = await acquire(a, 'container_alone');
    await command('FLUSHALL');
    expect(await untilLost(notMine)).toEqual(lockLost);
    expect(await untilLost(plainLock)).toEqual(lockLost);
    await waitFor(async () => (await b.list()).some((lock) => lock.name === 'container_mine'));
    confirmedLock.assertHeld();
    expect((await b.list()).map((lock) => lock.name)).toEqual(['container_mine']);
  });

  it('are lost when Redis was emptied and another owner was faster', async (context) => {
    const { store, command } = await setUp(context);
    const [a, b] = [store(shortMs), store(shortMs)];
    const lock = await acquire(a, 'container_x', { confirmOwnership: async () => true });
    // Again, in case its owner has acquired it again before.
    const next = await waitFor(async () => {
      await command('DEL', 'container_x');
      return b.tryAcquire('container_x', { owner: 'b' });
    });
    const reason = await untilLost(lock);
    expect(reason).toMatchObject({ code: 'LOCK_LOST', message: expect.stringContaining('holds it now') });
    await lock.release();
    next.assertHeld();
    expect(await a.tryAcquire('container_x', { owner: 'a' })).toBeUndefined();
  });

  it('survive a Redis that does not answer for longer than the TTL', async (context) => {
    const { redis, store } = await setUp(context);
    const [a, b] = [store(shortMs), store(shortMs)];
    const plainLock = await acquire(a, 'container_alone');
    const covered = await acquire(a, 'container_covered', { confirmOwnership: async () => true });
    const waiting = b.acquire('container_alone', { owner: 'b' });
    redis.pause();
    await expect(b.tryAcquire('container_new', { owner: 'b' })).rejects.toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
    });
    await expect(b.check()).rejects.toMatchObject({ code: 'LOCK_STORE_UNREACHABLE' });
    expect(await untilLost(plainLock)).toEqual(lockLost);
    await elapse(shortMs / 4);
    covered.assertHeld();
    redis.resume();
    (await waiting).assertHeld();
    await waitFor(async () => (await b.list()).some((lock) => lock.name === 'container_covered'));
    covered.assertHeld();
  });

  it('do not stay behind when the reply to an attempt was lost', async (context) => {
    const { redis, store } = await setUp(context);
    const [a, b] = [store(longMs), store(longMs)];
    await a.check();
    await b.check();
    redis.pause();
    await expect(a.tryAcquire('container_x', { owner: 'a' })).rejects.toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
    });
    redis.resume();
    // Far sooner than its TTL.
    const next = await waitFor(() => b.tryAcquire('container_x', { owner: 'b' }));
    next.assertHeld();
  });

  it('let a waiting owner give up while Redis is unreachable', async (context) => {
    const { redis, store } = await setUp(context);
    const a = store(shortMs);
    await redis.kill();
    const giveUp = new AbortController();
    const waiting = a.acquire('container_x', { owner: 'a', signal: giveUp.signal });
    await expect(a.check()).rejects.toMatchObject({ code: 'LOCK_STORE_UNREACHABLE' });
    const reason = new Error('no more patience');
    giveUp.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('wait for a Redis that starts later', async (context) => {
    const { redis, store } = await setUp(context);
    await redis.kill();
    const waiting = store(longMs).acquire('container_x', { owner: 'a' });
    await redis.restart();
    (await waiting).assertHeld();
  });

  it('leave no connection behind when their store is closed while it connects to a silent Redis', async ({
    onTestFinished,
  }) => {
    const silentServer = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void silentServer.close());
    await once(silentServer, 'listening');
    const connected = once(silentServer, 'connection');
    const { port } = silentServer.address() as AddressInfo;
    await createRedisLocks({ url: `redis://127.0.0.1:${port}`, ttlMs: 10_000, log }).close();
    const [socket] = await connected;
    await once(socket.resume(), 'close');
  });
});
