import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { leftovers } from '../../src/engine/supervised.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
} from './harness.ts';

/** Runs that a user cancels while they execute. */
overEngines((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('WaitingTest', fault('sleep 600')),
      },
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  afterEach(async () => {
    expect(await leftovers(harness.engine, environment.container.name)).toEqual([]);
    const after = await harness.run(environment, { tests: ['PlainTest'] });
    expect(after.run.verdict, 'of the run after it').toBe('passed');
  });

  test('a run that is cancelled during a test keeps its results, and no process continues in its container', async () => {
    const run = await harness.submit(environment, { tests: ['PlainTest', 'WaitingTest'] });
    await harness.testing(run, 'WaitingTest');
    await waitFor(async () => (await environment.container.journal()).at(-1)?.event === 'start');
    await harness.context.runs.cancel(run);
    const details = await harness.finished(run);
    expect(details.run).toMatchObject({ verdict: 'cancelled', counts: { passed: 1, broken: 0, failed: 0 } });
    expect(details.results.map(({ test }) => test)).toEqual(['PlainTest']);
    const [stop, end] = (await environment.container.journal()).slice(-2);
    expect([stop?.event, stop?.detail, end?.event]).toEqual(['stop', 'asked', 'end']);
  });

  test('a run that is cancelled during generation ends there', async () => {
    const slow = { name: 'STAND_IN_FAULT', value: 'generate: sleep 600', secret: false };
    await harness.context.variables.set(environment.id, slow);
    const run = await harness.submit(environment, { tests: ['PlainTest'] });
    await waitFor(async () => (await harness.show(run)).run.phase === 'generating');
    await harness.context.runs.cancel(run);
    const details = await harness.finished(run);
    await harness.context.variables.unset(environment.id, slow.name);
    expect(details.run).toMatchObject({ verdict: 'cancelled', counts: { planned: 1, passed: 0 } });
  });
});
