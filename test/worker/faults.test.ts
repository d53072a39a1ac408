import { createClient } from 'redis';
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
/**
 * Locks that end in these tests are awaited; locks that survive are renewed three times before, however busy the
 * machine is.
 */
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
  let testDatabase: TestDatabase;
  beforeAll(async () => {
    testDatabase = await openTestDatabase('postgres');
  });
  afterAll(() => testDatabase.close());

  it('invariant 3: another worker claims the run of a killed worker', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(testDatabase.database, { locks });
    const run = await harness.submit(await harness.environment());
    const child = startChild(workerProcess, [
      testDatabase.url ?? '',
      redis.url,
      'killed',
      String(shortLeaseMs),
      String(ttlMs),
    ]);
    onTestFinished(child.kill);
    expect(await child.line()).toBe(`start ${run} 1 A`);
    child.writeLine('continue');
    expect(await child.line()).toBe('written');
    expect(await child.line()).toBe(`start ${run} 1 B`);
    await child.kill();
    const executedTests: string[] = [];
    harness.reaper();
    await harness.workers(
      scriptedRunner(['A', 'B'], async (test) => {
        executedTests.push(test);
      }),
    );
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 2,
      counts: { planned: 2, passed: 2 },
    });
    expect(executedTests).toEqual(['B']);
    const results = await createResults({ database: testDatabase.database }).list(run);
    expect(results).toMatchObject([
      { test: 'A', attempt: 1, status: 'passed' },
      { test: 'B', attempt: 1, status: 'broken', reason: { code: 'WORKER_LOST' } },
      { test: 'B', attempt: 2, status: 'passed' },
    ]);
  });

  it('invariant 5: a worker that was stopped for longer than its lease writes nothing when it continues', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(testDatabase.database, { locks });
    const run = await harness.submit(await harness.environment());
    const child = startChild(workerProcess, [
      testDatabase.url ?? '',
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
    // The other worker has claimed the run and executes a test.
    child.writeLine('continue');
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
    gate.release(run);
    await waitFor(() => gate.arrived.length === 2);
    gate.release(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 2 });
    const results = await createResults({ database: testDatabase.database }).list(run);
    expect(results.filter(({ attempt }) => attempt === 1)).toMatchObject([{ test: 'A', status: 'broken' }]);
  });

  it('invariant 1: runs of an environment never overlap among three worker processes', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(testDatabase.database, { locks });
    const environment = await harness.environment();
    const children = ['one', 'two'].map((host) => {
      const child = startChild(workerProcess, [testDatabase.url ?? '', redis.url, host, '60000', '60000']);
      onTestFinished(child.kill);
      return child;
    });
    const runs: number[] = [];
    for (let index = 0; index < 6; index++) runs.push(await harness.submit(environment));
    for (const child of children) {
      // It prints the test that it starts, and may continue at once.
      (async () => {
        for (;;) if ((await child.line()).startsWith('start')) child.writeLine('continue');
      })().catch(() => {});
    }
    await harness.workers(scriptedRunner(['A', 'B']));
    for (const run of runs)
      expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    const attempts = await testDatabase.database.query<{ run_id: number; overlaps: number }>(
      `SELECT a.run_id, (SELECT count(*) FROM attempt b WHERE b.run_id <> a.run_id
         AND b.started_at < a.ended_at AND a.started_at < b.ended_at) AS overlaps
       FROM attempt a ORDER BY started_at`,
    );
    expect(attempts).toEqual(runs.map((run_id) => ({ run_id, overlaps: 0 })));
  });

  it('a run that meets a foreign value in the place of a lock says so, and continues when that is set aside', async () => {
    const { redis, locks } = await ownRedis();
    const client = await createClient({ url: redis.url }).connect();
    onTestFinished(() => client.destroy());
    const harness = createHarness(testDatabase.database, { locks });
    const environment = await harness.environment();
    const execution = lockNames.execution(environment.id);
    await client.set(execution, 'evil');
    const run = await harness.submit(environment);
    await harness.workers(scriptedRunner(['A']));
    const events = createEvents({ database: testDatabase.database });
    await waitFor(async () => (await events.list(run)).some(({ code }) => code === 'LOCK_VALUE_FOREIGN'));
    const [event] = await events.list(run);
    expect(event?.message).toContain(execution);
    expect(await harness.runs.get(run)).toMatchObject({ state: 'running', attempt: 1 });
    expect(await locks.setAside(execution)).toBeDefined();
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });

    // The same for the other lock: the run stays queued, and no attempt is spent.
    const name = lockNames.environment(environment.id);
    await client.lPush(name, 'evil');
    const second = await harness.submit(environment);
    await waitFor(() => harness.lines.some(({ code }) => code === 'LOCK_VALUE_FOREIGN'));
    await waitFor(() => harness.lines.some(({ msg }) => msg === 'Environment locked, skipping'));
    expect(await locks.setAside(name)).toBeDefined();
    expect(await harness.finished(second)).toMatchObject({ verdict: 'passed', attempt: 1 });
  });

  it('starts nothing while Redis is unreachable, spends no attempt, and continues when it is available again', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(testDatabase.database, { locks });
    const run = await harness.submit(await harness.environment());
    await redis.kill();
    await harness.workers(scriptedRunner(['A']));
    expect(await harness.waitForLog('Lock store: no new run starts')).toMatchObject({
      code: 'LOCK_STORE_UNREACHABLE',
    });
    await waitFor(async () => (await harness.runs.get(run)).state === 'queued');
    expect(await harness.runs.get(run)).toMatchObject({ attempt: 0 });
    await redis.restart();
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    expect(harness.lines.filter((line) => line.msg === 'Lock store: no new run starts')).toHaveLength(1);
    await harness.waitForLog('Lock store: recovered');
  });

  it('keeps a run within its lease when Redis fails, logs this, and acquires the locks again afterwards', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(testDatabase.database, { locks });
    const environment = await harness.environment();
    const run = await harness.submit(environment);
    const gate = createGate();
    await harness.workers(scriptedRunner(['A'], (_, { runId, abort }) => gate.pass(runId, abort)));
    await gate.at(run);
    await redis.kill();
    await passedFor(2 * ttlMs);
    expect(gate.waiting()).toContain(run);
    const events = createEvents({ database: testDatabase.database });
    await waitFor(async () =>
      (await events.list(run)).some((event) => event.code === 'LOCK_STORE_UNREACHABLE'),
    );
    await redis.restart();
    await waitFor(async () => (await locks.list()).length === 2);
    expect((await locks.list()).map((lock) => lock.name)).toEqual([
      lockNames.execution(environment.id),
      lockNames.environment(environment.id),
    ]);
    gate.release(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
    expect(await locks.list()).toEqual([]);
  });

  it('ends a run when Redis reports another owner of its lock, and retries it', async () => {
    const { redis, locks } = await ownRedis();
    const harness = createHarness(testDatabase.database, { locks });
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
    // Redis is empty again, and another owner is faster: at the latest when it has done so again.
    const other = await waitFor(async () => {
      await redis.kill();
      await redis.restart();
      return locks.tryAcquire(lockNames.environment(environment.id), { owner: 'another owner' });
    });
    await waitFor(() => reasons.length > 0);
    expect(reasons[0]).toMatchObject({
      code: 'LOCK_LOST',
      message: expect.stringContaining('another owner holds it now'),
    });
    await harness.waitForLog('Environment locked, skipping');
    await other.release();
    await gate.at(run);
    gate.release(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 2 });
  });
});

describe('workers and a PostgreSQL that fails', () => {
  it('invariant 3: aborts when the lease cannot be renewed, and the run executes when the database is available again', async () => {
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
    // Either guard may be the first to lose its guarantee: the lock confirms ownership in the database.
    expect(['DATABASE_UNREACHABLE', 'LOCK_LOST']).toContain((reasons[0] as { code: string }).code);
    await server.start();
    await gate.at(run);
    gate.release(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', counts: { passed: 1 } });
  });

  it('invariant 4: keeps a result while the database is unreachable for less than the lease', async () => {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const { locks } = await ownRedis();
    const database = await openPostgres({ url: server.url, log: quiet });
    onTestFinished(database.close);
    await migrate(database, { log: quiet });
    const harness = createHarness(database, { locks, leaseMs: 600_000 });
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    const executedTests: string[] = [];
    await harness.workers(
      scriptedRunner(['A', 'B'], async (test, { runId, abort }) => {
        executedTests.push(test);
        if (test === 'A') await gate.pass(runId, abort);
      }),
    );
    await gate.at(run);
    await server.kill();
    gate.release(run);
    await server.start();
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 1,
      counts: { passed: 2 },
    });
    expect(executedTests).toEqual(['A', 'B']);
  });
});
