import type { Page } from 'playwright-core';
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

// What draws attention to runs, and the ways to reach anything quickly.

/** Records the notifications of the page instead of showing them; no browser shows any without a desktop. */
const notificationRecorder = `
  globalThis.shown = [];
  globalThis.questions = 0;
  globalThis.Notification = class {
    static permission = localStorage.getItem('test-permission') ?? 'default';
    static async requestPermission() {
      globalThis.questions += 1;
      localStorage.setItem('test-permission', 'granted');
      return (this.permission = 'granted');
    }
    constructor(title, options) {
      globalThis.shown.push({ title, ...options, notification: this });
    }
    close() {}
  };`;

describe.skipIf(noBrowserReason)('attention and quick access in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    server = await startTestServer({ parts: { runner: namedRunner } });
    await server.app.startWorkers();
    browser = await startBrowser();
    for (const code of ['preprod-us', 'stage-es']) {
      const environment = {
        code,
        name: `Shop ${code}`,
        baseUrl: 'http://127.0.0.1:1/',
        backendName: 'admin',
      };
      await server.ask('POST', '/api/environments', { ...environment, adminUsername: 'admin' });
    }
    await server.ask('POST', '/api/schedules', {
      name: 'nightly',
      cron: '30 2 * * *',
      zone: 'UTC',
      environments: ['preprod-us'],
      selection: { groups: ['smoke'] },
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(async () => {
    for (const { id, state } of await server.app.context.runs.list({ limit: 20 })) {
      if (state !== 'finished') await cancel(id);
    }
    expect(browser.pageErrors.splice(0)).toEqual([]);
  });

  const submit = async (environment: string, tests: string[]): Promise<number> => {
    const input = { environments: [environment], selection: { tests }, requestedBy: 'test' };
    return (await server.ask('POST', '/api/runs', input)).body.runs[0].id;
  };
  const finished = (id: number) =>
    waitFor(async () => (await server.app.context.runs.get(id)).state === 'finished');
  const cancel = async (id: number) => {
    await server.ask('POST', `/api/runs/${id}/cancel`);
    await finished(id);
  };

  it('shows running runs and failing environments in the title and the icon of the tab', async () => {
    const page = await browser.open(`${server.url}/schedules`);
    await titled(page, 'Schedules · matre');
    expect(await iconOf(page)).toBe('/assets/icon.svg');
    const id = await submit('preprod-us', ['WaitLong']);
    await titled(page, '1 running · Schedules · matre');
    expect(await iconOf(page)).toBe('/assets/icon-running.svg');
    await finished(await submit('stage-es', ['FailCart']));
    await titled(page, '1 failing, 1 running · Schedules · matre');
    expect(await iconOf(page)).toBe('/assets/icon-failing.svg');
    const icon = await page.request.get(`${server.url}/assets/icon-failing.svg`);
    expect([icon.status(), icon.headers()['content-type']]).toEqual([200, 'image/svg+xml']);
    await page.goto(`${server.url}/runs/${id}`);
    await titled(page, `#${id} running, preprod-us · matre`);
    expect(await iconOf(page)).toBe('/assets/icon-running.svg');
    await cancel(id);
    await finished(await submit('stage-es', ['PassCart']));
    await page.goto(`${server.url}/schedules`);
    await titled(page, 'Schedules · matre');
    await page.context().close();
  });

  it('notifies of the end of own runs after the user asked for it, and never asks by itself', async () => {
    const page = await browser.open('about:blank');
    await page.addInitScript(notificationRecorder);
    await page.goto(`${server.url}/runs`);
    const shown = () => page.evaluate('shown.map(({ title, body, tag }) => ({ title, body, tag }))');
    const first = await submit('preprod-us', ['FailCart', 'PassCart']);
    await finished(first);

    await page.goto(`${server.url}/runs/${first}`);
    await page.getByRole('button', { name: 'Retry 1 failed' }).waitFor();
    expect(await page.evaluate('questions')).toBe(0);
    await page.getByRole('button', { name: 'Notify me when my runs end' }).click();
    await page.getByRole('button', { name: 'Stop notifying me about my runs and reservations' }).waitFor();
    expect(await page.evaluate('questions')).toBe(1);
    // A run of another user, or from the command line, is not an own run.
    await finished(await submit('stage-es', ['FailOther']));
    await page.getByRole('button', { name: 'Retry 1 failed' }).click();
    await waitFor(async () => ((await shown()) as unknown[]).length > 0);
    // Not of the end that the page showed before the retry.
    const { run } = (await server.ask('GET', `/api/runs/${first}`)).body;
    expect(run).toMatchObject({ state: 'finished', attempt: 2 });
    expect(await shown()).toEqual([
      {
        title: `Run ${first} on preprod-us: failed`,
        body: expect.stringContaining('1 failed of 2 tests'),
        tag: `matre-run-${first}`,
      },
    ]);
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.waitForURL('**/runs');
    await page.evaluate('shown[0].notification.onclick()');
    await page.waitForURL(`**/runs/${first}`);
    // The choice is kept, and a reload neither asks nor notifies again.
    await page.reload();
    await page.getByRole('button', { name: 'Stop notifying me about my runs and reservations' }).waitFor();
    expect(await page.evaluate('[questions, shown.length]')).toEqual([0, 0]);
    await page.context().close();
  });

  it('says why it cannot notify when the browser blocks it', async () => {
    const page = await browser.open('about:blank');
    await page.addInitScript(notificationRecorder.replace(`?? 'default'`, `?? 'denied'`));
    await page.goto(`${server.url}/runs`);
    const button = page.getByRole('button', { name: /This browser blocks notifications/ });
    await button.press('Enter');
    expect(await page.evaluate('questions')).toBe(0);
    await page.context().close();
  });

  it('goes to any view, run, environment and schedule, and does actions, from the keyboard palette', async () => {
    const id = await submit('preprod-us', ['PassCart']);
    await finished(id);
    const page = await browser.open(server.url);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const choose = async (text: string, option: RegExp | string) => {
      await page.keyboard.press('Control+k');
      const field = page.getByRole('combobox', { name: 'Search and actions' });
      await field.fill(text);
      await page.getByRole('option', { name: option }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('listbox').waitFor({ state: 'detached' });
    };
    await choose('doctor', 'Doctor');
    await page.waitForURL('**/doctor');
    await choose(`#${id}`, `Run ${id}`);
    await page.waitForURL(`**/runs/${id}`);
    await choose('shop stage', /^stage-es/);
    await page.waitForURL('**/environments/stage-es');
    await choose('night', /^nightly/);
    await page.waitForURL('**/schedules/nightly');
    await choose('new run', 'New run');
    await page.waitForURL('**/new');
    await choose('pause stage', /^Pause stage-es/);
    await page.getByRole('dialog', { name: 'Pause stage-es' }).getByRole('textbox').fill('copy');
    await page.keyboard.press('Enter');
    await page.getByText('stage-es was paused.').waitFor();
    await choose('resume', 'Resume stage-es');
    await page.getByText('stage-es was resumed.').waitFor();

    // Also while the focus is in a field, and closed by the same key.
    await page.goto(`${server.url}/environments`);
    await page.getByRole('textbox', { name: 'Search by code or name' }).focus();
    await page.keyboard.press('Control+k');
    await page.getByRole('listbox').waitFor();
    await expectAccessible(page, 'the palette');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { level: 1 }).click();
    await page.keyboard.press('?');
    await page
      .getByRole('dialog')
      .getByText(/Go to a run, test, environment/)
      .waitFor();
    await page.context().close();
  });

  it('keeps the filters of each list in its address, saves them as a named view, and deletes it', async () => {
    const page = await browser.open(`${server.url}/runs`);
    await page
      .getByRole('button', { name: 'Failed' })
      .or(page.getByRole('radio', { name: 'Failed' }))
      .first()
      .click();
    await page.waitForURL('**/runs?status=failed');
    const menu = page.getByRole('button', { name: 'Saved views' });
    await menu.click();
    await page.getByRole('button', { name: 'Save this view…' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Failed runs');
    await expectAccessible(page, 'the form of a saved view');
    await page.keyboard.press('Enter');
    await page.getByText('The view Failed runs was saved').waitFor();

    await page.goto(`${server.url}/doctor`);
    await menu.click();
    await page.getByRole('link', { name: 'Failed runs', exact: true }).waitFor();
    await expectAccessible(page, 'the saved views');
    await page.getByRole('link', { name: 'Failed runs', exact: true }).click();
    await page.waitForURL('**/runs?status=failed');
    await page.keyboard.press('Control+k');
    await page.getByRole('option', { name: 'Failed runs' }).waitFor();
    await page.keyboard.press('Escape');

    await menu.click();
    await page.getByRole('button', { name: 'Delete the view Failed runs' }).click();
    await page.getByRole('link', { name: 'Failed runs', exact: true }).waitFor({ state: 'detached' });
    await page.reload();
    await menu.click();
    await page.getByRole('button', { name: 'Save this view…' }).waitFor();
    expect(await page.getByRole('list', { name: 'Saved views' }).count()).toBe(0);
    await page.context().close();
  });

  it('has a header that fits windows from 360 pixels on', async () => {
    for (const width of [360, 768, 1024]) {
      const page = await browser.open(`${server.url}/doctor`, { viewport: { width, height: 740 } });
      await page.getByRole('heading', { level: 1, name: 'Doctor' }).waitFor();
      await expectFits(page, `the header at ${width}`);
      for (const name of ['Saved views', 'Notify me when my runs end', 'Appearance', /^Account of/]) {
        const box = await page.getByRole('button', { name }).boundingBox();
        expect((box?.x ?? 9_999) + (box?.width ?? 9_999), `${name} at ${width}`).toBeLessThanOrEqual(width);
      }
      await page.context().close();
    }
  });
});

const titled = (page: Page, title: string) => waitFor(async () => (await page.title()) === title);

function iconOf(page: Page): Promise<string> {
  return page.evaluate(`document.querySelector('link[rel=icon]').getAttribute('href')`);
}
