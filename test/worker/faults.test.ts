import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lockNames } from '../../src/locks/lock.ts';
import { createRedisLocks } from '../../src/locks/redis/redis-locks.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createEvents } from '../../src/store/tables/events.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { startChild } from '../support/child.ts';
import { openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { createGate, createHarness, scriptedRunner } from './harness.ts';

const workerProcess = new URL('./worker-process.ts', import.meta.url);
/** What ends by itself here is waited for; what is to live on is renewed three times before, however busy the machine is. */
const ttlMs = 8000;
const shortLeaseMs = 10_000;

async function ownRedis() {
  const redis = await startRedis();
  onTestFinished(redis.stop);
  const locks = createRedisLocks({ url: redis.url, ttlMs, log: quiet });
  onTestFinished(locks.close);
  return { redis, locks };
}

const passedFor = (ms: number) => {
  const end = performance.now() + ms;
  return waitFor(() => performance.now() > end);
};

describe('workers on PostgreSQL and Redis', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase('postgres');
  });
  afterAll(() => opened.close());

  it('invariant 3: another worker takes the run of one that was killed', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(opened.database, { locks });
    const run = await harness.submit(await harness.environment());
    const child = startChild(workerProcess, [
      opened.url ?? '',
      redis.url,
      'killed',
      String(shortLeaseMs),
      String(ttlMs),
    ]);
    onTestFinished(child.kill);
    expect(await child.line()).toBe(`start ${run} 1 A`);
    child.say('go on');
    expect(await child.line()).toBe('written');
    expect(await child.line()).toBe(`start ${run} 1 B`);
    await child.kill();
    const played: string[] = [];
    harness.reaper();
    await harness.workers(
      scriptedRunner(['A', 'B'], async (test) => {
        played.push(test);
      }),
    );
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 2,
      counts: { planned: 2, passed: 2 },
    });
    expect(played).toEqual(['B']);
    const results = await createResults({ database: opened.database }).list(run);
    expect(results).toMatchObject([
      { test: 'A', attempt: 1, status: 'passed' },
      { test: 'B', attempt: 1, status: 'broken', reason: { code: 'WORKER_LOST' } },
      { test: 'B', attempt: 2, status: 'passed' },
    ]);
  });

  it('invariant 5: a worker that was stopped for longer than its lease writes nothing when it goes on', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(opened.database, { locks });
    const run = await harness.submit(await harness.environment());
    const child = startChild(workerProcess, [
      opened.url ?? '',
      redis.url,
      'stopped',
      String(shortLeaseMs),
      String(ttlMs),
    ]);
    onTestFinished(child.kill);
    expect(await child.line()).toBe(`start ${run} 1 A`);
    child.signal('SIGSTOP');
    const gate = createGate();
    harness.reaper();
    const workers = await harness.workers(
      scriptedRunner(['A', 'B'], (_, { runId, abort }) => gate.pass(runId, abort)),
      { slots: 1 },
    );
    await gate.at(run);
    // The other has the run and is in the middle of a test.
    child.say('go on');
    child.signal('SIGCONT');
    expect(await child.line()).toBe('STALE_FENCE');
    child.signal('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(await harness.runs.get(run)).toMatchObject({
      state: 'running',
      attempt: 2,
      workerId: workers.status().slots[0]?.workerId,
    });
    expect(await locks.list()).toHaveLength(2);
    gate.letGo(run);
    await waitFor(() => gate.arrived.length === 2);
    gate.letGo(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 2 });
    const results = await createResults({ database: opened.database }).list(run);
    expect(results.filter(({ attempt }) => attempt === 1)).toMatchObject([{ test: 'A', status: 'broken' }]);
  });

  it('invariant 1: runs of an environment never overlap, though two processes and this one work', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(opened.database, { locks });
    const environment = await harness.environment();
    const children = ['one', 'two'].map((host) => {
      const child = startChild(workerProcess, [opened.url ?? '', redis.url, host, '60000', '60000']);
      onTestFinished(child.kill);
      return child;
    });
    const runs: number[] = [];
    for (let index = 0; index < 6; index++) runs.push(await harness.submit(environment));
    for (const child of children) {
      // It says which test it starts, and may go on at once.
      (async () => {
        for (;;) if ((await child.line()).startsWith('start')) child.say('go on');
      })().catch(() => {});
    }
    await harness.workers(scriptedRunner(['A', 'B']));
    for (const run of runs)
      expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    const attempts = await opened.database.query<{ run_id: number; overlaps: number }>(
      `SELECT a.run_id, (SELECT count(*) FROM attempt b WHERE b.run_id <> a.run_id
         AND b.started_at < a.ended_at AND a.started_at < b.ended_at) AS overlaps
       FROM attempt a ORDER BY started_at`,
    );
    expect(attempts).toEqual(runs.map((run_id) => ({ run_id, overlaps: 0 })));
  });

  it('starts nothing while Redis is away, spends no attempt, and goes on when it is back', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(opened.database, { locks });
    const run = await harness.submit(await harness.environment());
    await redis.kill();
    await harness.workers(scriptedRunner(['A']));
    expect(await harness.logged('Lock store: no new run starts')).toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
    });
    await waitFor(async () => (await harness.runs.get(run)).state === 'queued');
    expect(await harness.runs.get(run)).toMatchObject({ attempt: 0 });
    await redis.restart();
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    expect(harness.lines.filter((line) => line.msg === 'Lock store: no new run starts')).toHaveLength(1);
    await harness.logged('Lock store: recovered');
  });

  it('keeps a run that its lease covers when Redis goes, says so, and holds the locks again when it is back', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(opened.database, { locks });
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const gate = createGate();
    await harness.workers(scriptedRunner(['A'], (_, { runId, abort }) => gate.pass(runId, abort)));
    await gate.at(run);
    await redis.kill();
    await passedFor(2 * ttlMs);
    expect(gate.waiting()).toContain(run);
    const events = createEvents({ database: opened.database });
    await waitFor(async () =>
      (await events.list(run)).some((event) => event.code === 'LOCK_STORE_UNREACHABLE'),
    );
    await redis.restart();
    await waitFor(async () => (await locks.list()).length === 2);
    expect((await locks.list()).map((lock) => lock.name)).toEqual([
      lockNames.execution(environment.id),
      lockNames.environment(environment.id),
    ]);
    gate.letGo(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    expect(await locks.list()).toEqual([]);
  });

  it('ends a run when Redis says that somebody else holds its lock, and tries it again', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(opened.database, { locks });
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const gate = createGate();
    const reasons: unknown[] = [];
    await harness.workers(
      scriptedRunner(['A'], (_, { runId, abort }) => {
        abort.addEventListener('abort', () => reasons.push(abort.reason));
        return gate.pass(runId, abort);
      }),
    );
    await gate.at(run);
    // Redis comes back empty, and somebody else is faster: at the latest when it has done so again.
    const other = await waitFor(async () => {
      await redis.kill();
      await redis.restart();
      return locks.tryAcquire(lockNames.environment(environment.id), { owner: 'somebody' });
    });
    await waitFor(() => reasons.length > 0);
    expect(reasons[0]).toMatchObject({
      code: 'LOCK_LOST',
      message: expect.stringContaining('somebody holds it now'),
    });
    await harness.logged('Environment locked, skipping');
    await other.release();
    await gate.at(run);
    gate.letGo(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 2 });
  });
});

describe('workers and a PostgreSQL that fails', () => {
  it('invariant 3: aborts when the lease cannot be renewed, and the run is executed when the database is back', async () => {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const { locks } = await ownRedis();
    const database = await openPostgres({ url: server.url, log: quiet });
    onTestFinished(database.close);
    await migrate(database, { log: quiet });
    const harness = createHarness(database, { locks, leaseMs: shortLeaseMs });
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    const reasons: unknown[] = [];
    harness.reaper();
    await harness.workers(
      scriptedRunner(['A'], (_, { runId, abort }) => {
        abort.addEventListener('abort', () => reasons.push(abort.reason));
        return gate.pass(runId, abort);
      }),
    );
    await gate.at(run);
    await server.kill();
    await waitFor(() => reasons.length > 0);
    // Either guard may be the first to know that nothing can be promised: the lock's second judge is the database.
    expect(['DATABASE_UNREACHABLE', 'LOCK_LOST']).toContain((reasons[0] as { code: string }).code);
    await server.start();
    await gate.at(run);
    gate.letGo(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', counts: { passed: 1 } });
  });

  it('invariant 4: keeps a result while the database is away for less than the lease', async () => {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const { locks } = await ownRedis();
    const database = await openPostgres({ url: server.url, log: quiet });
    onTestFinished(database.close);
    await migrate(database, { log: quiet });
    const harness = createHarness(database, { locks, leaseMs: 600_000 });
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    const played: string[] = [];
    await harness.workers(
      scriptedRunner(['A', 'B'], async (test, { runId, abort }) => {
        played.push(test);
        if (test === 'A') await gate.pass(runId, abort);
      }),
    );
    await gate.at(run);
    await server.kill();
    gate.letGo(run);
    await server.start();
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 1,
      counts: { passed: 2 },
    });
    expect(played).toEqual(['A', 'B']);
  });
});
