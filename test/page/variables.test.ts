import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { indexDefinitions } from '../../src/mftf/lint/index-definitions.ts';
import { readOutline } from '../../src/mftf/lint/read-outline.ts';
import { compareValues } from '../../src/mftf/module/compare-values.ts';
import { buildEnvFiles } from '../../src/mftf/module/env-files.ts';
import { createSecretRule } from '../../src/model/env-file/secret-rule.ts';
import type { Environment } from '../../src/model/environment.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { lintAccessTo } from '../support/catalog.ts';
import { namedRunner } from '../support/runner.ts';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';

const rule = createSecretRule({ secretNames: [], plainNames: [] });
const commit = { id: 'c0ffee'.padEnd(40, '0'), subject: 'Test the cart' };
const cartTest = {
  path: 'app/code/Acme/Cart/Test/Mftf/Test/CartTest.xml',
  content: Buffer.from(
    '<tests><test name="CartTest"><see userInput="{{_ENV.STORE}} {{_ENV.NOT_SET}}" stepKey="a"/></test></tests>',
  ),
};

describe.skipIf(noBrowserReason)('variables in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  /** The values of an environment, with a test module that has two of them. */
  const filesOf = async ({ id, code, baseUrl }: Environment) => {
    const { variables } = server.app.context;
    return buildEnvFiles({
      environment: { code, baseUrl, backendName: 'admin', adminUsername: 'admin' },
      ...{ adminPassword: undefined, shopCredentials: undefined, moduleNames: [], rule },
      ...{ globals: await variables.readAll('global'), variables: await variables.readAll(id) },
      ...{ moduleFile: 'STORE=1\nOLD_SETTING=2', selenium: { explicit: [], defaults: [] } },
    });
  };
  beforeAll(async () => {
    await buildPage();
    const definitions = lintAccessTo(
      indexDefinitions([readOutline('test', cartTest.path, cartTest.content)]),
    );
    const environment = { names: ['CartTest'], suites: [] };
    server = await startTestServer({
      parts: {
        runner: namedRunner,
        effectiveValues: async (environment) => ({
          ...{ commit, file: `Cron/data/.env.${environment.code}` },
          values: await (await filesOf(environment)).readLayers(),
        }),
        compareValues: async (one, other) => compareValues(await filesOf(one), await filesOf(other)),
        async variableUsers(of) {
          const files = await filesOf(of);
          const values = files.values.map(({ name }) => ({ name, credential: undefined }));
          return {
            commit,
            layers: await files.readLayers(),
            ...(await definitions.ask('variableUsers', { values, environment })),
          };
        },
        testsReading: async (_, name) => ({
          commit,
          tests: await definitions.ask('testsReading', {
            variable: { name, credential: undefined },
            environment,
          }),
        }),
      },
    });
    browser = await startBrowser();
    for (const code of ['us', 'es']) {
      await server.ask('POST', '/api/environments', {
        ...{ code, baseUrl: 'http://127.0.0.1:1/', backendName: 'admin', adminUsername: 'admin' },
      });
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  it('are pasted after a preview, described, rotated at a time, and shown with the tests that read them', async () => {
    const page = await browser.open(`${server.url}/environments/us`, {
      viewport: { width: 1440, height: 900 },
    });
    await page.getByRole('button', { name: 'Paste' }).click();
    const dialog = page.getByRole('dialog');
    await dialog
      .getByRole('textbox', { name: 'Variables' })
      .fill("STORE=us\nPAY_TOKEN='hush # quiet'\nMAGENTO_BASE_URL=http://x/");
    await dialog.getByRole('button', { name: 'Preview changes' }).click();
    await dialog.getByText('2 new, 0 changed, 0 removed').waitFor();
    await dialog.getByText('Line 3: MAGENTO_BASE_URL is left out').waitFor();
    await dialog.getByText('1 variable looks like a secret').waitFor();
    await expectAccessible(page, 'the preview of pasted variables', '[role=dialog]');
    await dialog.getByRole('button', { name: 'Apply 2 changes' }).click();
    await dialog.waitFor({ state: 'detached' });

    const row = page.getByRole('row', { name: /^PAY_TOKEN/ });
    await row.getByRole('img', { name: 'secret' }).waitFor();
    await row.getByRole('button', { name: 'Edit PAY_TOKEN' }).click();
    // First the value: the button that needs it for a rotation does not fade in while axe measures its contrast.
    await dialog.getByRole('textbox', { name: 'Value' }).fill('the next one');
    await dialog.getByLabel('Description').fill('of the provider');
    await dialog.getByLabel('Takes effect').selectOption('time');
    await expectAccessible(page, 'the form of a rotation', '[role=dialog]');
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    await row.getByText(/^New value from/).waitFor();
    await row.getByText('of the provider').waitFor();
    expect(await page.content()).not.toMatch(/hush|the next one/);
    await row.getByRole('button', { name: 'Cancel rotation of PAY_TOKEN' }).click();
    await page.getByRole('button', { name: 'Cancel rotation', exact: true }).last().click();
    await row.getByText(/^New value from/).waitFor({ state: 'detached' });

    await page.getByRole('button', { name: 'Usage' }).click();
    await page.getByText('Nothing reads 2 values.').waitFor();
    await page.getByRole('region', { name: 'Missing values' }).getByText('_ENV.NOT_SET').waitFor();
    await expectAccessible(page, 'an environment with the usage of its variables');
    await page
      .getByRole('row', { name: /^STORE/ })
      .getByRole('link', { name: '1 test' })
      .click();
    await page.getByRole('link', { name: 'CartTest' }).waitFor();
    await expectAccessible(page, 'a variable with the tests that read it');
    await page.context().close();
  });

  it('of two environments are compared, secrets without being shown', async () => {
    for (const environment of ['us', 'es']) {
      const variables = [
        { name: 'PAY_TOKEN', value: `hush of ${environment}` },
        { name: 'STORE', value: environment },
      ];
      await server.ask('PUT', '/api/variables', { environment, variables });
    }
    const page = await browser.open(`${server.url}/compare-variables?a=us`, {
      viewport: { width: 390, height: 844 },
    });
    await page.getByLabel('Compare with').selectOption('es');
    await page.getByText('2 values differ').waitFor();
    await page
      .getByRole('row', { name: /^PAY_TOKEN/ })
      .getByText('different')
      .waitFor();
    expect(await page.content()).not.toContain('hush');
    await page.getByLabel('Show equal values too').check();
    await page
      .getByRole('row', { name: /^OLD_SETTING/ })
      .getByText('equal')
      .waitFor();
    await expectAccessible(page, 'two environments compared');
    await expectFits(page, 'two environments compared');
    await page.context().close();
  });
});
