import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { listRuns } from '../../src/operations/runs/list-runs.ts';
import { sessionLabel } from '../../src/selenium/session-label.ts';
import { fault, type Harness, type HarnessOptions, moduleTest, openHarness } from '../runs/harness.ts';
import { freePort } from '../support/redis.ts';
import { startChromedriver, startGrid, type TestSelenium } from '../support/selenium.ts';
import { waitFor } from '../support/wait-for.ts';
import { askDoctor, checkOf, problemsOf } from './doctor.ts';

/**
 * A Selenium Grid 4 with two sessions, and with MATRE_TEST_ALL (`make test-all`) a single chromedriver; and real browsers, opened by
 * runs and by foreign clients.
 */
const grid = ['Selenium Grid 4', () => startGrid({ maxSessions: 2 })] as const;
const kinds = process.env['MATRE_TEST_ALL']
  ? [grid, ['chromedriver alone', startChromedriver] as const]
  : [grid];

const module = {
  ...moduleTest('PlainTest', fault('sleep 0')),
  ...moduleTest('WaitingTest', fault('sleep 600')),
  ...moduleTest('KilledTest', fault('kill')),
};

describe.each(kinds)('%s', (kind, start) => {
  let selenium: TestSelenium;
  let harness: Harness;
  const foreignSessions: string[] = [];

  beforeAll(async () => {
    selenium = await start();
  });
  afterEach(async () => {
    await harness?.close();
    for (const id of foreignSessions.splice(0)) await selenium.client.end(id);
  });
  afterAll(() => selenium.stop());

  /** Its tests open browsers. */
  async function open(options: HarnessOptions = {}): Promise<Harness> {
    harness = await openHarness('sandbox', {
      module,
      ...options,
      settings: { ...selenium.settings, ...options.settings },
    });
    const browser = { name: 'STAND_IN_BROWSER', value: 'yes', secret: false };
    await harness.context.variables.set('global', browser);
    return harness;
  }
  const labels = async () => (await selenium.client.status()).sessions.map(({ label }) => label);
  const openForeignSession = async () => {
    const id = await selenium.openSession();
    foreignSessions.push(id);
    return id;
  };
  const installation = async () => (await harness.context.containersContext()).installation;

  test('a session of a run is labelled with its run, and ends with its test', async () => {
    await open();
    const environment = await harness.environment('preprod-us');
    const run = await harness.submit(environment, { tests: ['WaitingTest'] });
    const open1 = await waitFor(async () => {
      const sessionLabels = (await labels()).filter((label) => label !== undefined);
      return sessionLabels.length > 0 ? sessionLabels : undefined;
    });
    expect(open1).toEqual([expect.stringMatching(new RegExp(`^matre\\..+\\.run-${run}-\\d+\\.1$`))]);
    await harness.context.runs.cancel(run);
    await harness.finished(run);
    await waitFor(async () => (await labels()).length === 0);
  });

  test('a test that is killed leaves no session, and a foreign session stays', async () => {
    const other = await openForeignSession();
    await open();
    const environment = await harness.environment('preprod-us');
    const { run } = await harness.run(environment, { tests: ['KilledTest', 'PlainTest'] });
    expect(run.counts).toMatchObject({ broken: 1, passed: 1 });
    await waitFor(async () => (await labels()).length === 1);
    expect((await selenium.client.status()).sessions).toMatchObject([{ id: other }]);
  });

  test('workers and the doctor end the sessions of a finished run, and no foreign ones', async () => {
    const other = await openForeignSession();
    await open({ workers: false });
    await harness.environment('preprod-us');
    const label = sessionLabel({ installation: await installation(), runId: 77, fence: 1 }, 1);
    const sessionNames = () =>
      selenium.openSession({
        'se:name': label,
        'goog:chromeOptions': {
          args: ['--headless', '--no-sandbox', '--disable-dev-shm-usage', `--matre-session=${label}`],
        },
      });
    const leftover = await sessionNames();
    const report = await askDoctor(harness.context);
    expect(checkOf(report, 'selenium-sessions-left').findings).toMatchObject([
      { code: 'SELENIUM_SESSIONS_LEFT', found: expect.stringContaining(leftover), fixable: true },
    ]);
    expect(await labels()).toContain(label);
    const fixed = await askDoctor(harness.context, { fix: true });
    expect(checkOf(fixed, 'selenium-sessions-left')).toMatchObject({
      standing: 'well',
      healed: [`Ended session ${leftover}.`],
    });

    await sessionNames();
    await harness.startWorkers();
    await waitFor(async () => !(await labels()).includes(label));
    expect((await selenium.client.status()).sessions.map(({ id }) => id)).toEqual([other]);
  });

  test('a missing Selenium is reported before the first test, as the reason of the run', async () => {
    await open({ settings: { SELENIUM_PORT: String(await freePort()) } });
    const environment = await harness.environment('preprod-us');
    const { run, results } = await harness.run(environment, { tests: ['PlainTest'] });
    expect(run).toMatchObject({ verdict: 'broken', reason: { code: 'SELENIUM_UNREACHABLE' } });
    expect(results).toEqual([]);
    expect(checkOf(await askDoctor(harness.context), 'selenium-away')).toMatchObject({
      standing: 'problem',
      findings: [{ code: 'SELENIUM_UNREACHABLE', found: expect.stringContaining('ECONNREFUSED') }],
    });
  });

  test('a wrong path is reported with the right ones', async () => {
    await open({ settings: { SELENIUM_PATH: '/nothing' } });
    const environment = await harness.environment('preprod-us');
    const { run } = await harness.run(environment, { tests: ['PlainTest'] });
    expect(run.reason).toMatchObject({
      code: 'SELENIUM_UNREACHABLE',
      message: expect.stringContaining('SELENIUM_PATH'),
    });
  });

  if (kind === 'Selenium Grid 4')
    test('as many runs execute as there are sessions; the others show why they wait, and none is broken', async () => {
      await openForeignSession();
      await open();
      const [one, two] = [await harness.environment('preprod-us'), await harness.environment('preprod-es')];
      const first = await harness.submit(one, { tests: ['WaitingTest'] });
      await harness.testing(first, 'WaitingTest');
      const second = await harness.submit(two, { tests: ['PlainTest'] });
      const waits = await waitFor(async () => (await harness.show(second)).run.waitsFor);
      expect(waits).toEqual({
        code: 'SELENIUM_FULL',
        message: expect.stringMatching(/has 2 sessions, 1 of them used by others, and none is free/),
      });
      const { runs } = await listRuns.run(
        harness.context,
        { limit: 5, state: 'queued' },
        { principal: matreItself },
      );
      expect(runs).toMatchObject([{ id: second, waitsFor: { code: 'SELENIUM_FULL' } }]);
      // Its environment is not locked while it waits.
      expect((await harness.context.locks.list()).map(({ name }) => name)).not.toContainEqual(
        expect.stringContaining(String(two.id)),
      );
      await harness.context.runs.cancel(first);
      const { run, attempts } = await harness.finished(second);
      expect(run).toMatchObject({ verdict: 'passed', waitsFor: null });
      expect(attempts).toHaveLength(1);
    });

  if (kind === 'Selenium Grid 4')
    test('a grid full of foreign sessions is named', async () => {
      await open({ workers: false });
      await openForeignSession();
      await openForeignSession();
      const report = await askDoctor(harness.context);
      expect(problemsOf(report)).toContainEqual(['SELENIUM_FULL', selenium.client.address]);
    });
});
