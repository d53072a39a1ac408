import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Fault, type FaultCode } from '../../src/faults/fault.ts';
import type { Recorder } from '../../src/queue/recorder.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createAttempts } from '../../src/store/tables/attempts.ts';
import { createResults } from '../../src/store/tables/results.ts';
import type { Runner } from '../../src/worker/runner.ts';
import { claimOne } from '../support/claim.ts';
import { openTestDatabase, quiet, type TestDatabase } from '../support/database.ts';
import { startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { createGate, createHarness, scriptedRunner } from './harness.ts';
import { passed } from './results.ts';

const plan = (record: Recorder, ...tests: string[]) =>
  record.plan(tests.map((name) => ({ name, suite: undefined })));

const broken = (test: string, code: FaultCode) => ({
  ...passed(test),
  status: 'broken' as const,
  reason: { code, message: `${code} in ${test}` },
});

const tryTwice = { retries: 2, retryPauseMs: 1 };

describe('a broken run', () => {
  let testDatabase: TestDatabase;
  beforeAll(async () => {
    testDatabase = await openTestDatabase('embedded');
  });
  afterAll(() => testDatabase.close());

  /** Executes one run with it. */
  async function executeRun(
    runner: Runner,
    settings: typeof tryTwice & { engineAnswers?: () => Promise<void> } = tryTwice,
  ) {
    const harness = createHarness(testDatabase.database);
    const run = await harness.submit(await harness.environment());
    await harness.workers(runner, settings);
    const finishedRun = await harness.finished(run);
    const { database } = testDatabase;
    return {
      finishedRun,
      attempts: await createAttempts({ database }).list(run),
      results: await createResults({ database }).list(run),
    };
  }

  it('is retried for a transient reason, and keeps its results', async () => {
    const executedTests: string[] = [];
    const { finishedRun, attempts } = await executeRun(async ({ run, record }) => {
      await plan(record, 'A', 'B');
      for (const { test, done } of await record.planned()) {
        if (done) continue;
        executedTests.push(`${test.name}${run.attempt}`);
        if (test.name === 'B' && run.attempt === 1) {
          throw new Fault('CONTAINER_VANISHED', 'It was removed.');
        }
        await record.result(passed(test.name));
      }
      return { kind: 'finished' };
    });
    expect(finishedRun).toMatchObject({
      verdict: 'passed',
      reason: undefined,
      attempt: 2,
      counts: { passed: 2 },
    });
    expect(attempts).toMatchObject([
      { outcome: 'broken', reason: { code: 'CONTAINER_VANISHED' } },
      { outcome: 'finished' },
    ]);
    expect(executedTests).toEqual(['A1', 'B1', 'B2']);
  });

  it('is retried with the tests that have no outcome for a transient reason', async () => {
    const { finishedRun, results } = await executeRun(async ({ run, record }) => {
      await plan(record, 'A', 'B', 'C');
      for (const { test, done } of await record.planned()) {
        if (done) continue;
        const lasting = test.name === 'C' && broken('C', 'CREDENTIAL_MISSING');
        const passing = test.name === 'B' && run.attempt === 1 && broken('B', 'RESULT_MISSING');
        await record.result(lasting || passing || passed(test.name));
      }
      return { kind: 'finished' };
    });
    expect(finishedRun).toMatchObject({ verdict: 'broken', attempt: 2, counts: { passed: 2, broken: 1 } });
    expect(results.map(({ test, attempt, status }) => `${test}${attempt} ${status}`)).toEqual([
      'A1 passed',
      'B1 broken',
      'B2 passed',
      'C1 broken',
    ]);
  });

  it.each([
    ['as often as configured', tryTwice, 3],
    ['never when retries are off', { retries: 0, retryPauseMs: 1 }, 1],
  ])('is retried %s', async (_what, settings, attempts) => {
    const reason = { code: 'SELENIUM_UNREACHABLE', message: 'No response.' } as const;
    const { finishedRun } = await executeRun(async () => ({ kind: 'broken', reason }), settings);
    expect(finishedRun).toMatchObject({ verdict: 'broken', reason, attempt: attempts });
  });

  it('starts nothing more until the container engine answers, when the engine was unreachable', async () => {
    let probes = 0;
    const engineAnswers = async () => {
      probes += 1;
      if (probes < 3) throw new Fault('ENGINE_UNREACHABLE', 'No response.');
    };
    const askedBefore: number[] = [];
    const { finishedRun } = await executeRun(
      async ({ run, record }) => {
        askedBefore.push(probes);
        if (run.attempt === 1) throw new Fault('ENGINE_UNREACHABLE', 'No response.');
        await plan(record, 'A');
        await record.result(passed('A'));
        return { kind: 'finished' };
      },
      { ...tryTwice, engineAnswers },
    );
    expect(finishedRun).toMatchObject({ verdict: 'passed', attempt: 2 });
    expect(askedBefore).toEqual([0, 3]);
  });

  it('is not retried for a permanent reason', async () => {
    const { finishedRun } = await executeRun(() =>
      Promise.reject(new Fault('IMAGE_MISSING', 'There is none.')),
    );
    expect(finishedRun).toMatchObject({ verdict: 'broken', reason: { code: 'IMAGE_MISSING' }, attempt: 1 });
  });

  it('is not retried when a test failed and none is broken', async () => {
    const { finishedRun } = await executeRun(async ({ record }) => {
      await plan(record, 'A');
      await record.result({ ...passed('A'), status: 'failed' });
      return { kind: 'finished' };
    });
    expect(finishedRun).toMatchObject({ verdict: 'failed', attempt: 1 });
  });
});

describe('results while the database is unreachable', () => {
  async function ownDatabase() {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const database = await openPostgres({ url: server.url, log: quiet });
    onTestFinished(database.close);
    await migrate(database, { log: quiet });
    return { server, database };
  }

  it('invariant 4: outlive the lease in the spool: they are written once, and their tests do not execute again', async () => {
    const { server, database } = await ownDatabase();
    const harness = createHarness(database, { leaseMs: 10_000 });
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    const executedTests: string[] = [];
    harness.reaper();
    await harness.workers(
      scriptedRunner(['A', 'B'], async (test, { runId, attempt, abort }) => {
        executedTests.push(`${test}${attempt}`);
        if (test === 'A') await gate.pass(runId, abort);
      }),
    );
    await gate.at(run);
    await server.kill();
    gate.release(run);
    await harness.waitForLog('The database is unreachable; a result was spooled to disk');
    // The lease ends, and the worker can write nothing more.
    await harness.waitForLog('The end of the run was not written');
    await server.start();
    await harness.waitForLog('Spooled results were written');
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 2,
      counts: { passed: 2 },
    });
    expect(executedTests).toEqual(['A1', 'B2']);
    const results = await createResults({ database }).list(run);
    expect(results.map(({ test, attempt, status }) => `${test}${attempt} ${status}`)).toEqual([
      'A1 passed',
      'B2 passed',
    ]);
    await waitFor(async () => (await harness.waiting.claims()).length === 0);
  });

  it('are discarded when another worker claimed the run meanwhile', async () => {
    const { database } = await ownDatabase();
    const harness = createHarness(database);
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    await harness.waiting.add({ runId: run, fence: 0 }, passed('A'));
    await harness.workers(scriptedRunner(['A'], (_, { runId, abort }) => gate.pass(runId, abort)));
    await gate.at(run);
    harness.reaper();
    await harness.waitForLog('Spooled results came too late: another worker has claimed the run');
    expect(await harness.waiting.claims()).toEqual([]);
    expect(await createResults({ database }).list(run)).toEqual([]);
    gate.release(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
  });

  it('are set aside when they cannot be written at all, and do not prevent the requeue of other runs', async () => {
    const { database } = await ownDatabase();
    const harness = createHarness(database);
    const run = await harness.submit(await harness.environment());
    const claim = await claimOne(harness.queue, 'w');
    const fence = claim?.fence ?? 0;
    await harness.waiting.add({ runId: run, fence }, passed('NotPlanned'));
    await database.query(`UPDATE run SET lease_until = now() - interval '5 seconds'`);
    harness.reaper();
    await harness.waitForLog('Spooled results cannot be written; their file was set aside');
    await waitFor(async () => (await harness.runs.get(run)).state === 'queued');
  });
});
