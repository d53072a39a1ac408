import { expect, it } from 'vitest';
import { createInProcessLocks } from './in-process.ts';
import { instrumentLocks } from './instrumented.ts';
import { lockNames } from './lock.ts';

it('counts refused and lost locks, by kind', async () => {
  const { locks, counts } = instrumentLocks(createInProcessLocks());
  const name = lockNames.environment(7);
  const lock = await locks.tryAcquire(name, { owner: 'a' });
  await locks.tryAcquire(name, { owner: 'b' });
  expect(counts.refused).toEqual({ environment: 1, execution: 0, container: 0 });
  await lock?.release();
  await (await locks.acquire(lockNames.execution(7), { owner: 'a' })).release();
  expect(counts.lost).toEqual({ environment: 0, execution: 0, container: 0 });
  await locks.acquire(lockNames.container('x'), { owner: 'a' });
  await locks.forceRelease(lockNames.container('x'));
  expect(counts.lost).toEqual({ environment: 0, execution: 0, container: 1 });
  await locks.close();
});
