import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leftovers } from '../../src/engine/supervised.ts';
import { createLayout } from '../../src/mftf/container/layout.ts';
import { freePort } from '../support/redis.ts';
import {
  fault,
  type Harness,
  type HarnessEnvironment,
  moduleTest,
  openHarness,
  overOneEngine,
} from './harness.ts';

const { generated } = createLayout('/var/www/html');

const faultyTests = {
  ...moduleTest('PlainTest', fault('sleep 0')),
  ...moduleTest('PauseTest', fault('gate')),
  ...moduleTest('WaitingTest', fault('sleep 600')),
  ...moduleTest('KilledTest', fault('kill')),
  ...moduleTest('SilentEndTest', fault('exit 0')),
  ...moduleTest('FatalTest', fault('fatal')),
  ...moduleTest('CutResultTest', fault('cut-allure')),
  ...moduleTest('NoResultTest', fault('no-result')),
  ...moduleTest('ErrorTest', fault('error')),
  ...moduleTest('LinksTest', `${fault('links')}<see userInput="Nowhere on this page" stepKey="unseen"/>`),
  ...moduleTest('HangTest', fault('hang')),
  ...moduleTest('DeafTest', `${fault('deaf')}${fault('hang')}`),
  ...moduleTest('HungryTest', fault('memory')),
  ...moduleTest('FillingTest', fault('fill')),
  ...moduleTest('HoldingTest', fault('hold 600')),
  ...moduleTest('GrandchildTest', fault('grandchild 600')),
  ...moduleTest('NoBrowserTest', fault('no-browser')),
  ...moduleTest('BrowserFullTest', fault('browser-full')),
  ...moduleTest('UnseenTest', `${fault('gate')}<see userInput="Nowhere on this page" stepKey="unseen"/>`),
  ...moduleTest(
    'OrderTest',
    `<before><createData entity="HarbourOrder" stepKey="order"/></before>
     <after><deleteData createDataKey="order" stepKey="deleteOrder"/></after>
     <amOnPage url="/" stepKey="open"/>`,
  ),
  ...moduleTest('UnknownGroupTest', '<actionGroup ref="NoSuchActionGroup" stepKey="none"/>'),
};

/** Faults of everything around the tests: their effect on a run, and that the next run is not affected. */
overOneEngine((kind) => {
  let harness: Harness;
  let environment: HarnessEnvironment;
  beforeAll(async () => {
    harness = await openHarness(kind, {
      module: faultyTests,
      settings: { MATRE_TEST_TIMEOUT: '60s', MATRE_MEMORY: '256m' },
    });
    environment = await harness.environment('preprod-us');
  });
  afterAll(() => harness.close());

  /** Runs tests and returns status and code of each. */
  const outcomes = (...tests: string[]) => outcomesOn(environment, ...tests);

  async function outcomesOn(place: HarnessEnvironment, ...tests: string[]) {
    const details = await harness.run(place, { tests });
    const byTest = details.results.map(({ test, status, reason }) => [test, [status, reason?.code ?? null]]);
    return { ...details, outcomes: Object.fromEntries(byTest) as Record<string, [string, string | null]> };
  }

  /** Later tests of the plan are executed normally. */
  test.each([
    ['KilledTest', 'is killed', 'RESULT_MISSING'],
    ['SilentEndTest', 'ends with 0 and without output', 'RESULT_MISSING'],
    ['FatalTest', 'ends with a fatal error', 'RESULT_MISSING'],
    ['NoResultTest', 'writes no result file', 'RESULT_MISSING'],
    ['CutResultTest', 'writes half a result file', 'RESULT_UNREADABLE'],
    ['HungryTest', 'allocates all memory', 'OUT_OF_MEMORY'],
    ['BrowserFullTest', 'gets no browser, because Selenium is full', 'SELENIUM_FULL'],
    ['UnknownGroupTest', 'cannot be generated', 'GENERATION_FAILED'],
  ])('invariant 9: %s, which %s, is broken (%s)', async (name, _what, code) => {
    const { run, outcomes: byTest } = await outcomes(name, 'PlainTest');
    expect(byTest).toEqual({ [name]: ['broken', code], PlainTest: ['passed', null] });
    expect(run).toMatchObject({ verdict: 'broken', counts: { broken: 1, passed: 1, failed: 0 } });
  });

  test('invariant 9: tests that hang, also one that ignores signals, are broken (TEST_TIMEOUT)', async () => {
    const other = await harness.environment('stage-de');
    // At the same time, because both take the time limit of a test.
    const runs = await Promise.all([
      outcomesOn(environment, 'HangTest', 'PlainTest'),
      outcomesOn(other, 'DeafTest', 'PlainTest'),
    ]);
    for (const [index, name] of ['HangTest', 'DeafTest'].entries()) {
      expect(runs[index]).toMatchObject({
        outcomes: { [name]: ['broken', 'TEST_TIMEOUT'], PlainTest: ['passed', null] },
        run: { verdict: 'broken', counts: { broken: 1, passed: 1, failed: 0 } },
      });
    }
  });

  test('an exception in a test is a failure', async () => {
    expect((await outcomes('ErrorTest')).outcomes).toEqual({ ErrorTest: ['failed', null] });
  });

  test('a link and a pipe among the files of a test do not cost it its verdict', async () => {
    const { results, events } = await outcomes('LinksTest');
    expect(results).toMatchObject([{ status: 'failed', reason: null }]);
    expect(results[0]?.attachments.map(({ kind }) => kind)).toContain('steps');
    expect(events).toContainEqual(
      expect.objectContaining({
        code: 'OUTPUT_LEFT_OUT',
        message: expect.stringMatching(
          /LinksTest: (?=.*pipe \(it is a fifo\)).*link\.txt \(it is a symlink\)/,
        ),
      }),
    );
  });

  test('invariant 9: a missing Selenium makes the run broken, not its tests failed', async () => {
    const { run, outcomes: byTest } = await outcomes('NoBrowserTest', 'PlainTest');
    expect(byTest['NoBrowserTest']).toEqual(['broken', 'SELENIUM_UNREACHABLE']);
    expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'SELENIUM_UNREACHABLE' } });
  });

  test('invariant 9: a shop that does not answer is reported before the first test', async () => {
    const dead = await harness.environment('stage-es');
    const baseUrl = `http://127.0.0.1:${await freePort()}/`;
    await harness.context.environments.update(dead.id, { baseUrl });
    const { run, results } = await harness.run(dead, { tests: ['HarbourHomePageTest'] });
    expect(run).toMatchObject({
      verdict: 'broken',
      reason: { code: 'MAGENTO_UNREACHABLE', message: expect.stringContaining(baseUrl) },
    });
    expect(results).toEqual([]);
  });

  test('invariant 9: a shop that becomes unreachable during its tests makes them broken', async () => {
    const failingShop = await harness.environment('preprod-us-2');
    const id = await harness.submit(failingShop, { tests: ['PauseTest', 'HarbourHomePageTest'] });
    await harness.testing(id, 'PauseTest');
    await failingShop.shop.close();
    await failingShop.container.openGate();
    const { run, results } = await harness.finished(id);
    const home = results.find(({ test }) => test === 'HarbourHomePageTest');
    expect(home).toMatchObject({ status: 'broken', reason: { code: 'MAGENTO_UNREACHABLE' } });
    expect(run.verdict).toBe('broken');
    // The modules of this shop are known, so its tests are generated while it is found to be down.
    const next = await harness.run(failingShop, { tests: ['PlainTest'] });
    expect(next.run).toMatchObject({ verdict: 'broken', reason: { code: 'MAGENTO_UNREACHABLE' } });
    expect(next.results).toEqual([]);
  });

  test('invariant 9: an assertion that fails because the shop went down is broken', async () => {
    const failingShop = await harness.environment('stage-us');
    const id = await harness.submit(failingShop, { tests: ['UnseenTest'] });
    await harness.testing(id, 'UnseenTest');
    await failingShop.shop.close();
    await failingShop.container.openGate();
    const { results } = await harness.finished(id);
    expect(results).toMatchObject([
      {
        status: 'broken',
        reason: { code: 'MAGENTO_UNREACHABLE' },
        message: expect.stringContaining('Nowhere on this page'),
      },
    ]);
  });

  test('invariant 9: a wrong admin password is the reason, not what fails because of it', async () => {
    const shop = await harness.environment('preprod-es', { shopPassword: 'another-password' });
    const ofTest = await harness.run(shop, { tests: ['OrderTest'] });
    expect(ofTest.results).toMatchObject([
      {
        status: 'broken',
        reason: { code: 'CREDENTIALS_WRONG' },
        message: expect.stringMatching(
          /^Cannot retrieve API token.*After that: Entity .* could not be found/s,
        ),
      },
    ]);
    const ofSuite = await harness.run(shop, { suites: ['HarbourOrdersSuite'] });
    expect(ofSuite.results).toMatchObject([
      { status: 'broken', reason: { code: 'CREDENTIALS_WRONG' } },
      { status: 'broken', reason: { code: 'CREDENTIALS_WRONG' } },
    ]);
    expect(ofSuite.run.verdict).toBe('broken');
  });

  test('invariant 9: a deleted generated file is restored, and the run has an event', async () => {
    const run = await harness.submit(environment, { tests: ['PauseTest', 'PlainTest'] });
    await harness.testing(run, 'PauseTest');
    await environment.container.exec('rm', `${generated}/default/PlainTestCest.php`);
    await environment.container.openGate();
    const { run: finishedRun, events } = await harness.finished(run);
    expect(finishedRun).toMatchObject({ verdict: 'passed', counts: { passed: 2 } });
    expect(events).toContainEqual(
      expect.objectContaining({
        code: 'GENERATED_FILE_RESTORED',
        message: expect.stringContaining('PlainTestCest.php'),
      }),
    );
  });

  test('invariant 9: a generated file that is deleted during a test makes it broken', async () => {
    const name = { name: 'STAND_IN_FAULT', value: 'load PlainTest: vanish', secret: false };
    await harness.context.variables.set(environment.id, name);
    const { outcomes: byTest } = await outcomes('PlainTest');
    await harness.context.variables.unset(environment.id, name.name);
    expect(byTest).toEqual({ PlainTest: ['broken', 'GENERATED_FILE_MISSING'] });
  });

  describe('a container that is removed during a test', () => {
    test('invariant 9: makes the run broken, and the next run creates a new container', async () => {
      const run = await harness.submit(environment, { tests: ['WaitingTest', 'PlainTest'] });
      await harness.testing(run, 'WaitingTest');
      expect(await environment.container.remove()).toBe(true);
      const finishedRun = await harness.finished(run);
      expect(finishedRun.run).toMatchObject({ verdict: 'broken', reason: { code: 'CONTAINER_VANISHED' } });
      expect(finishedRun.results).toMatchObject([
        { status: 'broken', reason: { code: 'CONTAINER_VANISHED' } },
      ]);

      const next = await outcomes('PlainTest');
      expect(next.run.verdict).toBe('passed');
      expect(next.events).toContainEqual(expect.objectContaining({ code: 'CONTAINER_CREATED' }));
    });
  });

  test('a full tmpfs is reported as such, and the next run passes', async () => {
    const { run, outcomes: byTest } = await outcomes('FillingTest');
    expect(byTest).toEqual({ FillingTest: ['broken', 'DISK_FULL'] });
    expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'DISK_FULL' } });
    expect((await outcomes('PlainTest')).run.verdict).toBe('passed');
  });

  test('a tmpfs that fills up during generation is reported as such', async () => {
    const name = { name: 'STAND_IN_FAULT', value: 'generate: fill', secret: false };
    await harness.context.variables.set(environment.id, name);
    const { run } = await outcomes('PlainTest');
    await harness.context.variables.unset(environment.id, name.name);
    expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'DISK_FULL' } });
  });

  test('a child that holds the output does not stall the run, and is gone after it', async () => {
    const { outcomes: byTest } = await outcomes('HoldingTest', 'PlainTest');
    expect(byTest).toEqual({ HoldingTest: ['passed', null], PlainTest: ['passed', null] });
    expect(await leftovers(harness.engine, environment.container.name)).toEqual([]);
    expect(await environment.container.exec('ps')).not.toContain('stand-in:hold');
  });

  test('a grandchild in a session of its own is gone after its test', async () => {
    const { outcomes: byTest } = await outcomes('GrandchildTest');
    expect(byTest).toEqual({ GrandchildTest: ['passed', null] });
    expect(await environment.container.exec('ps', '-e')).not.toContain('stand-in:grandchild');
  });
});
