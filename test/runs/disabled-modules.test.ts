import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleModules } from '../../src/demo/shop/rest.ts';
import { matreItself } from '../../src/model/access.ts';
import { emptySelection, type Selection } from '../../src/model/selection.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { editEnvironment } from '../../src/operations/environments/environments.ts';
import { showModules } from '../../src/operations/environments/modules-view.ts';
import { previewRuns } from '../../src/operations/tests/tests.ts';
import { type Harness, type HarnessEnvironment, moduleTest, openHarness, overOneEngine } from './harness.ts';

/** In the sample tree, Magento_Cms declares StorefrontSampleHomeTest and StorefrontSampleReturnHomeTest. */
const withoutCms = sampleModules.filter((name) => name !== 'Magento_Cms');
const coreTest = 'StorefrontSampleHomeTest';
/** The test module adds a step to a test of the core, and has one that needs nothing of it. */
const moduleFiles = {
  ...moduleTest('StorefrontSampleReturnHomeTest', '<comment userInput="of the test module" stepKey="own"/>'),
  ...moduleTest('OwnHomeTest', '<amOnPage url="/" stepKey="go"/>'),
};

/** MFTF reads the tests of the modules that the shop of an environment has enabled. */
overOneEngine((kind) => {
  let harness: Harness;
  let all: HarnessEnvironment;
  let few: HarnessEnvironment;
  let closed: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, { module: moduleFiles });
    all = await harness.environment('preprod-us');
    few = await harness.environment('preprod-es', { modules: withoutCms });
    closed = await harness.environment('stage-es', { shopPassword: 'another-password' });
  });
  afterAll(() => harness.close());

  const request = { principal: matreItself };
  const modulesOf = ({ code }: HarnessEnvironment) => showModules.run(harness.context, { code }, request);
  const preview = (environments: HarnessEnvironment[], selection: Partial<Selection>) =>
    previewRuns.run(
      harness.context,
      parseInput(previewRuns, {
        environments: environments.map(({ code }) => code),
        selection: { ...emptySelection, ...selection },
      }),
      request,
    );
  const eventsOf = ({ events }: Awaited<ReturnType<Harness['run']>>) =>
    events.filter(({ code }) => /DISABLED|MODULES/.test(code));

  test('before the first run nothing is known, and the preview says that all modules are assumed', async () => {
    expect(await modulesOf(few)).toMatchObject({ enabled: null, allModules: false, differences: [] });
    const { tests, environments } = await preview([few], { tests: [coreTest] });
    expect(tests).toHaveLength(1);
    expect(environments).toMatchObject([
      { modules: expect.stringContaining('has not been asked yet'), disabled: [] },
    ]);
  });

  test('a test of a module that is not enabled is left out, with an event; the others run', async () => {
    const details = await harness.run(few, { tests: [coreTest, 'OwnHomeTest'] });
    expect(details.run).toMatchObject({ verdict: 'passed', counts: { planned: 1, passed: 1 } });
    expect(eventsOf(details)).toMatchObject([
      {
        code: 'TESTS_DISABLED',
        message: expect.stringContaining(`${coreTest} (its module Magento_Cms is not enabled in the shop)`),
      },
    ]);
    expect(await harness.log(details.run.id)).toContain(
      `Modules: ${withoutCms.length} are enabled in the shop, asked just now.`,
    );
  });

  test('what a module that is not enabled would change keeps the form of the others', async () => {
    const stepsOf = async (environment: HarnessEnvironment) => {
      const { run } = await harness.run(environment, { tests: ['StorefrontSampleReturnHomeTest'] });
      return harness.log(run.id);
    };
    const own = await stepsOf(few);
    expect(own).toContain('of the test module');
    expect(own).not.toMatch(/am on page/i);
    const merged = await stepsOf(all);
    expect(merged).toContain('of the test module');
    expect(merged).toMatch(/am on page/i);
  });

  test('the next runs use the list that is stored', async () => {
    const details = await harness.run(few, { tests: ['OwnHomeTest'] });
    const log = await harness.log(details.run.id);
    expect(log).toContain(`Modules: ${withoutCms.length} are enabled in the shop, asked`);
    expect(log).toContain('Generated tests: 1 written');
  });

  test('a run without any test of an enabled module is broken, and says why', async () => {
    const { run } = await harness.run(few, { tests: [coreTest] });
    expect(run).toMatchObject({
      verdict: 'broken',
      reason: { code: 'SELECTION_EMPTY', message: expect.stringContaining('Magento_Cms is not enabled') },
    });
  });

  test('the preview names the tests that are left out, for each environment', async () => {
    const { tests, environments } = await preview([all, few], { tests: [coreTest, 'OwnHomeTest'] });
    expect(tests.map((each) => each.test).sort()).toEqual(['OwnHomeTest', coreTest]);
    expect(environments).toMatchObject([
      { code: all.code, disabled: [] },
      {
        code: few.code,
        modules: expect.stringContaining(`${withoutCms.length} are enabled`),
        disabled: [{ test: coreTest, reason: expect.stringContaining('Magento_Cms') }],
      },
    ]);
  });

  test('the modules of an environment are shown, compared with those of others', async () => {
    expect(await modulesOf(few)).toMatchObject({
      enabled: { count: withoutCms.length, askedAt: expect.any(String) },
      refusal: null,
      differences: [
        {
          environments: [all.code],
          onlyHere: { count: 0, names: [] },
          onlyThere: { count: 1, names: ['Magento_Cms'] },
        },
      ],
      sameAs: [],
    });
  });

  test('the modules of a shop that refuses the administrator are assumed to be all, with an event', async () => {
    const details = await harness.run(closed, { tests: [coreTest] });
    expect(details.run).toMatchObject({ verdict: 'passed', counts: { planned: 1 } });
    expect(eventsOf(details)).toMatchObject([
      {
        code: 'MODULES_UNKNOWN',
        message: expect.stringContaining('refuses the credentials of admin (401). The tests of all modules'),
      },
    ]);
    expect(await modulesOf(closed)).toMatchObject({
      enabled: null,
      refusal: { message: expect.stringContaining('refuses the credentials') },
    });
  });

  test('an environment may read the tests of all modules', async () => {
    const input = parseInput(editEnvironment, { code: few.code, allModules: true });
    await editEnvironment.run(harness.context, input, request);
    const details = await harness.run(few, { tests: [coreTest] });
    expect(details.run).toMatchObject({ verdict: 'passed', counts: { planned: 1 } });
    expect(eventsOf(details)).toEqual([]);
    expect(await harness.log(details.run.id)).toContain('Modules: the tests of all modules are read');
  });
});
