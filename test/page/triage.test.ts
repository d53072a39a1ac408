import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';

describe.skipIf(noBrowserReason)('triage in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    server = await startTestServer({
      parts: { runner: namedRunner, resolveSelection: async () => undefined },
    });
    await server.app.startWorkers();
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

  const execute = async (environment: string, tests: string[]): Promise<number> => {
    const body = { environments: [environment], selection: { tests } };
    const { id } = (await server.ask('POST', '/api/runs', body)).body.runs[0];
    await waitFor(async () => (await server.app.context.runs.get(id)).state === 'finished');
    return id;
  };

  it('notes what is known about a cause, which another run shows, and quarantines its test', async () => {
    const id = await execute('preprod-us', ['FailCart', 'LoginTest']);
    const page = await browser.open(`${server.url}/runs/${id}`);
    const failure = page.getByRole('article', { name: 'FailCart: failed' });
    await failure.getByRole('button', { name: 'Add note' }).click();
    const note = page.getByRole('dialog', { name: 'What is known about this cause' });
    await note.getByLabel('Kind').selectOption('product');
    await note.getByLabel('Note').fill('since the coupon rework');
    await note.getByLabel('Issue').fill('https://tracker.example.com/browse/SHOP-123');
    await expectAccessible(page, 'the form of a note', '[role=dialog]');
    await note.getByRole('button', { name: 'Save' }).click();
    await failure.getByText('Shop at fault').waitFor();

    await failure.getByRole('button', { name: 'Quarantine FailCart' }).click();
    const form = page.getByRole('dialog', { name: 'Quarantine FailCart' });
    await form.getByLabel('Reason').fill('waits for the mini cart');
    await form.getByLabel('Owner').fill('ann');
    await form.getByRole('radio', { name: 'all environments' }).check();
    await expectAccessible(page, 'the form of a quarantine', '[role=dialog]');
    await form.getByRole('button', { name: 'Quarantine', exact: true }).click();
    await page.getByText(/^FailCart is quarantined until/).waitFor();

    const other = await execute('stage-es', ['FailCart', 'LoginTest']);
    await page.goto(`${server.url}/runs/${other}`);
    await page.getByText('1 of 2 tests passed, 1 quarantined').waitFor();
    const covered = page.getByRole('article', { name: 'FailCart: failed' });
    await covered.getByText(/^quarantined until/).waitFor();
    const link = covered.getByRole('link', { name: 'SHOP-123' });
    expect(await link.getAttribute('href')).toBe('https://tracker.example.com/browse/SHOP-123');
    await expectAccessible(page, 'a run with a quarantined failure');

    await page.goto(`${server.url}/quarantines`);
    const row = page.getByRole('row', { name: /FailCart/ });
    await row.getByText('waits for the mini cart').first().waitFor();
    await page.getByRole('table', { name: 'Notes of causes' }).getByText('since the coupon rework').waitFor();
    await expectAccessible(page, 'the list of quarantines');
    await row.getByRole('button', { name: 'Edit the quarantine of FailCart' }).click();
    const edit = page.getByRole('dialog', { name: 'Quarantine of FailCart' });
    await edit.getByLabel('Owner').fill('bob');
    await edit.getByRole('button', { name: 'Save' }).click();
    await row.getByText('bob').first().waitFor();
    await row.getByText('waits for the mini cart').first().waitFor();

    const { submissionId } = (await server.ask('GET', `/api/runs/${other}/progress`)).body.run;
    await page.goto(`${server.url}/submissions/${submissionId}`);
    await page.getByRole('link', { name: /^stage-es: failed, quarantined/ }).waitFor();
    await page.goto(`${server.url}/quarantines`);
    await row.getByRole('button', { name: 'End the quarantine of FailCart' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
    await page.getByText('No test is quarantined').waitFor();
    await page.getByRole('button', { name: 'Ended' }).click();
    await row.waitFor();
    await page.context().close();

    const phone = await browser.open(`${server.url}/quarantines?state=ended`, {
      viewport: { width: 360, height: 740 },
    });
    await phone.getByText('waits for the mini cart').first().waitFor();
    await expectFits(phone, 'the list of quarantines');
    await phone.context().close();
  });

  it('compares a run with the run before it, and explains a comparison that is not possible', async () => {
    const first = await execute('stage-es', ['FailTotal', 'LoginTest']);
    const id = await execute('stage-es', ['FailTotal', 'LoginTest', 'NewTest']);
    const page = await browser.open(`${server.url}/runs/${id}`);
    await page.getByRole('link', { name: 'Compare with the last run' }).click();
    await page.getByText(`2 tests in common, 2 the same`).waitFor();
    const row = page.getByRole('row', { name: /NewTest/ });
    await row.getByText('Only in B').waitFor();
    expect(await row.getByRole('link', { name: 'passed' }).getAttribute('href')).toContain(
      `/runs/${id}?test=NewTest`,
    );
    await expectAccessible(page, 'a comparison');
    await page.getByRole('button', { name: 'Swap' }).click();
    await row.getByText('Only in A').waitFor();
    await page.getByRole('button', { name: /^Duration/ }).click();
    await page.getByText('No test differs in this way').waitFor();

    await page.goto(`${server.url}/runs`);
    await page.getByRole('checkbox', { name: `Compare run ${id}` }).check();
    await page.getByText(`Run #${id} is chosen`).waitFor();
    await page.getByRole('checkbox', { name: `Compare run ${first}` }).check();
    await expectAccessible(page, 'the list of runs with two chosen ones');
    await page.getByRole('link', { name: `Compare #${first} with #${id}` }).click();
    await page.getByText(`2 tests in common, 2 the same`).waitFor();

    const alone = await execute('preprod-us', ['LonelyTest']);
    await page.getByLabel('A', { exact: true }).fill(`run:${first}`);
    await page.getByLabel('B', { exact: true }).fill(String(alone));
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByText('have no test in common').waitFor();
    await page.getByText('Compare runs of the same tests').waitFor();
    await page.context().close();
  });

  it('shows why a note was refused, when another user was faster', async () => {
    const id = await execute('preprod-us', ['FailOther']);
    const { cause, note } = (await server.ask('GET', `/api/runs/${id}/results`)).body.causes[0];
    const page = await browser.open(`${server.url}/runs/${id}`);
    const failure = page.getByRole('article', { name: 'FailOther: failed' });
    await failure.getByRole('button', { name: 'Edit note' }).click();
    await server.ask('PUT', `/api/causes/${cause}/note`, { kind: 'test', revision: note.revision });
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page
      .getByRole('alert')
      .getByText(/changed the note of cause/)
      .waitFor();
    await page.context().close();
  });
});
