import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Child, startChild } from '../support/child.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { newResult } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
} from './harness.ts';
import { lifetimesIn } from './journal.ts';

const standInJournal = '/var/www/html/dev/tests/acceptance/journal.jsonl';

/** Separate worker processes, on PostgreSQL and Redis, that are killed, stopped and asked to stop during a test. */
overEngines((kind) => {
  let harness: Harness;
  let postgres: Awaited<ReturnType<typeof sharedPostgres>>;
  let redis: TestRedis;
  let environment: HarnessEnvironment;
  const workers: Child[] = [];
  const codes = ['preprod-us', 'preprod-es', 'stage-es', 'stage-fr', 'stage-de', 'stage-it'];

  beforeAll(async () => {
    postgres = await sharedPostgres({ schema: true });
    redis = await startRedis();
    harness = await openHarness(kind, {
      workers: false,
      module: {
        ...moduleTest('FirstTest', fault('sleep 0')),
        ...moduleTest('MiddleTest', fault('sleep 0')),
        ...moduleTest('OtherTest', fault('sleep 0')),
        ...moduleTest('ZuletztTest', fault('sleep 0')),
      },
      settings: {
        DATABASE_URL: postgres.url,
        LOCK_DSN: redis.url,
        LOCK_TTL: '12s',
        MATRE_LEASE: '12s',
        MATRE_BEAT: '8s',
        MATRE_WORKERS: '1',
      },
    });
  });
  afterAll(async () => {
    await harness.close();
    await redis.stop();
    await postgres.drop();
  });

  beforeEach(async () => {
    environment = await harness.environment(codes.shift() ?? '');
    await setVariable('MATRE_JOURNAL', standInJournal);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.kill()));
  });

  const setVariable = (name: string, value: string) =>
    harness.context.variables.set(environment.id, { name, value, secret: false });

  async function startWorker(): Promise<Child> {
    const worker = startChild(new URL('worker-process.ts', import.meta.url), [], harness.settings);
    workers.push(worker);
    expect(await worker.line()).toBe('ready');
    return worker;
  }

  /** A worker in the middle of a run, whose second test does `what` now and nothing later, with another run queued. */
  async function duringTest(command: string) {
    await setVariable('STAND_IN_FAULT', `MiddleTest: ${command}`);
    const worker = await startWorker();
    const run = await harness.submit(environment, { tests: ['FirstTest', 'MiddleTest', 'ZuletztTest'] });
    const next = await harness.submit(environment, { tests: ['OtherTest'] });
    await harness.testing(run, 'MiddleTest');
    await waitFor(async () => (await executed()).includes('MiddleTest'));
    await setVariable('STAND_IN_FAULT', '');
    return { worker, run, next };
  }

  const lifetimes = async () => lifetimesIn(await environment.container.exec('cat', standInJournal));

  /** No two processes of the stand-in existed at the same time. */
  async function expectNoOverlap(): Promise<void> {
    const all = await lifetimes();
    all.forEach((lifetime, at) => {
      expect(all[at + 1]?.from ?? Number.POSITIVE_INFINITY, `after ${lifetime.test}`).toBeGreaterThan(
        lifetime.to,
      );
    });
  }

  const executed = async () =>
    (await lifetimes())
      .map(({ test }) => /(\w+)Cest\.php$/.exec(test)?.[1])
      .filter((name) => name !== undefined);

  test.each(['SIGKILL', 'SIGSTOP'] as const)(
    'invariants 4 and 6: after %s during a test its processes end before others start, and the run continues',
    async (signal) => {
      const { worker, run, next } = await duringTest('sleep 600');
      worker.signal(signal);
      await startWorker();
      const details = await harness.finished(run);
      expect(details.run).toMatchObject({ verdict: 'passed', attempt: 2, counts: { passed: 3 } });
      expect(details.results.map(({ test, attempt }) => [test, attempt])).toEqual([
        ['FirstTest', 1],
        ['MiddleTest', 2],
        ['ZuletztTest', 2],
      ]);
      expect(details.attempts).toMatchObject([{ reason: { code: 'WORKER_LOST' } }, { outcome: 'finished' }]);
      expect((await harness.finished(next)).run.verdict).toBe('passed');
      expect(await executed()).toEqual(['FirstTest', 'MiddleTest', 'MiddleTest', 'ZuletztTest', 'OtherTest']);
      await expectNoOverlap();

      if (signal === 'SIGKILL') return;
      // The stopped worker continues: it must not change a finished run.
      worker.signal('SIGCONT');
      worker.signal('SIGTERM');
      expect(await worker.line()).toBe('stopped');
      expect(await harness.show(run)).toEqual(details);
    },
  );

  test('invariant 4: a worker that is asked to stop finishes its test and requeues the rest', async () => {
    const { worker, run, next } = await duringTest('gate');
    worker.signal('SIGTERM');
    const { workers: table } = harness.context;
    await waitFor(async () =>
      (await table.list()).some(({ pid, stopping }) => pid === worker.pid && stopping),
    );
    await environment.container.openGate();
    expect(await worker.line()).toBe('stopped');
    const requeuedRun = await harness.show(run);
    expect(requeuedRun.run).toMatchObject({ state: 'queued', counts: { planned: 3, passed: 2 } });

    await startWorker();
    const details = await harness.finished(run);
    expect(details.run).toMatchObject({ verdict: 'passed', counts: { passed: 3 } });
    expect((await harness.finished(next)).run.verdict).toBe('passed');
    expect(await executed()).toEqual(['FirstTest', 'MiddleTest', 'ZuletztTest', 'OtherTest']);
    await expectNoOverlap();
  });

  test('invariant 4: only the tests without a result of an interrupted suite are executed again', async () => {
    await setVariable('STAND_IN_FAULT', 'HarbourAdminOrderViewTest: sleep 600');
    const worker = await startWorker();
    const run = await harness.submit(environment, { suites: ['HarbourOrdersSuite'] });
    await harness.testing(run, 'HarbourAdminOrderViewTest');
    await waitFor(async () => (await lifetimes()).some(({ test }) => test.endsWith('HarbourOrdersSuite/')));
    await setVariable('STAND_IN_FAULT', '');
    // As if the worker had died after writing the first of the two results.
    const { fence = 0 } = await harness.context.runs.get(run);
    const written = { ...newResult('HarbourAdminOrderGridTest', 'passed'), suite: 'HarbourOrdersSuite' };
    await harness.context.queue.recorder(run, fence).result(written);
    await worker.kill();

    await startWorker();
    const details = await harness.finished(run);
    expect(details.run).toMatchObject({ verdict: 'passed', counts: { planned: 2, passed: 2 } });
    expect(details.results.map(({ test, attempt }) => [test, attempt])).toEqual([
      ['HarbourAdminOrderGridTest', 1],
      ['HarbourAdminOrderViewTest', 2],
    ]);
    const log = details.results[1]?.attachments.find(({ name }) => name === 'Log')?.path ?? '';
    const logText = await harness.artifact(run, log);
    expect(logText).not.toContain('HarbourAdminOrderGridTest');
    // The class of a suite counts the files in its folder to decide when its after is due.
    expect(logText).toMatch(/HarbourAdminOrderViewTest[\s\S]*after/);
  });
});
