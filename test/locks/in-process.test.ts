import { afterEach, expect, it } from 'vitest';
import { createInProcessLocks } from '../../src/locks/in-process.ts';
import type { LockStore } from '../../src/locks/lock.ts';
import { lockStoreConformance } from './conformance.ts';

// In one process all parts share one store object.
let shared: LockStore | undefined;
afterEach(() => {
  shared = undefined;
});

lockStoreConformance('in-process', {
  open: async () => {
    shared ??= createInProcessLocks();
    return shared;
  },
});

it('grants a lock to waiting owners in the order of their requests', async () => {
  const store = createInProcessLocks();
  const lock = await store.acquire('container_x', { owner: 'first' });
  const order: number[] = [];
  const waiting = [1, 2, 3, 4].map(async (index) => {
    const lock = await store.acquire('container_x', { owner: String(index) });
    order.push(index);
    await lock.release();
  });
  await lock.release();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3, 4]);
});
