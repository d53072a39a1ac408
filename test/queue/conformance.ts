import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/crypto/secret-box.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createAttempts } from '../../src/store/tables/attempts.ts';
import { createEnvironments, type Environments } from '../../src/store/tables/environments.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns, type Runs } from '../../src/store/tables/runs.ts';
import { claimOne } from '../support/claim.ts';
import { type Kind, openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { newResult } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';
import { fenceConformance } from './fence-conformance.ts';
import { leaseConformance } from './lease-conformance.ts';
import { createQueueTools } from './tools.ts';

/** The behaviour of the queue, for every kind of database. */
export function queueConformance(kind: Kind): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let environments: Environments;
  let runs: Runs;
  let queue: Queue;

  beforeAll(async () => {
    testDatabase = await openTestDatabase(kind);
    database = testDatabase.database;
    environments = createEnvironments({ database, secrets: createSecretBox(randomBytes(32)) });
    runs = createRuns({ database });
    queue = createQueue({ database, log: quiet, leaseMs: 60_000 });
  });
  afterAll(() => testDatabase.close());
  beforeEach(() => testDatabase.clear());

  const opened = () => ({ database, environments, runs, queue });
  const tools = createQueueTools(opened);
  const { create, submit, claim, startWith, finish, expireLease, snapshot } = tools;

  describe('claim', () => {
    it('returns the run, its environment and a fence that grows with every claim of that environment', async () => {
      const a = await create('a');
      const run = await submit(a);
      const first = await claim('host/1/2');
      expect(first.run).toMatchObject({
        id: run.id,
        state: 'running',
        phase: 'preparing',
        workerId: 'host/1/2',
        fence: 1,
        attempt: 1,
      });
      expect(first.environment).toEqual({ ...a, fence: 1 });
      expect(first.fence).toBe(1);
      await queue.unclaim(run.id, first.fence);
      expect((await claim()).fence).toBe(2);
    });

    it('gives nothing when there is nothing', async () => {
      expect(await claimOne(queue, 'w')).toBeUndefined();
      await create('a');
      expect(await claimOne(queue, 'w')).toBeUndefined();
    });

    it('invariant 1: claims no second run of an environment while one is running', async () => {
      const [a, b] = [await create('a'), await create('b')];
      await submit(a);
      await submit(a);
      await submit(b);
      const claims = await Promise.all(Array.from({ length: 6 }, (_, index) => claimOne(queue, `w${index}`)));
      const codes = claims.flatMap((each) => (each ? [each.environment.code] : []));
      expect(codes.sort()).toEqual(['a', 'b']);
    });

    it('invariant 1: the database itself refuses a second running run', async () => {
      const a = await create('a');
      await submit(a);
      const second = await submit(a);
      await claim();
      const force = database.query(
        `UPDATE run SET state = 'running', phase = 'testing', fence = 9, worker_id = 'x', lease_until = now()
         WHERE id = $1`,
        [second.id],
      );
      await expect(force).rejects.toMatchObject({ code: '23505' });
    });

    it('invariant 2: claims the runs of an environment in the order in which they were acknowledged', async () => {
      const a = await create('a');
      const submitted = [];
      for (let count = 0; count < 5; count++) submitted.push((await submit(a)).id);
      const claimed = [];
      for (let count = 0; count < 5; count++) {
        const each = await claim();
        claimed.push(each.run.id);
        await finish(each);
      }
      expect(claimed).toEqual(submitted);
    });

    it('invariant 2: claims a run of higher priority first, in its own environment', async () => {
      const [a, b] = [await create('a'), await create('b')];
      const low = await submit(a);
      const urgent = await submit(a, 10);
      const other = await submit(b);
      const claimed = [await claim(), await claim()];
      expect(claimed.map(({ run }) => run.id).sort()).toEqual([urgent.id, other.id]);
      for (const each of claimed) await finish(each);
      expect((await claim()).run.id).toBe(low.id);
    });

    it('prefers the environment whose head waits longest', async () => {
      const [a, b] = [await create('a'), await create('b')];
      await submit(b);
      await submit(a);
      expect((await claim()).environment.code).toBe('b');
    });

    it('prefers the longest queue among those whose heads wait since the same minute', async () => {
      const [a, b, c] = [await create('a'), await create('b'), await create('c')];
      for (const environment of [a, b, c, b]) await submit(environment);
      await database.query(
        `UPDATE run SET queued_at = date_trunc('minute', now()) - interval '1 minute' * (environment_id = $1)::int`,
        [c.id],
      );
      const order = [await claim(), await claim(), await claim()];
      expect(order.map(({ environment }) => environment.code)).toEqual(['c', 'b', 'a']);
    });

    it('assigns each of several workers a different run, as long as there are runs', async () => {
      for (const code of ['a', 'b']) {
        const environment = await create(code);
        await submit(environment);
        await submit(environment);
      }
      const claims = await queue.claimFor(['w1', 'w2', 'w3'], []);
      expect(claims.map((each) => typeof each === 'object' && [each.run.workerId, each.run.id])).toEqual([
        ['w1', 1],
        ['w2', 3],
        false,
      ]);
      expect(claims[2]).toBeUndefined();
    });

    it('reserves a run for the host that executed the last one, and gives it to any other after a moment', async () => {
      const on = (host: string) =>
        createQueue({ database, log: quiet, leaseMs: 60_000, host: async () => host });
      const [thisHost, otherHost] = [on('here'), on('there')];
      const later = () =>
        database.query(
          `UPDATE run SET queued_at = queued_at - interval '2 seconds', finished_at = finished_at - interval '2 seconds'`,
        );
      const a = await create('a');
      for (let count = 0; count < 4; count++) await submit(a);
      // What nobody has executed yet is anybody's.
      const first = await claimOne(otherHost, 'w');
      if (first) await finish(first);
      expect(await claimOne(thisHost, 'w')).toBeUndefined();
      expect(await claimOne(queue, 'w')).toBeUndefined();
      const second = await claimOne(otherHost, 'w');
      expect(second?.run.id).toBe(2);
      if (second) await finish(second);
      await later();
      const third = await claimOne(thisHost, 'w');
      expect(third?.run.id).toBe(3);
      // A requeued run is not reserved.
      await thisHost.requeue(third?.run.id ?? 0, third?.fence ?? 0);
      expect((await claimOne(otherHost, 'w'))?.run.id).toBe(3);
    });

    it('skips paused, excluded and removed environments', async () => {
      const [a, b] = [await create('a'), await create('b')];
      const run = await submit(a);
      await submit(b);
      await environments.pause(a.id, 'deployment');
      expect(await claimOne(queue, 'w', { excludeEnvironments: [b.id] })).toBeUndefined();
      await environments.resume(a.id);
      expect((await claim('w', [b.id])).run.id).toBe(run.id);
    });

    it('lets a running run of a paused environment finish', async () => {
      const a = await create('a');
      await submit(a);
      const next = await submit(a);
      const running = await claim();
      await environments.pause(a.id, 'deployment');
      await finish(running);
      expect(await claimOne(queue, 'w')).toBeUndefined();
      await environments.resume(a.id);
      expect((await claim()).run.id).toBe(next.id);
    });
  });

  describe('undoing a claim', () => {
    it('spends no attempt, and the run is head again', async () => {
      const a = await create('a');
      const run = await submit(a);
      await submit(a);
      const { fence } = await claim();
      await queue.unclaim(run.id, fence);
      expect(await runs.get(run.id)).toMatchObject({
        ...{ state: 'queued', attempt: 0, phase: undefined, startedAt: undefined },
      });
      expect(await createAttempts({ database }).list(run.id)).toEqual([]);
      expect((await claim()).run.id).toBe(run.id);
    });

    it('leaves earlier attempts unchanged', async () => {
      const run = await submit(await create('a'));
      await queue.requeue(run.id, (await claim()).fence);
      const before = await snapshot();
      const { startedAt } = await runs.get(run.id);
      await queue.unclaim(run.id, (await claim()).fence);
      expect(await runs.get(run.id)).toMatchObject({ state: 'queued', attempt: 1, startedAt });
      expect((await snapshot())[2]).toEqual(before[2]);
    });

    it('finishes a run that was cancelled meanwhile', async () => {
      const run = await submit(await create('a'));
      const { fence } = await claim();
      await runs.cancel(run.id);
      await queue.unclaim(run.id, fence);
      expect(await runs.get(run.id)).toMatchObject({ state: 'finished', verdict: 'cancelled' });
    });

    it('requeues a run with its results: the next attempt continues after the finished tests', async () => {
      const run = await submit(await create('a'));
      const first = await startWith('A', 'B', 'C');
      await first.record.testStarted({ name: 'A', suite: undefined });
      await first.record.result(newResult('A', 'failed'));
      await first.record.testStarted({ name: 'B', suite: undefined });
      await queue.requeue(run.id, first.fence);

      const second = await startWith('X');
      expect(second.run.id).toBe(run.id);
      expect(await second.record.planned()).toEqual([
        { test: { name: 'A', suite: undefined }, done: true, failed: true },
        { test: { name: 'B', suite: undefined }, done: false, failed: false },
        { test: { name: 'C', suite: undefined }, done: false, failed: false },
      ]);
      expect((await runs.get(run.id)).attempt).toBe(2);
    });
  });

  describe('finishing', () => {
    it.each([
      ['passed', undefined, 'finished'],
      ['failed', undefined, 'finished'],
      ['broken', { code: 'IMAGE_MISSING', message: 'There is no image x.' }, 'broken'],
      ['cancelled', undefined, 'cancelled'],
    ] as const)('finishes a run as %s', async (verdict, reason, outcome) => {
      const run = await submit(await create('a'));
      const { fence } = await claim();
      await queue.finish(run.id, fence, verdict, reason);
      const finished = await runs.get(run.id);
      expect(finished).toMatchObject({ state: 'finished', verdict, finishedAt: expect.any(Date) });
      expect(finished.reason).toEqual(reason);
      expect(await createAttempts({ database }).list(run.id)).toMatchObject([
        { outcome, endedAt: expect.any(Date) },
      ]);
    });
  });

  describe('leases', () => leaseConformance(opened, tools));

  describe('recorder', () => {
    it('invariant 4: records a test once for each attempt, even when the call is repeated', async () => {
      const run = await submit(await create('a'));
      const { record } = await startWith('A');
      await record.result(newResult('A', 'passed'));
      await record.result(newResult('A', 'failed'));
      await Promise.all([record.result(newResult('A', 'broken')), record.result(newResult('A', 'skipped'))]);
      expect(await createResults({ database }).list(run.id)).toMatchObject([
        { status: 'passed', attempt: 1 },
      ]);
    });

    it('adds a file to a result once, also when the call is repeated', async () => {
      const run = await submit(await create('a'));
      const { record } = await startWith('A');
      const log = { name: 'Log', kind: 'log' as const, path: 'log.txt' };
      const trace = { name: 'trace', kind: 'trace' as const, path: 'trace.zip' };
      await record.result({ ...newResult('A', 'failed'), attachments: [log] });
      for (const _ of [1, 2]) await record.attachment({ name: 'A', suite: undefined }, trace);
      expect(await createResults({ database }).list(run.id)).toMatchObject([{ attachments: [log, trace] }]);
    });

    it('stores phase, commit and the first plan, in its order', async () => {
      const run = await submit(await create('a'));
      const { record } = await startWith('C', 'A', 'B');
      await record.plan([{ name: 'Z', suite: undefined }]);
      await record.phase('testing');
      await record.commit({ id: 'abc123', subject: 'Fix\0 it' });
      expect(await runs.get(run.id)).toMatchObject({
        phase: 'testing',
        commit: { id: 'abc123', subject: 'Fix\uFFFD it' },
        counts: { planned: 3 },
      });
      expect((await record.planned()).map(({ test }) => test.name)).toEqual(['C', 'A', 'B']);
    });

    it('stores a plan of thousands of tests', async () => {
      const run = await submit(await create('a'));
      await startWith(...Array.from({ length: 4_000 }, (_, index) => `Test${index}`));
      expect((await runs.get(run.id)).counts.planned).toBe(4_000);
    });

    it('refuses a test that was not planned, because no summary would count it', async () => {
      const run = await submit(await create('a'));
      const { record } = await startWith('A');
      const before = await snapshot();
      await expect(record.result(newResult('B', 'failed'))).rejects.toMatchObject({ code: 'INTERNAL' });
      await expect(record.testStarted({ name: 'A', suite: 'S' })).rejects.toMatchObject({
        message: `Test A of suite S is not in the plan of run ${run.id}.`,
      });
      expect(await snapshot()).toEqual(before);
    });
  });

  describe('fences', () => fenceConformance(opened, tools));

  describe('wake-up', () => {
    it('happens when a run is submitted, finished, requeued or lost, and when an environment is resumed', async () => {
      let wakeUps = 0;
      const stop = await queue.onWake(() => {
        wakeUps += 1;
      });
      const wakes = async (work: () => Promise<unknown>) => {
        const before = wakeUps;
        await work();
        await waitFor(() => wakeUps > before);
      };
      const a = await create('a');
      await wakes(() => submit(a));
      await wakes(async () => finish(await claim()));
      const run = await submit(a);
      const { fence } = await claim();
      await wakes(() => queue.requeue(run.id, fence));
      await claim();
      await expireLease(run);
      await wakes(() => queue.requeueExpired({ maxAttempts: 3 }));
      await wakes(() => environments.resume(a.id));
      await stop();
    });

    it('names the changed run', async () => {
      const notifications = new Set<number | undefined>();
      const stop = await queue.onRunChanged((runId) => notifications.add(runId));
      const a = await create('a');
      const [first, second] = [await submit(a), await submit(a)];
      await waitFor(() => notifications.size === 2);
      expect([...notifications]).toEqual([first.id, second.id]);
      notifications.clear();
      await runs.cancel(second.id);
      await waitFor(() => notifications.has(second.id));
      await stop();
    });
  });
}
