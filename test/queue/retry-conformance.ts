import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import type { FaultCode } from '../../src/faults/fault.ts';
import type { Reason } from '../../src/model/run.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createAttempts } from '../../src/store/tables/attempts.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createEvents } from '../../src/store/tables/events.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newEnvironment, newResult } from '../support/samples.ts';

const vanishedReason: Reason = { code: 'CONTAINER_VANISHED', message: 'It is gone.' };
const twice = { outcome: 'broken', limit: 2, pauseMs: 60_000 } as const;

/** Runs that are requeued because of a fault, for every kind of database. */
export function retryConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let runs: Runs;
  let queue: Queue;
  let environmentId: number;

  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    runs = createRuns({ database });
    queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
  });
  afterAll(() => testDatabase.close());
  beforeEach(async () => {
    await testDatabase.clear();
    const environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
    ({ id: environmentId } = await environments.create(newEnvironment('a')));
  });

  const submit = async (priority = 0): Promise<number> => {
    const [run] = await runs.insert([
      { environmentId, selection: emptySelection, priority, requestedBy: 'test' },
    ]);
    if (!run) throw new Error('no run');
    return run.id;
  };
  const start = async (...tests: string[]) => {
    const claim = await claimOne(queue, 'w');
    if (!claim) throw new Error('nothing to claim');
    const { run, fence } = claim;
    const record = queue.recorder(run.id, fence);
    await record.plan(tests.map((name) => ({ name, suite: undefined })));
    return { id: run.id, fence, record };
  };
  const expireLease = (id: number) =>
    database.query(`UPDATE run SET lease_until = now() - interval '5 seconds' WHERE id = $1`, [id]);
  const pauseIsOver = (id: number) => database.query('UPDATE run SET retry_at = now() WHERE id = $1', [id]);

  describe('retry', () => {
    it('requeues the run as the head, claimable after a backoff; its environment waits with it', async () => {
      const first = await submit();
      await submit();
      const { id, fence } = await start('A');
      const before = Date.now();
      expect(await queue.retry(id, fence, vanishedReason, twice)).toBe(60_000);
      const run = await runs.get(first);
      expect(run).toMatchObject({ state: 'queued', attempt: 1, reason: undefined });
      expect(run.retryAt?.getTime()).toBeGreaterThan(before + 50_000);
      expect(await claimOne(queue, 'w')).toBeUndefined();
      await pauseIsOver(first);
      expect((await claimOne(queue, 'w'))?.run).toMatchObject({ id: first, retryAt: undefined });
    });

    it('lets a run of higher priority go first', async () => {
      await submit();
      const { id, fence } = await start('A');
      await queue.retry(id, fence, vanishedReason, twice);
      const urgent = await submit(10);
      expect((await claimOne(queue, 'w'))?.run.id).toBe(urgent);
    });

    it('multiplies the backoff by four each time, until no retry is left: then nothing changes', async () => {
      const run = await submit();
      for (const pause of [60_000, 240_000]) {
        const { id, fence } = await start('A');
        expect(await queue.retry(id, fence, vanishedReason, twice)).toBe(pause);
        await pauseIsOver(run);
      }
      const { id, fence } = await start('A');
      expect(await queue.retry(id, fence, vanishedReason, twice)).toBeUndefined();
      expect(await runs.get(run)).toMatchObject({ state: 'running', attempt: 3 });
      await queue.finish(id, fence, 'broken', vanishedReason);
      expect(await createAttempts({ database }).list(run)).toMatchObject(
        [1, 2, 3].map((attempt) => ({ attempt, outcome: 'broken', reason: vanishedReason })),
      );
      const events = await createEvents({ database }).list(run);
      expect(events.map(({ message }) => message)).toEqual([
        'CONTAINER_VANISHED: It is gone. The run is retried in 60 s (1 of 2).',
        'CONTAINER_VANISHED: It is gone. The run is retried in 240 s (2 of 2).',
      ]);
    });

    it('lengthens the pause of an interruption by those for the same reason only', async () => {
      const run = await submit();
      const away: Reason = { code: 'ENGINE_UNREACHABLE', message: 'No answer.' };
      const lockLost: Reason = { code: 'LOCK_LOST', message: 'Another owner has it.' };
      const handedBack = { outcome: 'handed-back', limit: 9 } as const;
      const pauses: (number | undefined)[] = [];
      for (const reason of [lockLost, lockLost, away, lockLost, away]) {
        const { fence } = await start('A');
        const pauseMs = reason === away ? 5_000 : 0;
        pauses.push(await queue.retry(run, fence, reason, { ...handedBack, pauseMs }));
        await pauseIsOver(run);
      }
      expect(pauses).toEqual([0, 0, 5_000, 0, 20_000]);
    });

    it('counts broken and interrupted attempts separately; a lost worker is an interruption', async () => {
      const run = await submit();
      const lockLost: Reason = { code: 'LOCK_LOST', message: 'Another owner has it.' };
      const interruption = { outcome: 'handed-back', limit: 2, pauseMs: 0 } as const;
      const first = await start('A');
      expect(await queue.retry(run, first.fence, vanishedReason, { ...twice, pauseMs: 0 })).toBe(0);
      const second = await start('A');
      await expireLease(second.id);
      await queue.requeueExpired({ maxAttempts: 3 });
      const third = await start('A');
      expect(await queue.retry(run, third.fence, lockLost, interruption)).toBe(0);
      const fourth = await start('A');
      await queue.requeue(run, fourth.fence);
      const fifth = await start('A');
      expect(await queue.retry(run, fifth.fence, lockLost, interruption)).toBeUndefined();
      expect(await queue.retry(run, fifth.fence, vanishedReason, { ...twice, pauseMs: 0 })).toBe(0);
    });

    it('invariant 3: a lost worker ends a run whose earlier interruptions reached the limit', async () => {
      const run = await submit();
      const lockLost: Reason = { code: 'LOCK_LOST', message: 'Another owner has it.' };
      const interruption = { outcome: 'handed-back', limit: 2, pauseMs: 0 } as const;
      for (const _ of [1, 2]) {
        const { fence } = await start('A');
        expect(await queue.retry(run, fence, lockLost, interruption)).toBe(0);
      }
      const third = await start('A');
      await expireLease(third.id);
      expect(await queue.requeueExpired({ maxAttempts: 3 })).toMatchObject([
        { id: run, state: 'finished', verdict: 'broken', reason: { code: 'WORKER_LOST' } },
      ]);
    });

    it('finishes a run with a requested cancel, and is refused to an older fence', async () => {
      const run = await submit();
      const first = await start('A');
      await queue.retry(run, first.fence, vanishedReason, { ...twice, pauseMs: 0 });
      await expect(queue.retry(run, first.fence, vanishedReason, twice)).rejects.toMatchObject({
        code: 'STALE_FENCE',
      });
      const second = await start('A');
      await runs.cancel(run);
      await queue.retry(run, second.fence, vanishedReason, twice);
      expect(await runs.get(run)).toMatchObject({
        state: 'finished',
        verdict: 'cancelled',
        retryAt: undefined,
      });
    });

    it('executes only the tests again that a transient fault left without an outcome', async () => {
      const run = await submit();
      const first = await start('Passed', 'Lasting', 'Passing', 'Open');
      const brokenBy = (test: string, code: FaultCode) =>
        first.record.result({ ...newResult(test, 'broken'), reason: { code, message: code } });
      await first.record.result(newResult('Passed', 'passed'));
      await brokenBy('Lasting', 'CREDENTIAL_MISSING');
      await brokenBy('Passing', 'RESULT_MISSING');
      await queue.retry(run, first.fence, vanishedReason, { ...twice, pauseMs: 0 });
      const second = await start();
      const planned = await second.record.planned();
      expect(planned.map(({ test, done }) => [test.name, done])).toEqual([
        ['Passed', true],
        ['Lasting', true],
        ['Passing', false],
        ['Open', false],
      ]);
    });
  });

  describe('results that come late', () => {
    const submitLate = (id: number, fence: number) =>
      queue.recordSpooled({ runId: id, fence }, [newResult('A', 'passed'), newResult('B', 'failed')]);
    const recorded = async (id: number) =>
      (await createResults({ database }).list(id)).map(({ test, attempt, status }) => [
        test,
        attempt,
        status,
      ]);
    const both = [
      ['A', 1, 'passed'],
      ['B', 1, 'failed'],
    ];

    it('are left to the worker as long as its lease is valid', async () => {
      await submit();
      const { id, fence } = await start('A', 'B');
      expect(await submitLate(id, fence)).toBe('held');
      expect(await recorded(id)).toEqual([]);
    });

    it('do not count for another claim with the same numbers, as after a restore of the database', async () => {
      await submit();
      const { id, fence } = await start('A', 'B');
      await expireLease(id);
      const submitAs = (identity: string | undefined) =>
        queue.recordSpooled({ runId: id, fence, identity }, [newResult('A', 'passed')]);
      const [attempt] = await database.query<{ identity: string }>('SELECT identity FROM attempt');
      expect(await submitAs('7f0c6a52-6f43-4d86-b4a3-0d4f3b1f8c11')).toBe('stale');
      expect(await recorded(id)).toEqual([]);
      expect(await submitAs(attempt?.identity)).toBe('written');
      expect(await recorded(id)).toEqual([['A', 1, 'passed']]);
    });

    it('count when the lease is expired and no other worker claimed the run', async () => {
      await submit();
      const { id, fence, record } = await start('A', 'B');
      await record.testStarted({ name: 'A', suite: undefined });
      await expireLease(id);
      expect(await submitLate(id, fence)).toBe('written');
      expect(await submitLate(id, fence)).toBe('written');
      expect(await recorded(id)).toEqual(both);
      await queue.requeueExpired({ maxAttempts: 3 });
      expect(await recorded(id)).toEqual(both);
    });

    it('replace the result that reports the worker as lost', async () => {
      await submit();
      const { id, fence, record } = await start('A', 'B');
      await record.testStarted({ name: 'A', suite: undefined });
      await expireLease(id);
      await queue.requeueExpired({ maxAttempts: 3 });
      expect(await recorded(id)).toEqual([['A', 1, 'broken']]);
      expect(await submitLate(id, fence)).toBe('written');
      expect(await recorded(id)).toEqual(both);
      const next = await start();
      expect((await next.record.planned()).every(({ done }) => done)).toBe(true);
    });

    it('invariant 5: are refused when another worker claimed the run, or the run is finished', async () => {
      await submit();
      const first = await start('A', 'B');
      await expireLease(first.id);
      await queue.requeueExpired({ maxAttempts: 3 });
      const second = await start();
      expect(await submitLate(first.id, first.fence)).toBe('stale');
      await queue.finish(second.id, second.fence, 'cancelled');
      expect(await submitLate(second.id, second.fence)).toBe('stale');
      expect(await recorded(first.id)).toEqual([]);
    });
  });
}
