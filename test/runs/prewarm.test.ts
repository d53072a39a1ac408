import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../support/wait-for.ts';
import { fault, moduleTest, openStage, overOneEngine, type Stage } from './harness.ts';

/** One worker and two environments: the second waits. */
overOneEngine((kind) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('WaitingTest', fault('sleep 600')),
      },
      settings: { MATRE_WORKERS: '1' },
    });
  });
  afterAll(() => stage.close());

  test('the container of the run that waits is made while the other goes on', async () => {
    const [busy, next] = [await stage.environment('preprod-us'), await stage.environment('preprod-es')];
    const under = await stage.submit(busy, { tests: ['WaitingTest'] });
    await stage.testing(under, 'WaitingTest');
    const waiting = await stage.submit(next, { tests: ['PlainTest'] });
    const made = await until(() => stage.engine.inspect(next.container.name));
    expect((await stage.show(waiting)).run.state).toBe('queued');
    await stage.context.runs.cancel(under);
    const { run, events } = await stage.finished(waiting);
    expect(run.verdict).toBe('passed');
    // It was there, and was used as it was.
    expect(events.map(({ code }) => code)).not.toContain('CONTAINER_CREATED');
    expect((await stage.engine.inspect(next.container.name))?.id).toBe(made.id);
  });
});
