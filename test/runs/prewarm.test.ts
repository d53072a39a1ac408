import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { fault, type Harness, moduleTest, openHarness, overOneEngine } from './harness.ts';

/** One worker and two environments: the second waits. */
overOneEngine((kind) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('WaitingTest', fault('sleep 600')),
      },
      settings: { MATRE_WORKERS: '1' },
    });
  });
  afterAll(() => harness.close());

  test('the container of a waiting run is created while another run executes', async () => {
    const [busy, next] = [await harness.environment('preprod-us'), await harness.environment('preprod-es')];
    const runningRun = await harness.submit(busy, { tests: ['WaitingTest'] });
    await harness.testing(runningRun, 'WaitingTest');
    const waiting = await harness.submit(next, { tests: ['PlainTest'] });
    const container = await waitFor(() => harness.engine.inspect(next.container.name));
    expect((await harness.show(waiting)).run.state).toBe('queued');
    await harness.context.runs.cancel(runningRun);
    const { run, events } = await harness.finished(waiting);
    expect(run.verdict).toBe('passed');
    // The existing container was used unchanged.
    expect(events.map(({ code }) => code)).not.toContain('CONTAINER_CREATED');
    expect((await harness.engine.inspect(next.container.name))?.id).toBe(container.id);
  });
});
