import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
} from './harness.ts';
import { type Interval, intervalsOf, overlapsIn, runsIn } from './journal.ts';

/**
 * Two runs on each of three environments with four workers. The journals of the supervisors in the containers are the
 * evidence.
 */
overEngines((kind) => {
  const runIds = new Map<string, number[]>();
  const intervalsOfRuns = new Map<string, Interval[]>();
  let environments: HarnessEnvironment[];
  let harness: Harness;

  beforeAll(async () => {
    // Until all three environments execute.
    const module = {
      ...moduleTest('WaitingTest', fault('gate')),
      ...moduleTest('QuickTest', fault('sleep 0')),
    };
    harness = await openHarness(kind, { module, workers: false });
    environments = [];
    for (const code of ['preprod-us', 'preprod-es', 'stage-es']) {
      environments.push(await harness.environment(code));
      runIds.set(code, []);
    }
    for (const tests of [
      ['WaitingTest', 'QuickTest'],
      ['QuickTest', 'HarbourHomePageTest'],
    ]) {
      for (const { code } of environments) {
        runIds.get(code)?.push(await harness.submit({ code }, { tests }));
      }
    }
    await harness.startWorkers();
    for (const [first = 0] of runIds.values()) await harness.testing(first, 'WaitingTest');
    // A test is recorded as started before its process exists.
    for (const { container } of environments) await container.executing();
    for (const { container } of environments) await container.openGate();
    for (const id of [...runIds.values()].flat()) {
      const { run } = await harness.finished(id);
      expect(run).toMatchObject({ verdict: 'passed', attempt: 1, counts: { passed: 2 } });
    }
    for (const { code, container } of environments)
      intervalsOfRuns.set(code, intervalsOf(await container.journal()));
  });
  afterAll(() => harness.close());

  test('invariant 1: on one environment the processes of two runs never overlap', () => {
    for (const [code, intervals] of intervalsOfRuns) {
      // A process for each of two tests of two runs; generation is tested elsewhere.
      expect(intervals.length, code).toBeGreaterThanOrEqual(4);
      expect(intervals.every(({ to }) => to !== undefined)).toBe(true);
      expect(overlapsIn(intervals), code).toEqual([]);
    }
  });

  test('invariant 2: on one environment the run that was submitted first starts first', () => {
    for (const [code, intervals] of intervalsOfRuns)
      expect(runsIn(intervals), code).toEqual(runIds.get(code));
  });

  test('runs of different environments execute at the same time', () => {
    const first = (code: string) =>
      (intervalsOfRuns.get(code) ?? []).filter(({ runId }) => runId === runIds.get(code)?.[0]);
    const codes = environments.map(({ code }) => code);
    for (const one of codes) {
      for (const other of codes.filter((code) => code > one)) {
        expect(overlapsIn([...first(one), ...first(other)]), `${one}, ${other}`).not.toEqual([]);
      }
    }
  });
});
