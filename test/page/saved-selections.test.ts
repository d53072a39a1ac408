import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildCatalog } from '../../src/mftf/catalog/catalog.ts';
import { readDeclarations } from '../../src/mftf/catalog/declarations/declarations.ts';
import { resolveSelection } from '../../src/mftf/catalog/selection.ts';
import type { Selection } from '../../src/model/selection.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { accessTo } from '../support/catalog.ts';
import { namedRunner } from '../support/runner.ts';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';

const test = (name: string, severity: string) => ({
  path: `app/code/Acme/Cart/Test/Mftf/Test/${name}.xml`,
  content: Buffer.from(
    `<tests><test name="${name}"><annotations><severity value="${severity}"/></annotations></test></tests>`,
  ),
});

describe.skipIf(noBrowserReason)('saved selections in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    const files = [
      test('StorefrontCartTest', 'BLOCKER'),
      test('StorefrontMenuTest', 'MINOR'),
      test('AdminCartTest', 'BLOCKER'),
    ];
    const catalog = buildCatalog([await readDeclarations({ root: '', files })]);
    const commit = { id: 'c0ffee'.padEnd(40, '0'), subject: 'Test the cart' };
    const module = { ...commit, name: 'module', target: 'app/code/TestModule', path: '/nowhere' };
    const sources = { image: 'shop:2.4', testModules: [module] as const };
    const resolved = (selection: Selection) => ({
      ...resolveSelection(catalog, selection),
      ...{ modules: 'all modules', unset: undefined, overridden: undefined, missingFiles: undefined },
    });
    server = await startTestServer({
      parts: {
        runner: namedRunner,
        catalog: async () => ({ commit, catalog: accessTo(catalog) }),
        sourcesAt: async () => ({ of: async () => sources }),
        resolveSelection: async (selection: Selection) => resolved(selection).tests,
        previewOn: async (_: unknown, selection: Selection) => resolved(selection),
      },
    });
    browser = await startBrowser();
    for (const code of ['preprod-us', 'stage-es']) {
      await server.ask('POST', '/api/environments', {
        ...{ code, name: `Shop ${code}`, baseUrl: 'http://127.0.0.1:1/' },
        ...{ backendName: 'admin', adminUsername: 'admin' },
      });
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  it('are made of a pattern and a severity, run, switched off, duplicated and removed', async () => {
    const page = await browser.open(`${server.url}/new?env=preprod-us`, {
      viewport: { width: 1440, height: 900 },
    });
    const tests = page.getByRole('textbox', { name: 'Tests', exact: true });
    await tests.fill('Storefront*');
    await tests.press('Enter');
    await page.getByText('Storefront*: 2 tests').waitFor();
    await page.getByRole('checkbox', { name: 'Blocker' }).check();
    await page.getByText('1 test', { exact: true }).waitFor();
    await page.getByLabel('Retries').fill('1');
    await expectAccessible(page, 'a new run with a pattern');
    await page.getByRole('link', { name: 'Save this selection' }).click();
    await page.getByLabel('Name', { exact: true }).fill('storefront');
    await page.getByLabel('Description').fill('what must always work');
    await expectAccessible(page, 'the form of a saved selection');
    await page.getByRole('button', { name: 'Add selection' }).click();

    const row = page.getByRole('row', { name: /^storefront / });
    await row.getByText('pattern Storefront*; only severity BLOCKER').waitFor();
    await expectAccessible(page, 'the list of saved selections');
    await row.getByRole('button', { name: 'Run storefront' }).click();
    await page.getByRole('button', { name: 'Start run' }).click();
    await page
      .getByText(/Run \d+ on preprod-us/)
      .first()
      .waitFor();
    const { body } = await server.ask('GET', '/api/submissions?saved=storefront');
    expect(body.submissions).toMatchObject([{ name: 'storefront', environments: ['preprod-us'] }]);

    const { runs } = (await server.ask('GET', '/api/runs?limit=1')).body;
    expect(runs).toMatchObject([{ options: { retryFailed: 1, failedFirst: false } }]);

    await page.goto(`${server.url}/saved-selections`);
    await row.getByRole('button', { name: 'Switch off: storefront' }).click();
    await row.getByText(/^Off, by/).waitFor();
    expect(await row.getByRole('button', { name: 'Run storefront' }).getAttribute('title')).toBe(
      'storefront is switched off.',
    );
    await row.getByRole('link', { name: 'Duplicate storefront' }).click();
    await page.getByRole('button', { name: 'Add selection' }).click();
    const copy = page.getByRole('row', { name: /^storefront copy/ });
    await copy.getByRole('button', { name: 'Remove storefront copy' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await copy.waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('give a schedule their tests and environments, which its form keeps', async () => {
    await server.ask('POST', '/api/saved-selections', {
      ...{ name: 'release', selection: { patterns: ['Admin*'] }, environments: ['preprod-us', 'stage-es'] },
    });
    const page = await browser.open(`${server.url}/new-schedule`, { viewport: { width: 1440, height: 900 } });
    await page.getByLabel('Name', { exact: true }).fill('weekly');
    await page.getByLabel('Saved selection').selectOption('release');
    await page.getByText('pattern Admin*').waitFor();
    await page.getByRole('checkbox', { name: 'On the environments of release' }).waitFor();
    await expectAccessible(page, 'the form of a schedule with a saved selection');
    await page.getByRole('button', { name: 'Add schedule' }).click();
    await page.getByRole('link', { name: 'release' }).waitFor();
    const saved = { name: 'release', environments: true };
    expect((await server.ask('GET', '/api/schedules/weekly')).body).toMatchObject({ saved });
    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.waitForURL(/schedules\/weekly$/);
    expect((await server.ask('GET', '/api/schedules/weekly')).body).toMatchObject({ saved });

    await page.goto(`${server.url}/saved-selections`);
    await page.getByRole('button', { name: 'Remove release' }).click();
    await page.getByText('These schedules use it, so it cannot be removed: weekly.').waitFor();
    await page.context().close();
  });

  it('fit a phone', async () => {
    await server.ask('POST', '/api/saved-selections', { name: 'phone', selection: { patterns: ['Admin*'] } });
    const phone = await browser.open(`${server.url}/saved-selections`, {
      viewport: { width: 390, height: 800 },
    });
    await phone.getByText('chosen for each run').first().waitFor();
    await expectFits(phone, 'the list of saved selections');
    await phone.goto(`${server.url}/saved-selections/phone/edit`);
    await phone.getByText('Admin*: 1 test').waitFor();
    await expectFits(phone, 'the form of a saved selection');
    await expectAccessible(phone, 'the form of a saved selection on a phone');
    await phone.context().close();
  });
});
