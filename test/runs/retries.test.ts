import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

/** A run that the infrastructure broke is requeued and continues where it stopped. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('PauseTest', fault('gate')),
        ...moduleTest('NoBrowserTest', fault('no-browser')),
      },
      settings: { MATRE_RETRIES: '1', MATRE_RETRY_PAUSE: '0s' },
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  test('a container that is removed during a test: only this test is executed again, in a new container', async () => {
    const run = await harness.submit(environment, { tests: ['PlainTest', 'PauseTest'] });
    await harness.testing(run, 'PauseTest');
    expect(await environment.container.remove()).toBe(true);
    // The gate of the new container, as soon as it exists.
    await waitFor(() => environment.container.openGate().then(() => true));
    const details = await harness.finished(run);
    expect(details.run).toMatchObject({ verdict: 'passed', reason: null, counts: { passed: 2, broken: 0 } });
    expect(details.attempts).toMatchObject([
      { outcome: 'broken', reason: { code: 'CONTAINER_VANISHED' } },
      { outcome: 'finished', reason: null },
    ]);
    expect(details.results.map(({ test, attempt }) => [test, attempt])).toEqual([
      ['PlainTest', 1],
      ['PauseTest', 2],
    ]);
    expect(details.events).toContainEqual(
      expect.objectContaining({
        code: 'TRIED_AGAIN',
        message: expect.stringContaining('CONTAINER_VANISHED'),
      }),
    );
  });

  test('no Selenium in either attempt: the run is broken, and shows its attempts', async () => {
    const details = await harness.run(environment, { tests: ['NoBrowserTest'] });
    expect(details.run).toMatchObject({ verdict: 'broken', reason: { code: 'SELENIUM_UNREACHABLE' } });
    expect(details.attempts.map(({ outcome }) => outcome)).toEqual(['broken', 'broken']);
  });
});
