import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

/** Generated tests of one run are reused by others, and only where they are valid. */
overOneEngine((kind) => {
  let harness: Harness;
  let us: HarnessEnvironment;
  let es: HarnessEnvironment;
  let it: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      settings: { MATRE_GENERATION: 'mftf' },
      module: {
        ...moduleTest('OtherTest', fault('sleep 0')),
        ...moduleTest('BadTest', '<actionGroup ref="NoSuchActionGroup" stepKey="bad"/>'),
      },
    });
    us = await harness.environment('preprod-us');
    es = await harness.environment('preprod-es');
    it = await harness.environment('stage-it');
  });
  afterAll(() => harness.close());

  let commits = 0;
  /** Changes one of the tests. */
  const newCommit = () => {
    commits += 1;
    const step = `<comment userInput="change ${commits}" stepKey="change"/>`;
    harness.module.commit(moduleTest('PlainTest', step), `Change ${commits}`);
  };
  beforeEach(newCommit);

  const setGlobal = (name: string, value: string) =>
    harness.context.variables.set('global', { name, value, secret: false });
  const unsetGlobal = (name: string) => harness.context.variables.unset('global', name);

  /** Whether MFTF was called, or a snapshot restored. */
  async function originOf(run: number): Promise<'generated' | 'restored'> {
    const files = (await harness.context.artifacts.list(run)).map(({ path }) => path);
    const generated = files.some((path) => /^generation.*\.txt$/.test(path));
    expect((await harness.log(run)).includes('restored from snapshot')).toBe(!generated);
    return generated ? 'generated' : 'restored';
  }

  async function runTests(environment: HarnessEnvironment, tests = ['PlainTest', 'OtherTest']) {
    const details = await harness.run(environment, { tests });
    return { ...details, origin: await originOf(details.run.id) };
  }

  test('a second run does not generate again, nor does a run of another environment', async () => {
    const runs = [await runTests(us), await runTests(us), await runTests(es)];
    expect(runs.map(({ run }) => run.verdict)).toEqual(['passed', 'passed', 'passed']);
    expect(runs.map(({ origin }) => origin)).toEqual(['generated', 'restored', 'restored']);
  });

  test('a suite is restored with its class and its entries', async () => {
    const suite = { suites: ['HarbourOrdersSuite'] };
    const [first, second] = [await harness.run(us, suite), await harness.run(es, suite)];
    expect(await originOf(second.run.id)).toBe('restored');
    expect(second.run).toMatchObject({ verdict: first.run.verdict, counts: { planned: 2, passed: 2 } });
    const log = second.results[0]?.attachments.find(({ name }) => name === 'Log')?.path ?? '';
    expect(await harness.artifact(second.run.id, log)).toMatch(/before block[\s\S]*after block/);
  });

  test('invariant 7: a changed commit, other tests or another generation variable make MFTF generate again', async () => {
    expect((await runTests(us)).origin).toBe('generated');
    newCommit();
    expect((await runTests(us)).origin).toBe('generated');
    harness.module.commit({ 'README.md': `${commits}` }, 'Nothing that the tests need');
    expect((await runTests(us)).origin).toBe('restored');
    expect((await runTests(us, ['PlainTest'])).origin).toBe('generated');
    await harness.context.variables.set(us.id, { name: 'WAIT_TIMEOUT', value: '31', secret: false });
    expect((await runTests(us)).origin).toBe('generated');
    await harness.context.variables.unset(us.id, 'WAIT_TIMEOUT');
    expect((await runTests(us)).origin).toBe('restored');
  });

  test('one of three concurrent runs generates, and the others wait for it', async () => {
    await setGlobal('STAND_IN_FAULT', 'generate: sleep 3');
    const runs = await Promise.all([us, es, it].map((one) => harness.submit(one, { tests: ['PlainTest'] })));
    const details = await Promise.all(runs.map((run) => harness.finished(run)));
    await unsetGlobal('STAND_IN_FAULT');
    expect(details.map(({ run }) => run.verdict)).toEqual(['passed', 'passed', 'passed']);
    const origins = await Promise.all(runs.map(originOf));
    expect(origins.sort()).toEqual(['generated', 'restored', 'restored']);
  });

  test('a run that waits for a generation can be cancelled, and so can the generating run', async () => {
    await setGlobal('STAND_IN_FAULT', 'generate: sleep 600');
    const maker = await harness.submit(us, { tests: ['PlainTest'] });
    await waitFor(async () => (await us.container.journal()).at(-1)?.event === 'start');
    const waiter = await harness.submit(es, { tests: ['PlainTest'] });
    const { run } = await waitFor(async () => {
      const details = await harness.show(waiter);
      return details.events.some(({ code }) => code === 'GENERATION_AWAITED') ? details : undefined;
    });
    expect(run).toMatchObject({ state: 'running', phase: 'generating' });
    for (const id of [waiter, maker]) {
      await harness.context.runs.cancel(id);
      expect((await harness.finished(id)).run.verdict).toBe('cancelled');
    }
    await unsetGlobal('STAND_IN_FAULT');
    expect((await runTests(es)).run.verdict).toBe('passed');
  });

  test('a failed generation leaves no snapshot behind', async () => {
    await setGlobal('STAND_IN_FAULT', 'generate: exit 255');
    const runs = await Promise.all([us, es].map((one) => harness.run(one, { tests: ['PlainTest'] })));
    for (const { run } of runs) {
      expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'GENERATION_FAILED' } });
    }
    expect(await Promise.all(runs.map(({ run }) => originOf(run.id)))).toEqual(['generated', 'generated']);
    await unsetGlobal('STAND_IN_FAULT');
    expect((await runTests(us)).run.verdict).toBe('passed');
  });

  test('a test that MFTF cannot generate is broken with its message, also from a snapshot; the others execute', async () => {
    for (const expected of ['generated', 'restored']) {
      const { run, results, origin } = await runTests(us, ['PlainTest', 'BadTest']);
      expect(origin).toBe(expected);
      expect(run).toMatchObject({ verdict: 'broken', counts: { passed: 1, broken: 1 } });
      const bad = results.find(({ test }) => test === 'BadTest');
      expect(bad).toMatchObject({ status: 'broken', reason: { code: 'GENERATION_FAILED' } });
      expect(bad?.message).toMatch(/BadTest.*NoSuchActionGroup|NoSuchActionGroup.*BadTest/);
    }
  });

  test('a damaged snapshot is generated again, and the run has an event', async () => {
    await runTests(us);
    const folder = join(harness.folder, 'snapshots');
    for (const name of readdirSync(folder)) {
      const bytes = readFileSync(join(folder, name));
      writeFileSync(join(folder, name), bytes.subarray(0, bytes.length - 1));
    }
    const { run, events, origin } = await runTests(es);
    expect(run.verdict).toBe('passed');
    expect(origin).toBe('generated');
    expect(events).toContainEqual(expect.objectContaining({ code: 'SNAPSHOT_DAMAGED' }));
    expect((await runTests(us)).origin).toBe('restored');
  });
});
