import { createClient, type RedisClientType } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { isFault } from '../../src/faults/fault.ts';
import type { LockStore } from '../../src/locks/lock.ts';
import { openLocks } from '../../src/locks/open-locks.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../src/log.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

const log = createLog({ level: 'silent' });
const name = 'mftf_execution_env_1';
const index = 'matre_locks';

/** A value of each type, and the commands that write it. */
const values: [string, string[]][] = [
  ['string', ['SET', name, 'evil']],
  ['empty string', ['SET', name, '']],
  ['binary string', ['SET', name, Buffer.from([0, 255, 10, 13, 36]).toString('latin1')]],
  ['number', ['INCR', name]],
  ['list', ['RPUSH', name, 'evil']],
  ['hash', ['HSET', name, 'field', 'evil']],
  ['set', ['SADD', name, 'evil']],
  ['zset', ['ZADD', name, '1', 'evil']],
  ['stream', ['XADD', name, '*', 'field', 'evil']],
];
const cases = values.flatMap(([type, command]) => [
  { type, command, ttl: false },
  { type: `${type} with a TTL`, command, ttl: true },
]);

let redis: TestRedis;
let client: RedisClientType;
let store: LockStore;

beforeAll(async () => {
  redis = await startRedis();
  client = (await createClient({ url: redis.url }).connect()) as RedisClientType;
  store = createRedisLocks({ url: redis.url, ttlMs: 600_000, log });
});
afterEach(() => client.flushAll());
afterAll(async () => {
  await store.close();
  client.destroy();
  await redis.stop();
});

async function write(command: string[], ttl: boolean) {
  await client.sendCommand(command);
  if (ttl) await client.expire(name, 600);
}

describe.each(cases)('a $type in the place of a lock', ({ command, ttl }) => {
  it('is reported by a try, is listed with its key, and stays unchanged', async () => {
    await write(command, ttl);
    const before = await client.dump(name);
    const faults: unknown[] = [];
    const lock = await store.tryAcquire(name, { owner: 'a', onForeign: (fault) => faults.push(fault) });
    expect(lock).toBeUndefined();
    expect(faults).toEqual([
      expect.objectContaining({ code: 'LOCK_VALUE_FOREIGN', message: expect.stringContaining(name) }),
    ]);
    expect(await store.list()).toEqual([
      expect.objectContaining({ name, problem: expect.stringContaining(name), since: expect.any(Date) }),
    ]);
    expect(await store.foreign(['test_runner_env_processing_1', name])).toEqual([
      { name, message: expect.stringContaining(name) },
    ]);
    expect(await store.forceRelease(name)).toBe(false);
    expect(await client.dump(name)).toEqual(before);
    await store.check();
  });

  it('is set aside under another name, and a waiting process gets the lock', async () => {
    await write(command, ttl);
    const before = await client.dump(name);
    let met = 0;
    const waiting = store.acquire(name, { owner: 'a', onForeign: () => met++ });
    await waitFor(() => met > 0);
    const newName = await store.setAside(name);
    expect(newName).toContain(name);
    expect(await client.dump(newName ?? '')).toEqual(before);
    const lock = await waiting;
    expect(met).toBe(1);
    expect(await store.list()).toEqual([expect.objectContaining({ name, owner: 'a' })]);
    // Never a real lock.
    expect(await store.setAside(name)).toBeUndefined();
    lock.assertHeld();
    await lock.release();
    expect(await store.list()).toEqual([]);
  });
});

it('a value of any type over a held lock ends no run whose fence the database shows', async () => {
  const short = createRedisLocks({ url: redis.url, ttlMs: 3_000, log });
  // All at once, each in the place of another lock: ten renewals take ten seconds.
  const outcomes = values.map(async ([type, [verb = '', , ...rest]], index) => {
    const place = `mftf_execution_env_${100 + index}`;
    let confirmed = 0;
    const confirmOwnership = async () => {
      confirmed += 1;
      return true;
    };
    const lock = await short.tryAcquire(place, { owner: 'run 1', confirmOwnership });
    await client.del(place);
    await client.sendCommand([verb, place, ...rest]);
    // More renewals than fit into a TTL.
    await waitFor(() => confirmed > 10);
    expect(lock?.lost.aborted, type).toBe(false);
    lock?.assertHeld();
    await lock?.release();
  });
  try {
    await Promise.all(outcomes);
  } finally {
    await short.close();
  }
});

it('a lock that never expires is listed as such, and whatever its fields contain', async () => {
  await client.hSet(name, { token: 'x', owner: `a\u001b[31m\n${'b'.repeat(1_000)}`, since: 'yesterday' });
  expect(await store.tryAcquire(name, { owner: 'a' })).toBeUndefined();
  await client.sAdd(index, name);
  const [lock] = await store.list();
  expect(lock).toMatchObject({ name, expiresInMs: undefined, since: expect.any(Date) });
  expect(lock?.since.getTime()).not.toBeNaN();
  expect(lock?.owner).toMatch(/^[\x20-\x7e]{1,300}$/);
  expect(await store.forceRelease(name)).toBe(true);
});

it.each(['SET', 'RPUSH', 'ZADD'])(
  'a list of locks that a %s replaced stops no run, and can be set aside',
  async (verb) => {
    await client.sendCommand(verb === 'ZADD' ? [verb, index, '1', 'x'] : [verb, index, 'x']);
    const lock = await store.tryAcquire(name, { owner: 'a' });
    lock?.assertHeld();
    expect(await store.list()).toEqual([
      expect.objectContaining({ name: index, problem: expect.stringContaining(index) }),
    ]);
    expect(await store.foreign([])).toEqual([{ name: index, message: expect.stringContaining(index) }]);
    expect(await store.setAside(index)).toBeDefined();
    await lock?.release();
    const next = await store.tryAcquire(name, { owner: 'b' });
    expect(await store.list()).toEqual([expect.objectContaining({ name, owner: 'b' })]);
    await next?.release();
  },
);

it('keys of others in the list of locks are not shown and not touched', async () => {
  await client.set('cache', 'x');
  await client.sAdd(index, ['cache', '\u0000', 'gone']);
  expect(await store.list()).toEqual([]);
  expect(await client.get('cache')).toBe('x');
});

it('a caller that does not wait for a foreign value rejects with its fault', async () => {
  await write(['SET', name, 'evil'], false);
  const refused = new AbortController();
  const waiting = store.acquire(name, {
    owner: 'a',
    signal: refused.signal,
    onForeign: (fault) => refused.abort(fault),
  });
  const error = await waiting.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isFault(error, 'LOCK_VALUE_FOREIGN')).toBe(true);
});

it('a Redis with an awkward password is opened by LOCK_DSN and LOCK_PASSWORD', async () => {
  const password = `a/b+c=% 41@:?#'"\\ü`;
  const secured = await startRedis({ password });
  try {
    const environment = { LOCK_DSN: `redis://127.0.0.1:${secured.port}`, LOCK_PASSWORD: password };
    const { dsn } = loadConfig({ environment: { MATRE_CONFIG: '/dev/null', ...environment } }).locks;
    const locks = await openLocks({ dsn, multiProcess: true, ttlMs: 10_000, log });
    const lock = await locks.tryAcquire(name, { owner: 'a' });
    expect(lock).toBeDefined();
    await locks.close();
  } finally {
    await secured.stop();
  }
});
