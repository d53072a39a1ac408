import { afterEach, describe, expect, it } from 'vitest';
import type { HeldLock, LockStore } from '../../src/locks/lock.ts';
import { waitFor } from '../support/wait-for.ts';

/** How the suite accesses a kind of lock store. */
export interface LockStoreUnderTest {
  /** A client of the store that all clients of one test share; another call may return another client of it. */
  open(): Promise<LockStore>;
}

/**
 * The behaviour of lock stores, for every kind. Names of locks are unique in each test, so that tests can share a
 * server.
 */
export function lockStoreConformance(kind: LockStore['kind'], underTest: LockStoreUnderTest): void {
  const stores: LockStore[] = [];
  let count = 0;
  const open = async () => {
    const store = await underTest.open();
    stores.push(store);
    return store;
  };
  const freshName = () => `container_conformance_${process.pid}_${++count}`;
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  describe(`lock store ${kind}`, () => {
    it('reports its kind and answers a check', async () => {
      const store = await open();
      expect(store.kind).toBe(kind);
      await store.check();
    });

    it('grants a lock to one owner, and to the next after its release', async () => {
      const [a, b] = [await open(), await open()];
      const name = freshName();
      const first = await a.tryAcquire(name, { owner: 'a' });
      expect(first?.name).toBe(name);
      expect(await b.tryAcquire(name, { owner: 'b' })).toBeUndefined();
      expect(await a.tryAcquire(name, { owner: 'a again' })).toBeUndefined();
      await first?.release();
      const second = await b.tryAcquire(name, { owner: 'b' });
      expect(second).toBeDefined();
      await second?.release();
    });

    it('grants locks of different names independently', async () => {
      const store = await open();
      const [one, two] = [freshName(), freshName()];
      const locks = await Promise.all([
        store.tryAcquire(one, { owner: 'a' }),
        store.tryAcquire(two, { owner: 'b' }),
      ]);
      expect(locks.every(Boolean)).toBe(true);
    });

    it('grants a lock to one of 16 waiting owners at a time', async () => {
      const clients = await Promise.all(Array.from({ length: 4 }, open));
      const name = freshName();
      let inside = 0;
      let most = 0;
      const waiters = Array.from({ length: 16 }, async (_, index) => {
        const store = clients[index % clients.length] as LockStore;
        const lock = await store.acquire(name, { owner: `client ${index}` });
        most = Math.max(most, ++inside);
        await new Promise(setImmediate);
        lock.assertHeld();
        inside--;
        await lock.release();
      });
      await Promise.all(waiters);
      expect(most).toBe(1);
    });

    it('loses no wake-up over many handovers', async () => {
      const [a, b] = [await open(), await open()];
      const name = freshName();
      const turns = { a: 0, b: 0 };
      const scriptedRunner = async (store: LockStore, owner: 'a' | 'b') => {
        for (let turn = 0; turn < 100; turn++) {
          const lock = await store.acquire(name, { owner });
          turns[owner]++;
          await lock.release();
        }
      };
      await Promise.all([scriptedRunner(a, 'a'), scriptedRunner(b, 'b')]);
      expect(turns).toEqual({ a: 100, b: 100 });
    });

    it('releases a lock only for its current lease', async () => {
      const [a, b] = [await open(), await open()];
      const name = freshName();
      const first = (await a.tryAcquire(name, { owner: 'a' })) as HeldLock;
      await first.release();
      const second = await b.tryAcquire(name, { owner: 'b' });
      await first.release();
      expect(await a.tryAcquire(name, { owner: 'a' })).toBeUndefined();
      expect(second?.lost.aborted).toBe(false);
    });

    it('lists held locks with owner and time of acquisition', async () => {
      const [a, b] = [await open(), await open()];
      const name = freshName();
      const before = Date.now();
      const lock = await a.tryAcquire(name, { owner: 'host/1/slot 2, run 7' });
      const entry = (await b.list()).find((lock) => lock.name === name);
      expect(entry?.owner).toBe('host/1/slot 2, run 7');
      expect(entry?.since.getTime()).toBeGreaterThanOrEqual(before - 1);
      expect(entry?.since.getTime()).toBeLessThanOrEqual(Date.now());
      await lock?.release();
      expect((await b.list()).some((lock) => lock.name === name)).toBe(false);
    });

    it('releases a lock by force, and notifies its owner', async () => {
      const [a, b] = [await open(), await open()];
      const name = freshName();
      const lock = (await a.tryAcquire(name, { owner: 'a', confirmOwnership: async () => true })) as HeldLock;
      lock.assertHeld();
      expect(await b.forceRelease(name)).toBe(true);
      await waitFor(() => lock.lost.aborted);
      expect(lock.lost.reason).toMatchObject({ code: 'LOCK_LOST' });
      expect(() => lock.assertHeld()).toThrowError(expect.objectContaining({ code: 'LOCK_LOST' }));
      const next = await b.tryAcquire(name, { owner: 'b' });
      expect(next).toBeDefined();
      await lock.release();
      expect(await a.tryAcquire(name, { owner: 'a' })).toBeUndefined();
      expect(await b.forceRelease(freshName())).toBe(false);
    });

    it('wakes a waiting owner when a lock is released by force', async () => {
      const [a, b] = [await open(), await open()];
      const name = freshName();
      await a.tryAcquire(name, { owner: 'a' });
      const waiting = b.acquire(name, { owner: 'b' });
      await a.forceRelease(name);
      expect((await waiting).lost.aborted).toBe(false);
    });

    it('lets a waiting owner give up without blocking the others', async () => {
      const [a, b, c] = [await open(), await open(), await open()];
      const name = freshName();
      const lock = await a.tryAcquire(name, { owner: 'a' });
      const giveUp = new AbortController();
      const gaveUp = b.acquire(name, { owner: 'b', signal: giveUp.signal });
      const waiting = c.acquire(name, { owner: 'c' });
      const reason = new Error('no more patience');
      giveUp.abort(reason);
      await expect(gaveUp).rejects.toBe(reason);
      await lock?.release();
      await (await waiting).release();
      expect((await a.list()).some((lock) => lock.name === name)).toBe(false);
      const tooLate = b.acquire(name, { owner: 'b', signal: AbortSignal.abort(reason) });
      await expect(tooLate).rejects.toBe(reason);
    });

    it('loses all locks on close, refuses waiting owners, and grants nothing new', async () => {
      const store = await open();
      const name = freshName();
      const lock = await store.tryAcquire(name, { owner: 'a' });
      const waiting = expect(store.acquire(name, { owner: 'b' })).rejects.toMatchObject({
        code: 'LOCK_STORE_UNREACHABLE',
      });
      await store.close();
      await waiting;
      expect(lock?.lost.reason).toMatchObject({ code: 'LOCK_LOST' });
      await expect(store.tryAcquire(name, { owner: 'c' })).rejects.toMatchObject({
        code: 'LOCK_STORE_UNREACHABLE',
      });
      await expect(store.check()).rejects.toMatchObject({ code: 'LOCK_STORE_UNREACHABLE' });
    });
  });
}
