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

describe('a run that is broken', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase('embedded');
  });
  afterAll(() => opened.close());

  /** Executes one run with it. */
  async function executed(
    runner: Runner,
    settings: typeof tryTwice & { engineAnswers?: () => Promise<void> } = tryTwice,
  ) {
    const harness = createHarness(opened.database);
    const run = await harness.submit(await harness.environment());
    await harness.workers(runner, settings);
    const ended = await harness.finished(run);
    const { database } = opened;
    return {
      ended,
      attempts: await createAttempts({ database }).list(run),
      results: await createResults({ database }).list(run),
    };
  }

  it('for a passing reason is tried again, and keeps the results that it has', async () => {
    const played: string[] = [];
    const { ended, attempts } = await executed(async ({ run, record }) => {
      await plan(record, 'A', 'B');
      for (const { test, done } of await record.planned()) {
        if (done) continue;
        played.push(`${test.name}${run.attempt}`);
        if (test.name === 'B' && run.attempt === 1) {
          throw new Fault('CONTAINER_VANISHED', 'Somebody removed it.');
        }
        await record.result(passed(test.name));
      }
      return { kind: 'finished' };
    });
    expect(ended).toMatchObject({ verdict: 'passed', reason: undefined, attempt: 2, counts: { passed: 2 } });
    expect(attempts).toMatchObject([
      { outcome: 'broken', reason: { code: 'CONTAINER_VANISHED' } },
      { outcome: 'finished' },
    ]);
    expect(played).toEqual(['A1', 'B1', 'B2']);
  });

  it('because a test has no answer for a passing reason is tried again with this test', async () => {
    const { ended, results } = await executed(async ({ run, record }) => {
      await plan(record, 'A', 'B', 'C');
      for (const { test, done } of await record.planned()) {
        if (done) continue;
        const lasting = test.name === 'C' && broken('C', 'CREDENTIAL_MISSING');
        const passing = test.name === 'B' && run.attempt === 1 && broken('B', 'RESULT_MISSING');
        await record.result(lasting || passing || passed(test.name));
      }
      return { kind: 'finished' };
    });
    expect(ended).toMatchObject({ verdict: 'broken', attempt: 2, counts: { passed: 2, broken: 1 } });
    expect(results.map(({ test, attempt, status }) => `${test}${attempt} ${status}`)).toEqual([
      'A1 passed',
      'B1 broken',
      'B2 passed',
      'C1 broken',
    ]);
  });

  it.each([
    ['as often as the setting says', tryTwice, 3],
    ['not at all when the setting says so', { retries: 0, retryPauseMs: 1 }, 1],
  ])('is tried again %s', async (_what, settings, attempts) => {
    const reason = { code: 'SELENIUM_UNREACHABLE', message: 'Nobody answers.' } as const;
    const { ended } = await executed(async () => ({ kind: 'broken', reason }), settings);
    expect(ended).toMatchObject({ verdict: 'broken', reason, attempt: attempts });
  });

  it('because the container engine is away starts nothing more until the engine answers', async () => {
    let asked = 0;
    const engineAnswers = async () => {
      asked += 1;
      if (asked < 3) throw new Fault('ENGINE_UNREACHABLE', 'Nobody answers.');
    };
    const askedBefore: number[] = [];
    const { ended } = await executed(
      async ({ run, record }) => {
        askedBefore.push(asked);
        if (run.attempt === 1) throw new Fault('ENGINE_UNREACHABLE', 'Nobody answers.');
        await plan(record, 'A');
        await record.result(passed('A'));
        return { kind: 'finished' };
      },
      { ...tryTwice, engineAnswers },
    );
    expect(ended).toMatchObject({ verdict: 'passed', attempt: 2 });
    expect(askedBefore).toEqual([0, 3]);
  });

  it('for a lasting reason is not tried again', async () => {
    const { ended } = await executed(() => Promise.reject(new Fault('IMAGE_MISSING', 'There is none.')));
    expect(ended).toMatchObject({ verdict: 'broken', reason: { code: 'IMAGE_MISSING' }, attempt: 1 });
  });

  it('is not tried again when a test failed and none is broken', async () => {
    const { ended } = await executed(async ({ record }) => {
      await plan(record, 'A');
      await record.result({ ...passed('A'), status: 'failed' });
      return { kind: 'finished' };
    });
    expect(ended).toMatchObject({ verdict: 'failed', attempt: 1 });
  });
});

describe('results while the database is away', () => {
  async function ownDatabase() {
    const server = await startPostgres();
    onTestFinished(server.stop);
    const database = await openPostgres({ url: server.url, log: quiet });
    onTestFinished(database.close);
    await migrate(database, { log: quiet });
    return { server, database };
  }

  it('invariant 4: outlive the lease on disk: they are written once, and their tests not executed again', async () => {
    const { server, database } = await ownDatabase();
    const harness = createHarness(database, { leaseMs: 10_000 });
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    const played: string[] = [];
    harness.reaper();
    await harness.workers(
      scriptedRunner(['A', 'B'], async (test, { runId, attempt, abort }) => {
        played.push(`${test}${attempt}`);
        if (test === 'A') await gate.pass(runId, abort);
      }),
    );
    await gate.at(run);
    await server.kill();
    gate.letGo(run);
    await harness.logged('The database is unreachable; a result was spooled to disk');
    // The lease ends, and the worker can write nothing more.
    await harness.logged('The end of the run was not written');
    await server.start();
    await harness.logged('Spooled results were written');
    expect(await harness.finished(run)).toMatchObject({
      verdict: 'passed',
      attempt: 2,
      counts: { passed: 2 },
    });
    expect(played).toEqual(['A1', 'B2']);
    const results = await createResults({ database }).list(run);
    expect(results.map(({ test, attempt, status }) => `${test}${attempt} ${status}`)).toEqual([
      'A1 passed',
      'B2 passed',
    ]);
    await waitFor(async () => (await harness.waiting.claims()).length === 0);
  });

  it('are given up when another worker was given the run meanwhile', async () => {
    const { database } = await ownDatabase();
    const harness = createHarness(database);
    const run = await harness.submit(await harness.environment());
    const gate = createGate();
    await harness.waiting.add({ runId: run, fence: 0 }, passed('A'));
    await harness.workers(scriptedRunner(['A'], (_, { runId, abort }) => gate.pass(runId, abort)));
    await gate.at(run);
    harness.reaper();
    await harness.logged('Spooled results came too late: another worker has claimed the run');
    expect(await harness.waiting.claims()).toEqual([]);
    expect(await createResults({ database }).list(run)).toEqual([]);
    gate.letGo(run);
    expect(await harness.finished(run)).toMatchObject({ verdict: 'passed', attempt: 1 });
  });

  it('that cannot be written at all are put aside, and do not keep other runs from being taken back', async () => {
    const { database } = await ownDatabase();
    const harness = createHarness(database);
    const run = await harness.submit(await harness.environment());
    const claim = await claimOne(harness.queue, 'w');
    const fence = claim?.fence ?? 0;
    await harness.waiting.add({ runId: run, fence }, passed('NotPlanned'));
    await database.query(`UPDATE run SET lease_until = now() - interval '5 seconds'`);
    harness.reaper();
    await harness.logged('Spooled results cannot be written; their file was set aside');
    await waitFor(async () => (await harness.runs.get(run)).state === 'queued');
  });
});
