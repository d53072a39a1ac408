import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HeldLock, LockStore } from '../../src/locks/lock.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { createLog } from '../../src/log.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

/** The expected state: at most one owner for each name, and the waiting clients. */
interface Model {
  owners: Map<string, string>;
  waiting: Map<string, string[]>;
}

/** The real state: the same clients, with their leases from the stores. */
interface Real {
  stores: LockStore[];
  leases: Map<string, HeldLock>;
  waiting: Map<string, { name: string; abort: AbortController; done: Promise<void> }>;
  /** Each name is used for one sequence of commands only, because the Redis is shared. */
  fullName(name: string): string;
}

type Command = fc.AsyncCommand<Model, Real>;
const names = ['a', 'b'];
const waitersOf = (model: Model, name: string) => model.waiting.get(name) ?? [];

/** One of the waiting clients has it now; which one is up to the store. */
async function handOver(model: Model, real: Real, name: string): Promise<void> {
  const waiting = waitersOf(model, name);
  if (waiting.length === 0) {
    model.owners.delete(name);
    return;
  }
  const next = await waitFor(() => waiting.find((client) => real.leases.has(client)));
  model.owners.set(name, next);
  model.waiting.set(
    name,
    waiting.filter((client) => client !== next),
  );
}

const tryAcquire = (store: number, name: string, client: string): Command => ({
  check: () => true,
  toString: () => `tryAcquire(${store}, ${name})`,
  async run(model, real) {
    const lock = await real.stores[store]?.tryAcquire(real.fullName(name), { owner: client });
    expect(lock !== undefined).toBe(!model.owners.has(name));
    if (!lock) return;
    real.leases.set(client, lock);
    model.owners.set(name, client);
  },
});

const acquire = (store: number, name: string, client: string): Command => ({
  check: () => true,
  toString: () => `acquire(${store}, ${name})`,
  async run(model, real) {
    const abort = new AbortController();
    const pending = real.stores[store]?.acquire(real.fullName(name), {
      owner: client,
      signal: abort.signal,
    });
    const done = Promise.resolve(pending).then(
      (lock) => {
        if (lock) real.leases.set(client, lock);
      },
      () => {},
    );
    if (!model.owners.has(name)) {
      await done;
      expect(real.leases.has(client)).toBe(true);
      model.owners.set(name, client);
      return;
    }
    real.waiting.set(client, { name, abort, done });
    model.waiting.set(name, [...waitersOf(model, name), client]);
  },
});

const giveUp = (name: string): Command => ({
  check: (model) => waitersOf(model, name).length > 0,
  toString: () => `giveUp(${name})`,
  async run(model, real) {
    const [client = '', ...others] = waitersOf(model, name);
    model.waiting.set(name, others);
    real.waiting.get(client)?.abort.abort(new Error('no more patience'));
    await real.waiting.get(client)?.done;
    expect(real.leases.has(client)).toBe(false);
  },
});

const release = (name: string): Command => ({
  check: (model) => model.owners.has(name),
  toString: () => `release(${name})`,
  async run(model, real) {
    const lock = real.leases.get(model.owners.get(name) ?? '');
    lock?.assertHeld();
    await lock?.release();
    await handOver(model, real, name);
    // A second release, when the lock may have another owner: changes nothing.
    await lock?.release();
  },
});

const forceRelease = (store: number, name: string): Command => ({
  check: () => true,
  toString: () => `forceRelease(${store}, ${name})`,
  async run(model, real) {
    const lock = real.leases.get(model.owners.get(name) ?? '');
    expect(await real.stores[store]?.forceRelease(real.fullName(name))).toBe(lock !== undefined);
    if (!lock) return;
    await waitFor(() => lock.lost.aborted);
    await handOver(model, real, name);
  },
});

const list = (store: number): Command => ({
  check: () => true,
  toString: () => `list(${store})`,
  async run(model, real) {
    const locks = (await real.stores[store]?.list()) ?? [];
    const rows = locks.map((lock) => [lock.name, lock.owner]);
    for (const name of names) {
      const owner = model.owners.get(name);
      const fullName = real.fullName(name);
      expect(rows.filter(([name]) => name === fullName)).toEqual(
        owner === undefined ? [] : [[fullName, owner]],
      );
    }
  },
});

let redis: TestRedis;
let stores: LockStore[];
beforeAll(async () => {
  redis = await startRedis();
  const log = createLog({ level: 'silent' });
  stores = [1, 2, 3].map(() => createRedisLocks({ url: redis.url, ttlMs: 60_000, log }));
});
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await redis.stop();
});

it('behaves like a map from names to one owner each, for any operations in any order', async () => {
  const store = fc.nat(2);
  const name = fc.constantFrom(...names);
  let clientCount = 0;
  const newClient = () => `client ${++clientCount}`;
  const commands = fc.commands(
    [
      fc.tuple(store, name).map(([store, name]) => tryAcquire(store, name, newClient())),
      fc.tuple(store, name).map(([store, name]) => acquire(store, name, newClient())),
      name.map(giveUp),
      name.map(release),
      name.map(release),
      fc.tuple(store, name).map(([store, name]) => forceRelease(store, name)),
      store.map(list),
    ],
    { maxCommands: 40 },
  );
  let round = 0;
  await fc.assert(
    fc.asyncProperty(commands, async (script) => {
      const prefix = `container_model_${++round}_`;
      const real: Real = { stores, leases: new Map(), waiting: new Map(), fullName: (name) => prefix + name };
      await fc.asyncModelRun(() => ({ model: { owners: new Map(), waiting: new Map() }, real }), script);
      for (const { abort } of real.waiting.values()) abort.abort(new Error('over'));
      await Promise.all([...real.waiting.values()].map(({ done }) => done));
      await Promise.all([...real.leases.values()].map((lock) => lock.release()));
    }),
    { numRuns: 40 },
  );
});
