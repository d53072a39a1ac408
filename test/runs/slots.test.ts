import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ResultView } from '../../src/operations/core/views.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
  type RunDetails,
} from './harness.ts';
import { intervalsOf } from './journal.ts';

const sleepers = ['OneTest', 'TwoTest', 'ThreeTest', 'FourTest'];

/** Whether two tests ran at the same time, according to their results. */
function overlaps(one: ResultView, other: ResultView): boolean {
  const from = ({ startedAt }: ResultView) => Date.parse(startedAt);
  const to = (result: ResultView) => from(result) + result.durationMs;
  return from(one) < to(other) && from(other) < to(one);
}

const resultOf = ({ results }: RunDetails, name: string): ResultView => {
  const match = results.find((result) => result.test === name);
  if (!match) throw new Error(`${name} has no result`);
  return match;
};

/** An environment with two containers: one run uses both. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  let details: RunDetails;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...Object.assign({}, ...sleepers.map((name) => moduleTest(name, fault('gate'), 'both'))),
        ...moduleTest('AloneTest', fault('sleep 1'), 'exclusive'),
      },
    });
    environment = await harness.environment('preprod-us', { slots: 2 });
    const run = await harness.submit(environment, {
      groups: ['both', 'exclusive'],
      suites: ['HarbourOrdersSuite'],
    });
    // Each waits until the other container has a test as well.
    await waitFor(async () => {
      const { plan } = await harness.show(run);
      const running = plan.filter(({ test, startedAt, status }) => {
        return startedAt && status === null && sleepers.includes(test);
      });
      return running.length === 2;
    });
    await Promise.all(environment.containers.map(({ executing }) => executing()));
    await Promise.all(environment.containers.map(({ openGate }) => openGate()));
    details = await harness.finished(run);
  });
  afterAll(() => harness.close());

  test('each test has exactly one result, in the order of the plan', async () => {
    const { run, results, plan } = details;
    expect(run).toMatchObject({ verdict: 'passed', attempt: 1, counts: { planned: 7, passed: 7 } });
    expect(results.map(({ test }) => test)).toEqual(plan.map(({ test }) => test));
    expect(await harness.log(run.id)).toContain('The tests are executed in 2 containers.');
  });

  test('both containers execute tests of the run at the same time', async () => {
    const [first = [], second = []] = await Promise.all(
      environment.containers.map(async ({ journal }) => intervalsOf(await journal())),
    );
    expect(second.every(({ runId }) => runId === details.run.id)).toBe(true);
    const batch = first.some((one) =>
      second.some((other) => one.from < (other.to ?? 0) && other.from < (one.to ?? 0)),
    );
    expect(batch).toBe(true);
  });

  test('a suite is executed by one process', async () => {
    const [one, other] = details.results.filter(({ suite }) => suite === 'HarbourOrdersSuite');
    expect(one && other && overlaps(one, other)).toBe(false);
  });

  test('a test of an exclusive group is executed alone', () => {
    const exclusiveResult = resultOf(details, 'AloneTest');
    const others = details.results.filter((result) => result !== exclusiveResult);
    expect(others.filter((other) => overlaps(exclusiveResult, other))).toEqual([]);
  });

  test('a second replica that is unavailable makes the run slower, not broken', async () => {
    // A foreign container has the name.
    const [, second] = environment.containers;
    await second?.remove();
    const name = second?.name ?? '';
    await harness.engine.create({
      name,
      image: harness.image,
      labels: {},
      env: {},
      mounts: [],
      tmpfs: [],
      files: [],
      writable: [],
      network: undefined,
      extraHosts: [],
      capabilities: [],
      memoryBytes: 64 * 1024 * 1024,
    });
    const nextRun = await harness.run(environment, { tests: sleepers.slice(0, 2) });
    expect(nextRun.run).toMatchObject({ verdict: 'passed', counts: { passed: 2 } });
    expect(nextRun.events).toContainEqual(
      expect.objectContaining({ code: 'SLOT_UNAVAILABLE', message: expect.stringContaining(name) }),
    );
  });
});
