import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examplePath } from '../../src/demo/examples.ts';
import { lockNames } from '../../src/locks/lock.ts';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { showContainer, showEffective } from '../../src/operations/environments/environment-detail.ts';
import { checkLint, completeUsed, showUses } from '../../src/operations/lint/lint.ts';
import { listResults, listSteps } from '../../src/operations/results/run-results.ts';
import { completeTests } from '../../src/operations/tests/test-history.ts';
import { showTestSteps } from '../../src/operations/tests/test-steps.ts';
import { checkoutsFolder } from '../../src/pool/specification.ts';
import { createDiagnosis } from '../../src/store/tables/diagnosis.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Harness, type HarnessEnvironment, moduleTest, openHarness, overOneEngine } from './harness.ts';

/**
 * A page of the REST API has no jQuery, so each wait of one second takes three. The other test opens no page, because even a page with an
 * idle jQuery takes longer than one second on a busy machine.
 */
const waitingTests = {
  ...moduleTest(
    'WaitingTest',
    '<amOnPage url="/rest/V1/modules" stepKey="bare"/><waitForPageLoad time="1" stepKey="again"/>',
    'slow',
  ),
  ...moduleTest('NoWaitTest', '<comment userInput="no page" stepKey="none"/>', 'slow'),
  'Cron/data/.env.waiting': `${readFileSync(examplePath('module/Cron/data/.env.preprod-us'), 'utf8')}\nWAIT_TIMEOUT=1\n`,
};

/** The details of environments and runs on the page, from real containers and real results. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: {
        ...waitingTests,
        ...moduleTest(
          'BrokenCartTest',
          '<amOnPage url="/" stepKey="open"/><seeElement selector="#nowhere-7" stepKey="see"/><seeElement selector="#never" stepKey="later"/>',
        ),
      },
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  const requestContext = { principal: matreItself };
  const container = () => showContainer.run(harness.context, { code: 'preprod-us' }, requestContext);

  test('an unused environment has no container; a used container is healthy and shown with all its parts', async () => {
    expect(await container()).toMatchObject({
      engine: kind,
      slots: [{ slot: 1, container: null }],
      locks: [],
    });
    const { run } = await harness.run(environment, { tests: ['HarbourHomePageTest'] });
    expect(run.verdict).toBe('passed');
    const [slot] = (await container()).slots;
    expect(slot?.name).toBe(environment.container.name);
    expect(slot?.container).toMatchObject({ state: 'running', stale: null, healthy: true });
    const { checks = [], mounts = [] } = slot?.container ?? {};
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const names = checks.map(({ name }) => name);
    for (const part of [
      '_generated is a tmpfs',
      '_generated is writable',
      '.env.preprod-us exists',
      'earlier run',
    ]) {
      expect(names).toContainEqual(expect.stringContaining(part));
    }
    const tmpfs = mounts.find(({ target }) => target.endsWith('_generated'));
    expect(tmpfs).toMatchObject({ type: 'tmpfs', sizeBytes: 16 * 1024 * 1024 });
    const checkouts = mounts.find(({ target }) => target === checkoutsFolder);
    expect(checkouts).toMatchObject({ type: 'bind', readOnly: true, sizeBytes: null });
  });

  test('an inspection shows what is wrong in a container, and changes nothing', async () => {
    const folder = '/var/www/html/dev/tests/acceptance/tests/functional/Magento/_generated';
    await environment.container.exec('dd', 'if=/dev/zero', `of=${folder}/fill`, 'bs=1024', 'count=8192');
    harness.module.commit({ 'Cron/data/.env.preprod-us': undefined }, 'The values are lost');
    const [slot] = (await container()).slots;
    const failedChecks = slot?.container?.checks.filter(({ ok }) => !ok);
    expect(failedChecks).toEqual([
      {
        name: expect.stringContaining('.env.preprod-us'),
        ok: false,
        seen: expect.stringContaining('missing or empty'),
      },
    ]);
    expect(slot?.container?.healthy).toBe(false);
    const used = slot?.container?.mounts.find(({ target }) => target === folder)?.usedBytes;
    expect(used).toBeGreaterThanOrEqual(8 * 1024 * 1024);
    expect(await environment.container.exec('ls', folder)).toContain('fill');
    harness.module.git('revert', '--no-edit', 'HEAD');
  });

  test('the locks of an environment are shown with their owners', async () => {
    const lock = await harness.context.locks.acquire(lockNames.execution(environment.id), {
      owner: 'another owner',
    });
    try {
      // A page that polls frequently gets a cached inspection, half a second old.
      const locks = await waitFor(async () => {
        const { locks: lockViews } = await container();
        return lockViews.length > 0 && lockViews;
      });
      expect(locks).toMatchObject([{ name: lockNames.execution(environment.id), owner: 'another owner' }]);
    } finally {
      await lock.release();
    }
  });

  test('the values for tests are shown with their sources, without secrets', async () => {
    await harness.context.variables.set('global', { name: 'CURRENCY', value: 'USD', secret: false });
    await harness.context.variables.set(environment.id, { name: 'CURRENCY', value: 'CHF', secret: false });
    const { values, layers, file, commit } = await showEffective.run(
      harness.context,
      { code: 'preprod-us' },
      requestContext,
    );
    expect(layers).toEqual(['default', 'global', 'module', 'environment', 'infrastructure']);
    expect([file, commit.id]).toEqual(['Cron/data/.env.preprod-us', expect.stringMatching(/^[0-9a-f]{40}$/)]);
    const variable = (variableName: string) => values.find(({ name }) => name === variableName);
    expect(variable('CURRENCY')).toMatchObject({ value: 'CHF', from: 'environment' });
    expect(variable('CURRENCY')?.overrides.at(-1)).toEqual({ from: 'global', value: 'USD' });
    expect(variable('MAGENTO_BASE_URL')).toMatchObject({
      value: environment.shop.url,
      from: 'environment',
      secret: false,
    });
    expect(variable('MAGENTO_ADMIN_PASSWORD')).toMatchObject({
      value: null,
      secret: true,
      from: 'environment',
    });
  });

  test('a failure of a real run has its step; the steps are a tree', async () => {
    const { run } = await harness.run(environment, { tests: ['BrokenCartTest'] });
    const { tests } = await listResults.run(harness.context, { id: run.id }, requestContext);
    expect(tests[0]).toMatchObject({
      test: 'BrokenCartTest',
      status: 'failed',
      failure: { step: { number: 2 } },
    });
    expect(tests[0]?.failure?.step?.title).toContain('#nowhere-7');
    const details = await listSteps.run(
      harness.context,
      { id: run.id, test: 'BrokenCartTest' },
      requestContext,
    );
    expect(details.steps.map(({ status }) => status)).toEqual(expect.arrayContaining(['passed', 'failed']));
    expect(JSON.stringify(details.steps)).toContain('#nowhere-7');
  });

  test('waits that ran out are named in the result of a test that passed, in its run and by the doctor', async () => {
    const waiting = await harness.environment('waiting');
    const details = await harness.run(waiting, { tests: ['WaitingTest', 'NoWaitTest'] });
    expect(details.run.verdict).toBe('passed');
    const { tests } = await listResults.run(harness.context, { id: details.run.id }, requestContext);
    expect(tests.map(({ test, waits }) => [test, waits])).toEqual([
      [
        'WaitingTest',
        {
          count: 2,
          lostMs: 4_000,
          pages: [{ page: '/rest/V1/modules', seconds: 1, count: 2 }],
          summary: '2 waits of 1 s ran out on /rest/V1/modules, 4 s lost',
        },
      ],
      ['NoWaitTest', null],
    ]);
    expect(details.results.find(({ waits }) => waits !== null)?.test).toBe('WaitingTest');
    const event = details.events.find(({ code }) => code === 'WAITS_RAN_OUT');
    expect(event?.message).toMatch(/^2 waits of 1 test ran out, 4 s lost on \/rest\/V1\/modules\. .*jQuery/);
    const runs = await createDiagnosis(harness.context).waitsOfNewestRuns([waiting.id, environment.id]);
    expect(runs).toEqual([{ code: 'waiting', runId: details.run.id, tests: 1, count: 2, lostMs: 4_000 }]);
  });

  test('prefixes of tests, groups and suites are completed', async () => {
    const complete = async (text: string, limit = 20) =>
      (await completeTests.run(harness.context, parseInput(completeTests, { text, limit }), requestContext))
        .names;
    expect(await complete('harbourcart')).toEqual([
      { kind: 'test', name: 'HarbourCartTotalTest', tests: 1, title: expect.any(String) },
    ]);
    expect(await complete('made')).toContainEqual({ kind: 'group', name: 'made', tests: 1, title: null });
    expect((await complete('HarbourOrders'))[0]).toMatchObject({ kind: 'suite', tests: 2 });
    // Matches in the middle of a name as well, after those at its beginning.
    expect((await complete('cart')).map(({ name }) => name)).toContain('HarbourCartTotalTest');
    expect(await complete('', 3)).toHaveLength(3);
    expect(await complete('nothing of that kind')).toEqual([]);
  });

  test('the steps of a test are shown with the file and line of each, those of action groups with their call', async () => {
    const show = (name: string) =>
      showTestSteps.run(harness.context, parseInput(showTestSteps, { test: name }), requestContext);
    const { file, line, steps } = await show('HarbourAddToCartTest');
    expect(`${file}:${line}`).toMatch(/Test\/Mftf\/Test\/HarbourAddToCartTest\.xml:\d+$/);
    const called = steps.find(({ call }) => call !== null);
    expect(called?.call).toMatchObject({ actionGroup: 'HarbourAddToCartActionGroup', file });
    expect(called?.file).toMatch(/HarbourAddToCartActionGroup\.xml$/);
    // On an environment, with the values that they read and where those come from; a secret is never shown.
    const place = { test: 'HarbourProductPriceTest', environment: 'preprod-us' };
    const there = await showTestSteps.run(harness.context, parseInput(showTestSteps, place), requestContext);
    expect(there.modules).toMatch(/enabled/);
    expect(there.values).toContainEqual({
      ...{ kind: 'env', name: 'HARBOUR_MUG_PRICE', variable: 'HARBOUR_MUG_PRICE', secret: false },
      ...{ value: expect.stringContaining('$'), from: 'module', file: 'Cron/data/.env.preprod-us' },
    });
    const signIn = { test: 'HarbourAdminSignInTest', environment: 'preprod-us' };
    const secret = await showTestSteps.run(
      harness.context,
      parseInput(showTestSteps, signIn),
      requestContext,
    );
    expect(secret.values).toContainEqual(
      expect.objectContaining({ variable: 'MAGENTO_ADMIN_PASSWORD', value: null }),
    );
    await expect(show('HarbourNowhereTest')).rejects.toThrow('There is no test "HarbourNowhereTest".');
  });

  test('the test module is checked with the tree of the image, and a name knows who uses it', async () => {
    const of = { environment: 'preprod-us' };
    const { findings, files } = await checkLint.run(
      harness.context,
      parseInput(checkLint, of),
      requestContext,
    );
    expect(files).toBeGreaterThan(30);
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'ELEMENT_UNUSED',
        path: expect.stringMatching(/AdminHarbourSection\.xml$/),
        message: 'No test or suite uses the element AdminHarbourSection.rowOf.',
      }),
    );
    const request = parseInput(showUses, { ...of, name: 'HarbourAddToCartActionGroup' });
    const { definitions, tests } = await showUses.run(harness.context, request, requestContext);
    expect(definitions).toHaveLength(1);
    expect(tests).toEqual(['HarbourAddToCartTest', 'HarbourCouponTest', 'HarbourGuestCheckoutTest']);
    const text = parseInput(completeUsed, { ...of, text: 'AdminHarbourSection.row', limit: 1 });
    const { names } = await completeUsed.run(harness.context, text, requestContext);
    expect(names).toEqual([{ name: 'AdminHarbourSection.row', kind: 'element' }]);
  });
});
