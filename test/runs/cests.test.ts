import { afterAll, beforeAll, expect, test } from 'vitest';
import { cestsDiffer } from '../../src/doctor/checks/cests-differ.ts';
import { matreItself } from '../../src/model/access.ts';
import { listCestChecks, resetCestChecks } from '../../src/operations/system/cest-checks.ts';
import { createCheckContext } from '../../src/operations/system/check-context.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overEngines,
  type RunDetails,
} from './harness.ts';

/** Tests that matre writes itself, those that it leaves to MFTF, and checks of its Cests in the background. */
overEngines((kind) => {
  let harness: Harness;
  let us: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0')),
        ...moduleTest('BadTest', '<actionGroup ref="NoSuchActionGroup" stepKey="bad"/>'),
      },
      settings: { MATRE_GENERATION: 'auto' },
    });
    us = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  const requestContext = { principal: matreItself };
  const checks = async () => (await listCestChecks.run(harness.context, {}, requestContext)).checks;
  /** The newest check, once there are so many. */
  const checked = (count: number) =>
    waitFor(async () => {
      const list = await checks();
      return list.length >= count ? list[0] : undefined;
    });
  const generatedByMftf = async ({ run }: RunDetails) =>
    (await harness.context.artifacts.list(run.id)).some(({ path }) => path.startsWith('generation'));
  const eventsOf = ({ events }: RunDetails) => events.filter(({ code }) => code === 'CESTS_DIFFER');

  test('tests are written without MFTF, suites as soon as a class of its MFTF is known', async () => {
    const first = await harness.run(us, { tests: ['HarbourHomePageTest', 'HarbourWishlistTest'] });
    expect(first.run).toMatchObject({ verdict: 'passed', counts: { passed: 1, skipped: 1 } });
    expect(await generatedByMftf(first)).toBe(false);
    expect(await harness.log(first.run.id)).toMatch(/Generated tests: 2 written as MFTF 3\.8\.0 does, in /);
    expect(await checked(1)).toMatchObject({ outcome: 'same', mftfVersion: '3.8.0', difference: null });
    const suite = await harness.run(us, { suites: ['HarbourOrdersSuite'], tests: ['HarbourHomePageTest'] });
    expect(suite.run).toMatchObject({ verdict: 'passed', counts: { planned: 3, passed: 3 } });
    expect(await generatedByMftf(suite)).toBe(false);
    const log = suite.results
      .find(({ suite }) => suite !== null)
      ?.attachments.find(({ name }) => name === 'Log');
    expect(await harness.artifact(suite.run.id, log?.path ?? '')).toMatch(/before block[\s\S]*after block/);
  });

  test('MFTF says what is wrong with a test that matre refuses, and the others are executed', async () => {
    const { run, results } = await harness.run(us, { tests: ['BadTest', 'PlainTest'] });
    expect(run).toMatchObject({ verdict: 'broken', counts: { passed: 1, broken: 1 } });
    const bad = results.find(({ test }) => test === 'BadTest');
    expect(bad).toMatchObject({ status: 'broken', reason: { code: 'GENERATION_FAILED' } });
    expect(bad?.message).toContain('NoSuchActionGroup');
    expect(await harness.log(run.id)).toMatch(/Tests that MFTF generates: BadTest: .*does not exist/);
  });

  test('a difference switches the image back to MFTF, until it is reset', async () => {
    // The stand-in for MFTF does not write comments of XML.
    harness.module.commit(moduleTest('RemarkTest', `<!-- a remark -->${fault('sleep 0')}`), 'A remark');
    const before = await harness.run(us, { tests: ['RemarkTest'] });
    expect(await generatedByMftf(before)).toBe(false);
    const check = await checked(2);
    expect(check).toMatchObject({ outcome: 'different' });
    expect(check?.difference?.file).toMatch(/RemarkTestCest\.php$/);
    expect(check?.difference?.actual).toContain('a remark');

    const after = await harness.run(us, { tests: ['RemarkTest', 'PlainTest'] });
    expect(after.run.verdict).toBe('passed');
    expect(await generatedByMftf(after)).toBe(true);
    expect(eventsOf(after)).toMatchObject([{ message: expect.stringContaining('RemarkTestCest.php:') }]);
    const environments = await harness.context.environments.list();
    const context = createCheckContext(harness.context, { environments, maySignIn: false });
    expect(await cestsDiffer.run(context)).toMatchObject([
      { status: 'warning', code: 'CESTS_DIFFER', message: expect.stringContaining('a remark') },
    ]);

    expect(await resetCestChecks.run(harness.context, {}, requestContext)).toEqual({ removed: 2 });
    const resetRun = await harness.run(us, { tests: ['PlainTest'] });
    expect(await generatedByMftf(resetRun)).toBe(false);
    expect(eventsOf(resetRun)).toEqual([]);
  });
});
