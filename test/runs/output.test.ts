import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

setFlagsFromString('--expose_gc');
const collectGarbage: () => void = runInNewContext('gc');

const logBytes = 1024 * 1024;

/** A test with endless output. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('TalkingTest', fault('print 60')),
      },
      settings: { MATRE_LOG_SIZE: '1m' },
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  test('60 MB of output: the logs are bounded, the verdict is right, and memory does not grow', async () => {
    // Measures live memory; without a collection it would include all data since the last one. V8 frees the buffers of a
    // collection in another thread, which may wait for a busy machine; the next collection waits for that thread.
    const used = () => {
      collectGarbage();
      collectGarbage();
      return process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed;
    };
    // The first run loads what every run needs.
    await harness.run(environment, { tests: ['PlainTest'] });
    const before = used();
    let most = 0;
    let sampler: NodeJS.Timeout | undefined;
    // Collections take a quarter of the time, however long they take on this machine.
    const sample = () => {
      const startedAt = performance.now();
      most = Math.max(most, used());
      sampler = setTimeout(sample, 3 * (performance.now() - startedAt));
    };
    sample();
    const { run, results } = await harness.run(environment, { tests: ['TalkingTest', 'PlainTest'] });
    clearTimeout(sampler);
    most = Math.max(most, used());
    expect(results.map(({ test, status }) => [test, status])).toEqual([
      ['TalkingTest', 'passed'],
      ['PlainTest', 'passed'],
    ]);
    const { artifacts } = harness.context;
    for (const { path, size } of await artifacts.list(run.id)) {
      expect(size, path).toBeLessThan(logBytes + 1024);
    }
    expect(most - before).toBeLessThan(30 * 1024 * 1024);
  });
});
