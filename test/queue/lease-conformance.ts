import { beforeEach, expect, it } from 'vitest';
import type { Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createAttempts } from '../../src/store/tables/attempts.ts';
import { createEvents } from '../../src/store/tables/events.ts';
import { createResults } from '../../src/store/tables/results.ts';
import type { Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { newResult } from '../support/samples.ts';
import type { QueueTools } from './tools.ts';

/** The leases of claimed runs, and runs whose lease has expired. */
export function leaseConformance(
  opened: () => { database: Database; runs: Runs; queue: Queue },
  { claim, create, expireLease, startWith, submit }: QueueTools,
): void {
  let { database, runs, queue } = opened();
  beforeEach(() => {
    ({ database, runs, queue } = opened());
  });

  it('are extended by the clock of the database, and report a cancel', async () => {
    const run = await submit(await create('a'));
    const { fence } = await claim();
    await expireLease(run);
    expect(await queue.renew(run.id, fence)).toEqual({ cancelRequested: false });
    expect(await queue.requeueExpired({ maxAttempts: 3 })).toEqual([]);
    expect(await queue.holds(run.id, fence)).toBe(true);
    await runs.cancel(run.id);
    expect(await queue.renew(run.id, fence)).toEqual({ cancelRequested: true });
  });

  it('invariant 3: an expired run is requeued as the head; its running test is broken, and executed again', async () => {
    const a = await create('a');
    const run = await submit(a);
    await submit(a);
    const first = await startWith('A', 'B', 'C');
    await first.record.result(newResult('A', 'passed'));
    await first.record.testStarted({ name: 'B', suite: undefined });
    await expireLease(run);
    expect(await queue.requeueExpired({ maxAttempts: 3 })).toMatchObject([{ id: run.id, state: 'queued' }]);
    expect(await queue.requeueExpired({ maxAttempts: 3 })).toEqual([]);

    const [attempt] = await createAttempts({ database }).list(run.id);
    expect(attempt).toMatchObject({ outcome: 'lost', reason: { code: 'WORKER_LOST' } });
    expect(await createResults({ database }).list(run.id)).toMatchObject([
      { test: 'A', status: 'passed' },
      { test: 'B', status: 'broken', attempt: 1, reason: { code: 'WORKER_LOST' } },
    ]);
    expect(await createEvents({ database }).list(run.id)).toMatchObject([{ code: 'WORKER_LOST' }]);

    const second = await claim();
    expect(second.run.id).toBe(run.id);
    const planned = await queue.recorder(run.id, second.fence).planned();
    expect(planned.map(({ test, done }) => [test.name, done])).toEqual([
      ['A', true],
      ['B', false],
      ['C', false],
    ]);
  });

  it('invariant 3: a run that loses every worker is finished as broken', async () => {
    const run = await submit(await create('a'));
    for (const attempt of [1, 2]) {
      await claim();
      await expireLease(run);
      const [taken] = await queue.requeueExpired({ maxAttempts: 3 });
      expect(taken).toMatchObject({ state: 'queued', attempt });
    }
    await startWith('A');
    await expireLease(run);
    const [taken] = await queue.requeueExpired({ maxAttempts: 3 });
    expect(taken).toMatchObject({ state: 'finished', verdict: 'broken', reason: { code: 'WORKER_LOST' } });
    expect(await claimOne(queue, 'w')).toBeUndefined();
  });

  it('invariant 3: attempts that were requeued do not count as lost', async () => {
    const run = await submit(await create('a'));
    for (let count = 0; count < 5; count++) {
      const { fence } = await startWith('A');
      await queue.requeue(run.id, fence);
    }
    await startWith('A');
    await expireLease(run);
    expect(await queue.requeueExpired({ maxAttempts: 2 })).toMatchObject([{ state: 'queued' }]);
  });

  it('invariant 3: a run with a requested cancel ends when its worker is lost', async () => {
    const run = await submit(await create('a'));
    await claim();
    await runs.cancel(run.id);
    await expireLease(run);
    const [taken] = await queue.requeueExpired({ maxAttempts: 3 });
    expect(taken).toMatchObject({ state: 'finished', verdict: 'cancelled' });
  });

  it('are reclaimed by exactly one of many concurrent reapers', async () => {
    const codes = ['a', 'b', 'c'];
    for (const code of codes) {
      await submit(await create(code));
      await expireLease((await claim()).run);
    }
    const taken = await Promise.all([1, 2, 3, 4].map(() => queue.requeueExpired({ maxAttempts: 3 })));
    expect(
      taken
        .flat()
        .map(({ environmentCode }) => environmentCode)
        .sort(),
    ).toEqual(codes);
  });
}
