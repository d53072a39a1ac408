import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { leftovers } from '../../src/engine/supervised.ts';
import { until } from '../support/wait-for.ts';
import { fault, moduleTest, openStage, overEngines, type Stage, type StageEnvironment } from './harness.ts';

/** Runs that a person ends while they are under way. */
overEngines((kind) => {
  let stage: Stage;
  let environment: StageEnvironment;
  beforeAll(async () => {
    stage = await openStage(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('WaitingTest', fault('sleep 600')),
      },
    });
    environment = await stage.environment('preprod-us');
  });
  afterAll(() => stage.close());

  afterEach(async () => {
    expect(await leftovers(stage.engine, environment.container.name)).toEqual([]);
    const after = await stage.run(environment, { tests: ['PlainTest'] });
    expect(after.run.verdict, 'of the run after it').toBe('passed');
  });

  test('a run that is cancelled in mid-test keeps the results that it has, and nothing goes on in its container', async () => {
    const run = await stage.submit(environment, { tests: ['PlainTest', 'WaitingTest'] });
    await stage.testing(run, 'WaitingTest');
    await until(async () => (await environment.container.journal()).at(-1)?.word === 'start');
    await stage.context.runs.cancel(run);
    const shown = await stage.finished(run);
    expect(shown.run).toMatchObject({ verdict: 'cancelled', counts: { passed: 1, broken: 0, failed: 0 } });
    expect(shown.results.map(({ test }) => test)).toEqual(['PlainTest']);
    const [stop, end] = (await environment.container.journal()).slice(-2);
    expect([stop?.word, stop?.detail, end?.word]).toEqual(['stop', 'asked', 'end']);
  });

  test('a run that is cancelled while its tests are generated ends there', async () => {
    const slow = { name: 'STAND_IN_FAULT', value: 'generate: sleep 600', secret: false };
    await stage.context.variables.set(environment.id, slow);
    const run = await stage.submit(environment, { tests: ['PlainTest'] });
    await until(async () => (await stage.show(run)).run.phase === 'generating');
    await stage.context.runs.cancel(run);
    const shown = await stage.finished(run);
    await stage.context.variables.unset(environment.id, slow.name);
    expect(shown.run).toMatchObject({ verdict: 'cancelled', counts: { planned: 1, passed: 0 } });
  });
});
