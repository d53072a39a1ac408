import { afterAll, beforeAll, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import {
  compareVariables,
  listVariableUsers,
  showVariableUsage,
} from '../../src/operations/environments/variable-usage.ts';
import { listTests, previewRuns } from '../../src/operations/tests/tests.ts';
import { fault, type Harness, moduleTest, openHarness, overOneEngine } from './harness.ts';

/** The available tests, and the effect of a run before anything is queued. */
overOneEngine((kind) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...moduleTest('PlainTest', fault('sleep 0'), 'made'),
        ...moduleTest('UnsetTest', '<amOnPage url="{{_ENV.NOBODY_SETS_THIS}}" stepKey="open"/>', 'made'),
      },
    });
  });
  afterAll(() => harness.close());

  const requestContext = { principal: matreItself };
  const preview = (selection: object, ...environments: string[]) =>
    previewRuns.run(harness.context, parseInput(previewRuns, { environments, selection }), requestContext);

  test('tests, groups and suites are listed with their relations', async () => {
    const all = await listTests.run(harness.context, {}, requestContext);
    const plain = all.tests.find(({ name }) => name === 'PlainTest');
    expect(plain).toMatchObject({ groups: ['made'], suites: [], skipped: null, unusable: null });
    expect(all.groups).toContainEqual({ name: 'made', tests: 2 });
    expect(all.suites).toContainEqual({ name: 'HarbourOrdersSuite', tests: 2 });
    expect(all.commit.subject).toBe('Tests of the harbour shop');
    const matches = await listTests.run(harness.context, { search: 'plainT' }, requestContext);
    expect(matches.tests.map(({ name }) => name)).toEqual(['PlainTest']);
    expect(matches.groups).toEqual([]);
  });

  test('a preview shows the tests, the expected duration and unset variables, and queues nothing', async () => {
    const environment = await harness.environment('preprod-us');
    const before = await preview({ groups: ['made'] }, environment.code);
    expect(before.tests.map(({ test }) => test)).toEqual(['PlainTest', 'UnsetTest']);
    expect(before.notes).toEqual([]);
    expect(before.environments).toEqual([
      {
        code: 'preprod-us',
        image: harness.image,
        commits: [{ name: 'module', target: 'app/code/TestModule', ...before.commit }],
        expectedMs: null,
        modules: expect.stringContaining('has not been asked yet'),
        disabled: [],
        overridden: null,
        missingFiles: null,
        unset: expect.stringContaining('NOBODY_SETS_THIS'),
      },
    ]);
    expect(await harness.context.runs.list({ limit: 10 })).toEqual([]);
    await harness.run(environment, { tests: ['PlainTest'] });
    const after = await preview({ tests: ['PlainTest'] }, environment.code);
    expect(after.environments).toMatchObject([{ code: 'preprod-us', unset: null }]);
    expect(after.environments[0]?.expectedMs).toBeGreaterThan(0);
  });

  test('tests that the module marks as skipped are left out on request, in a preview and in a run', async () => {
    const all = await preview({ groups: ['smoke'] });
    const skipped = all.tests.filter((test) => test.skipped !== null).map(({ test }) => test);
    expect(skipped).toEqual(['HarbourWishlistTest']);
    const rest = await preview({ groups: ['smoke'], excludeSkipped: true });
    expect(rest.tests).toEqual(all.tests.filter((test) => test.skipped === null));
    expect(rest.excludedSkipped).toEqual([
      { test: 'HarbourWishlistTest', because: expect.stringContaining('HG-205') },
    ]);
    expect(rest.notes).toEqual([expect.stringContaining('marks them as skipped: HarbourWishlistTest (')]);
    await expect(preview({ tests: ['HarbourWishlistTest'], excludeSkipped: true })).rejects.toMatchObject({
      code: 'SELECTION_EMPTY',
      message: expect.stringContaining('the module marks all of 1 as skipped'),
    });
    const environment = { code: 'preprod-us' };
    const { plan, run } = await harness.run(environment, {
      tests: ['PlainTest', 'HarbourWishlistTest'],
      excludeSkipped: true,
    });
    expect(plan.map(({ test, status }) => [test, status])).toEqual([['PlainTest', 'passed']]);
    expect(run.summary).toBe('tests PlainTest, HarbourWishlistTest, without skipped tests');
  });

  test('a test of a suite says that it runs in its suite only', async () => {
    const { tests, notes } = await preview({ tests: ['HarbourAdminOrderViewTest', 'PlainTest'] });
    expect(tests.map(({ test, suite }) => [test, suite])).toEqual([
      ['PlainTest', null],
      ['HarbourAdminOrderViewTest', 'HarbourOrdersSuite'],
    ]);
    expect(notes).toEqual([
      expect.stringMatching(
        /^HarbourAdminOrderViewTest belongs to the suite HarbourOrdersSuite: .* never alone\. .* --suite HarbourOrdersSuite\.$/,
      ),
    ]);
    expect((await preview({ tests: ['HarbourOrdersSuite:HarbourAdminOrderViewTest'] })).notes).toEqual([]);
  });

  test('an unknown name is refused with the nearest known one', async () => {
    await expect(preview({ tests: ['PlainTesst'] })).rejects.toMatchObject({
      code: 'SELECTION_UNKNOWN',
      message: expect.stringContaining('PlainTest'),
    });
  });

  test('the tests that read a variable are known, and what they read that has no value', async () => {
    const { context } = harness;
    const environment = 'preprod-us';
    const { id } = await context.environments.get(environment);
    await context.variables.set(id, { name: 'NO_TEST_READS_THIS', value: '1', secret: false });
    const usage = await showVariableUsage.run(context, { environment }, requestContext);
    const missing = usage.missing.find(({ reference }) => reference === '_ENV.NOBODY_SETS_THIS');
    expect(missing).toEqual({
      reference: '_ENV.NOBODY_SETS_THIS',
      tests: 1,
      firstTests: ['UnsetTest'],
    });
    const rowOf = (name: string) => usage.variables.find((each) => each.name === name);
    const unread = { from: 'environment', tests: 0, hooks: [], readByMftf: false };
    expect(rowOf('NO_TEST_READS_THIS')).toMatchObject({ ...unread, isUnused: true });
    expect(rowOf('MAGENTO_BASE_URL')).toMatchObject({ readByMftf: true, isUnused: false });
    expect(usage.variables.filter(({ from, isUnused }) => isUnused && from === 'default')).toEqual([]);
    const name = 'NOBODY_SETS_THIS';
    const users = await listVariableUsers.run(context, { environment, name }, requestContext);
    expect(users).toMatchObject({ tests: ['UnsetTest'], hooks: [] });
    expect(users.commit.subject).toBe('Tests of the harbour shop');
  });

  test('the values of two environments are compared, secrets without being shown', async () => {
    const { context } = harness;
    const other = await harness.environment('preprod-es');
    const { id } = await context.environments.get('preprod-us');
    await context.variables.set(id, { name: 'PAY_KEY', value: 'hush-1', secret: true });
    await context.variables.set(other.id, { name: 'PAY_KEY', value: 'hush-2', secret: true });
    const input = { environment: 'preprod-us', other: 'preprod-es' };
    const { values } = await compareVariables.run(context, input, requestContext);
    const secret = { value: null, from: 'environment' };
    expect(values.find(({ name }) => name === 'PAY_KEY')).toEqual({
      ...{ name: 'PAY_KEY', secret: true, isEqual: false },
      ...{ environment: secret, other: secret },
    });
    expect(values.find(({ name }) => name === 'MAGENTO_ADMIN_PASSWORD')).toMatchObject({ isEqual: true });
    expect(JSON.stringify(values)).not.toContain('hush');
  });
});
