import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
  type RunDetails,
} from './harness.ts';

/** How a run treats tests that fail. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('FailTest', fault('fail')),
        ...moduleTest('GroupedTest', fault('fail'), 'checkout'),
      },
      settings: { MATRE_RETRY_FAILED: '0', MATRE_RETRY_FAILED_GROUPS: 'other:9,checkout:2' },
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  const results = ({ results }: RunDetails) =>
    results.map(({ test, status, attempt }) => `${test} ${status} ${attempt}`);
  /** The tests in the order in which they were executed for the first time. */
  const order = async (id: number) => {
    const all = await harness.context.results.list(id);
    const started = all.toSorted((one, other) => one.startedAt.getTime() - other.startedAt.getTime());
    return [...new Set(started.map(({ test }) => test))];
  };

  test('failed tests are retried as often as their groups say, the others keep their results', async () => {
    const details = await harness.run(environment, { tests: ['PlainTest', 'FailTest', 'GroupedTest'] });
    expect(details.run).toMatchObject({ verdict: 'failed', attempt: 3, counts: { passed: 1, failed: 2 } });
    expect(results(details)).toEqual(['PlainTest passed 1', 'FailTest failed 1', 'GroupedTest failed 3']);
    expect(details.events.filter(({ code }) => code === 'FAILED_RETRIED')).toHaveLength(2);
  });

  test('the run decides for all of its tests, and executes first what failed last', async () => {
    const tests = ['PlainTest', 'FailTest', 'GroupedTest'];
    const options = { retryFailed: 0, failedFirst: true };
    const id = await harness.submit(environment, { tests }, options);
    expect(results(await harness.finished(id))).toEqual([
      ...['PlainTest passed 1', 'FailTest failed 1'],
      'GroupedTest failed 1',
    ]);
    expect(await order(id)).toEqual(['FailTest', 'GroupedTest', 'PlainTest']);
  });

  test('too many failures end the run; the rest is skipped, and executed by a retry of the failed tests', async () => {
    const tests = ['FailTest', 'GroupedTest', 'PlainTest'];
    const options = { retryFailed: 1, maxFailures: 1 };
    const id = await harness.submit(environment, { tests }, options);
    const details = await harness.finished(id);
    expect(details.run).toMatchObject({
      verdict: 'failed',
      counts: { planned: 3, passed: 0, failed: 1, skipped: 2 },
    });
    expect(results(details)).toEqual(['FailTest failed 2', 'GroupedTest skipped 2', 'PlainTest skipped 2']);
    expect(details.results[2]).toMatchObject({
      reason: { code: 'MAX_FAILURES_REACHED' },
      message: 'Not executed: 1 test has failed, the most that the run allows.',
    });
    await harness.context.runs.retryFailed(id, 'test');
    const retried = await harness.finished(id);
    expect(retried.run).toMatchObject({ verdict: 'failed', retriedAfter: 2, commit: details.run.commit });
    expect(retried.attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(results(retried)[0]).toBe('FailTest failed 4');
  });
});
