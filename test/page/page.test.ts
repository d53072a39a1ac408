import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { matreItself } from '../../src/model/access.ts';
import { parseInput } from '../../src/operations/core/operation.ts';
import { pauseEnvironment } from '../../src/operations/environments/environments.ts';
import { type RunningServer, startServer } from '../../src/server/http/server.ts';
import { fault, type Harness, type HarnessEnvironment, moduleTest, openHarness } from '../runs/harness.ts';
import { kinds } from '../support/database.ts';
import { sharedPostgres } from '../support/postgres.ts';
import { freePort, startRedis } from '../support/redis.ts';
import { apiDocs } from './api-docs.ts';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';
import { signingIn } from './signing-in.ts';

// The built page in a real browser, with a real server and runs in real containers.

/** `make test-page` and `make test-all` use both databases. */
const databases = process.env['MATRE_TEST_ALL'] ? kinds : (['embedded'] as const);

const engine = process.env['MATRE_TEST_SKIP_DOCKER'] ? 'sandbox' : 'docker';

/** Groups of `GroupedTest` whose names are not one word of plain letters. */
const groups = ['A&B', 'café', 'a,b', 'Iıİi', 'two words'];
const groupElements = groups.map((name) => `<group value="${name.replace('&', '&amp;')}"/>`).join('');

const module = {
  'Test/Mftf/Test/GroupedTest.xml': `<tests><test name="GroupedTest"><annotations>${groupElements}</annotations>
    ${fault('sleep 0')}</test></tests>`,
  ...moduleTest('QuickTest', fault('sleep 0')),
  ...moduleTest('ShortTest', fault('sleep 2')),
  ...moduleTest('EndlessTest', fault('sleep 600')),
};

describe.skipIf(noBrowserReason)(`the page${noBrowserReason ? ` (${noBrowserReason})` : ''}`, () => {
  beforeAll(() => buildPage());

  describe('with sign-in', signingIn);
  describe('the description of the API', apiDocs);

  describe.each(databases)('%s', (kind) => {
    const closing: (() => Promise<unknown>)[] = [];
    let harness: Harness;
    let us: HarnessEnvironment;
    let es: HarnessEnvironment;
    let server: RunningServer;
    let browser: TestBrowser;

    beforeAll(async () => {
      const settings: Record<string, string> = { MATRE_PORT: String(await freePort()) };
      if (kind === 'postgres') {
        const postgres = await sharedPostgres({ schema: true });
        const redis = await startRedis();
        Object.assign(settings, { DATABASE_URL: postgres.url, LOCK_DSN: redis.url });
        closing.push(
          () => postgres.drop(),
          () => redis.stop(),
        );
      }
      harness = await openHarness(engine, { module, settings });
      closing.push(() => harness.close());
      us = await harness.environment('preprod-us');
      es = await harness.environment('stage-es');
      server = await startServer(harness.context, '0.0.0-test');
      closing.push(() => server.close());
      browser = await startBrowser();
      closing.push(() => browser.close());
    });
    afterAll(async () => {
      for (const close of closing.reverse()) await close();
    });
    afterEach(async () => {
      // Cancels unfinished runs, so that the next test starts with free environments.
      const { runs } = harness.context;
      for (const run of await runs.list({ limit: 20 })) {
        if (run.state === 'finished') continue;
        await runs.cancel(run.id);
        await harness.finished(run.id);
      }
      expect(browser.pageErrors.splice(0)).toEqual([]);
    });

    it('previews and starts a run, and shows it live until it finishes', async () => {
      const page = await browser.open(server.url);
      await page.getByRole('link', { name: 'New run' }).click();
      await page.getByRole('checkbox', { name: /preprod-us/ }).press('Space');
      const tests = page.getByRole('textbox', { name: 'Tests', exact: true });
      await tests.fill('HarbourCartTotalTest, QuickTest');
      await tests.press('Enter');
      await page.getByText('2 tests').first().waitFor();
      await page.getByRole('button', { name: /^Start/ }).click();
      await page.getByRole('heading', { level: 1, name: /on preprod-us/ }).waitFor();
      await page.getByRole('article', { name: 'QuickTest: passed' }).waitFor();
      await page
        .getByRole('button', { name: /^Retry/ })
        .first()
        .waitFor();
      await page.context().close();
    });

    it('takes typed and pasted text, and links, as one group when the catalog has it', async () => {
      const groupsOf = (address: string) => new URL(address).searchParams.getAll('group');
      const page = await browser.open(`${server.url}/new?env=preprod-us`);
      const tests = page.getByRole('textbox', { name: 'Tests', exact: true });
      const remove = (name: string) => page.getByRole('button', { name: `Remove ${name}`, exact: true });
      for (const name of ['a,b', 'two words']) {
        await tests.focus();
        await page.evaluate(`{
          const clipboardData = new DataTransfer();
          clipboardData.setData('text', ${JSON.stringify(name)});
          const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(event);
        }`);
        await remove(name).click();
      }
      for (const name of groups) {
        await tests.fill(name);
        await tests.press('Enter');
        await remove(name).waitFor();
      }
      await page.getByText('1 test').first().waitFor();
      await page.waitForURL((url) => isDeepStrictEqual(groupsOf(url.href), groups));
      await page.reload();
      await remove('a,b').waitFor();
      for (const name of groups) {
        await page.goto(`${server.url}/tests?${new URLSearchParams({ group: name })}`);
        await page.getByRole('link', { name: 'GroupedTest', exact: true }).waitFor();
        await page.getByRole('link', { name: 'Run the group' }).click();
        await page.waitForURL((url) => isDeepStrictEqual(groupsOf(url.href), [name]));
        await remove(name).waitFor();
      }
      await page.context().close();
    });

    it('shows the message, screenshot, steps and log of a failure on the page of its run', async () => {
      const { run, results } = await harness.run(es, { tests: ['HarbourCartTotalTest', 'QuickTest'] });
      expect(results.find(({ status }) => status === 'failed')?.message).toContain(
        'Failed asserting that two strings are equal',
      );
      const page = await browser.open(`${server.url}/runs/${run.id}`);
      const failure = page.getByRole('article', { name: 'HarbourCartTotalTest: failed' });
      await failure.getByText('Failed asserting that two strings are equal').first().waitFor();
      await failure.getByRole('button', { name: 'Steps', exact: true }).click();
      await page.getByText('assertTotal').first().waitFor();
      await failure.getByRole('button', { name: /^Screenshot of/ }).waitFor();
      await failure.getByRole('button', { name: 'Show in log' }).click();
      await page.getByRole('region', { name: 'Log' }).getByText('HarbourCartTotalTest').first().waitFor();
      await expectAccessible(page, 'a run with a failure');
      await page.context().close();
    });

    it('cancels a run during a test after confirmation, and retries only unsuccessful tests in the same run', async () => {
      const id = await harness.submit(us, { tests: ['QuickTest', 'EndlessTest'] });
      await harness.testing(id, 'EndlessTest');
      const page = await browser.open(`${server.url}/runs/${id}`);
      await page.getByRole('article', { name: 'EndlessTest: running' }).waitFor();
      await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      await page.getByRole('button', { name: `Cancel run ${id}` }).click();
      const retry = page.getByRole('button', { name: 'Retry 1 without a result' });
      await retry.waitFor();
      await retry.click();
      await page.getByText(/is queued on preprod-us/).waitFor();
      // The page of the run shows the new attempt without a reload.
      await page.getByRole('article', { name: 'EndlessTest: running' }).waitFor();
      await page.getByRole('article', { name: 'QuickTest: passed' }).waitFor();
      await page.getByRole('button', { name: '2', exact: true }).click();
      await page.getByRole('table', { name: 'Attempts' }).getByRole('row', { name: /^2 / }).waitFor();
      expect(await harness.context.runs.get(id)).toMatchObject({ state: 'running', retriedAfter: 1 });
      await harness.context.runs.cancel(id);
      await page.context().close();
    });

    it('shows a test that failed and then passed as flaky, in the counts, the filters and the list', async () => {
      const id = await harness.submit(us, { tests: ['QuickTest', 'HarbourCartTotalTest'] });
      await harness.finished(id);
      const { database, runs } = harness.context;
      await database.query(
        `INSERT INTO result (run_id, test, suite, attempt, status, message, started_at, duration_ms)
         SELECT run_id, test, suite, 0, 'failed', 'No cart.', started_at, 900 FROM result WHERE run_id = $1 AND test = 'QuickTest'`,
        [id],
      );
      await database.query('UPDATE run SET counts = NULL WHERE id = $1', [id]);
      expect((await runs.get(id)).counts).toMatchObject({ planned: 2, passed: 2, flaky: 1 });
      const page = await browser.open(`${server.url}/runs/${id}`);
      await page.getByText('All 2 tests passed, 1 flaky').waitFor();
      await page.getByRole('img', { name: '1 passed, 1 flaky' }).waitFor();
      await page.getByRole('button', { name: /^Flaky/ }).click();
      await page.getByRole('article', { name: 'QuickTest: flaky' }).waitFor();
      expect(await page.getByRole('article').count()).toBe(1);
      await page.context().close();
    });

    it('shows two users the same state at the same time, and why a run waits', async () => {
      // On a separate environment: next to other short runs, a run would be part of a cluster.
      const es = await harness.environment('preprod-es');
      const [one, other] = await Promise.all([browser.open(server.url), browser.open(server.url)]);
      const first = await harness.submit(es, { tests: ['EndlessTest'] });
      await harness.testing(first);
      // Makes its bar wide enough not to be clustered, and so the next bar stays separate, too.
      await harness.context.database.query(
        `UPDATE run SET started_at = started_at - interval '10 minutes' WHERE id = $1`,
        [first],
      );
      const second = await harness.submit(es, { tests: ['QuickTest'] });
      for (const page of [one, other]) {
        await page.getByRole('link', { name: new RegExp(`^#${first} `) }).waitFor();
        await page.getByRole('row', { name: new RegExp(`#${second}.*busy with.*${first}`) }).waitFor();
      }
      await cancelOn(one, first);
      for (const page of [one, other]) {
        await page.getByRole('link', { name: new RegExp(`^#${second} .*: passed`) }).waitFor();
      }
      await Promise.all([one, other].map((page) => page.context().close()));
    });

    it('reconnects without a reload when the server restarts during a run', async () => {
      const id = await harness.submit(es, { tests: ['EndlessTest'] });
      await harness.testing(id);
      const page = await browser.open(`${server.url}/runs/${id}`);
      await page.getByRole('article', { name: 'EndlessTest: running' }).waitFor();
      await page.evaluate('globalThis.notReloaded = true');
      await server.close();
      await page.getByRole('alert').getByText('Server unreachable').waitFor();
      server = await startServer(harness.context, '0.0.0-test');
      await page.getByRole('alert').waitFor({ state: 'detached' });
      await harness.context.runs.cancel(id);
      await page.getByRole('button', { name: 'Retry 1 without a result' }).waitFor();
      expect(await page.evaluate('globalThis.notReloaded')).toBe(true);
      await page.context().close();
    });

    // Does not depend on the database.
    if (kind === 'embedded')
      it('has no accessibility violations in any view, light and dark, and fits a window of 360 pixels', async () => {
        await pauseEnvironment.run(
          harness.context,
          parseInput(pauseEnvironment, { code: es.code, reason: 'database copy' }),
          { principal: matreItself },
        );
        const { run } = await harness.run(us, { tests: ['QuickTest'] });
        const addresses = [
          '/',
          '/runs',
          `/runs/${run.id}`,
          '/new?environments=preprod-us',
          '/environments',
          '/environments/preprod-us',
          '/tests',
          '/tests/QuickTest',
          '/schedules',
          '/doctor',
          '/nowhere',
        ];
        for (const colorScheme of ['light', 'dark'] as const) {
          const page = await browser.open(server.url, { colorScheme });
          for (const address of addresses) {
            await page.goto(server.url + address);
            await page.getByRole('main').getByRole('heading').first().waitFor();
            await page.waitForLoadState('networkidle').catch(() => {});
            await expectAccessible(page, `${address}, ${colorScheme}`);
          }
          await page.context().close();
        }
        const phone = await browser.open(server.url, { viewport: { width: 360, height: 740 } });
        for (const address of addresses) {
          await phone.goto(server.url + address);
          await phone.getByRole('main').getByRole('heading').first().waitFor();
          await expectFits(phone, address);
        }
        // Runs of seconds are too narrow to click one by one on an axis of a day.
        await phone.goto(`${server.url}/?span=24h`);
        const cluster = phone.getByRole('button', { name: /^\d+ runs on preprod-us/ });
        await cluster.last().click();
        await phone.getByRole('dialog').getByRole('link').first().waitFor();
        // It covers links of the page, which would count as too small.
        await expectAccessible(phone, 'the runs of a cluster', '[role=dialog]');
        await phone.keyboard.press('Escape');
        await phone.keyboard.press('Enter');
        await phone
          .getByRole('dialog')
          .getByRole('link', { name: `#${run.id}` })
          .press('Enter');
        await phone.getByRole('heading', { level: 1, name: `#${run.id}` }).waitFor();
        await phone.context().close();
      });
  });
});

/** Cancels a run, starting from the overview. */
async function cancelOn(page: Page, id: number): Promise<void> {
  await page.getByRole('link', { name: new RegExp(`^#${id} `) }).press('Enter');
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: `Cancel run ${id}` }).click();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overview' }).click();
}
