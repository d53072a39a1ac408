import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faults } from '../../src/faults/fault.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { freePort } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';
import { buildPage, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';

// What the page shows when something between it and the server fails.

describe.skipIf(noBrowserReason)('a page with an unreliable server', () => {
  let server: TestServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    server = await startTestServer({
      settings: { MATRE_PORT: String(await freePort()) },
      parts: { runner: namedRunner },
    });
    browser = await startBrowser();
    await server.ask('POST', '/api/environments', {
      code: 'preprod-us',
      name: 'Preprod US',
      baseUrl: 'http://127.0.0.1:1/',
      backendName: 'admin',
      adminUsername: 'admin',
    });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  it('shows a view with its styles, although its style sheet failed to load once', async () => {
    const page = await browser.open(server.url);
    await waitForView(page, 'Overview');
    const failed = new Set<string>();
    await page.route('**/assets/*.css', (route) => failFirst(route, failed));
    await openView(page, 'Schedules');
    await waitForView(page, 'Schedules');
    expect(failed.size).toBeGreaterThan(0);
    expect(await missingStyles(page)).toEqual([]);
    await page.context().close();
  });

  it('shows a view with its styles, although it was opened without a connection', async () => {
    const page = await browser.open(server.url);
    await waitForView(page, 'Overview');
    await page.context().setOffline(true);
    const failure = page.waitForEvent('requestfailed', (request) => request.url().endsWith('.css'));
    await openView(page, 'Doctor');
    await failure;
    await page.context().setOffline(false);
    await page.getByRole('heading', { level: 1, name: 'Doctor' }).waitFor();
    expect(await missingStyles(page)).toEqual([]);
    await page.context().close();
  });

  it('shows the page with its styles, although its own style sheet failed to load once', async () => {
    const page = await browser.open('about:blank');
    const failed = new Set<string>();
    await page.route('**/assets/*.css', (route) => failFirst(route, failed));
    await page.goto(server.url);
    await waitForView(page, 'Overview');
    expect(failed.size).toBeGreaterThan(0);
    await waitFor(async () => (await missingStyles(page)).length === 0);
    await page.context().close();
  });

  it('says that a part of the page is missing, and loads it when the user tries again', async () => {
    const page = await browser.open(server.url);
    await waitForView(page, 'Overview');
    await page.route('**/assets/schedules-*.js', (route) => route.abort());
    await openView(page, 'Schedules');
    const retry = page.getByRole('button', { name: 'Try again' });
    await retry.waitFor();
    await page.getByText('PAGE_PART_MISSING').waitFor();
    await page.unroute('**/assets/schedules-*.js');
    await retry.click();
    await waitForView(page, 'Schedules');
    await page.context().close();
  });

  it('shows a permanent problem and its remedy after one request', async () => {
    const page = await browser.open(server.url);
    let requests = 0;
    await page.route('**/api/environments/preprod-us/effective', (route) => {
      requests += 1;
      return route.fulfill({
        status: 502,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          ...faults.MODULE_ENV_FILE_MISSING,
          code: 'MODULE_ENV_FILE_MISSING',
          detail: 'There is no Cron/data/.env.preprod-us.',
        }),
      });
    });
    await page.goto(`${server.url}/environments/preprod-us`);
    await page.getByRole('alert').getByText('There is no Cron/data/.env.preprod-us.').waitFor();
    await page.getByText(faults.MODULE_ENV_FILE_MISSING.remedy, { exact: false }).first().waitFor();
    expect(requests).toBe(1);
    await page.context().close();
  });

  it('shows the header while the API does not answer yet', async () => {
    const page = await browser.open('about:blank');
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/api/**', async (route) => {
      await answered;
      await route.continue();
    });
    await page.goto(`${server.url}/runs`);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Runs' }).waitFor();
    await page.getByRole('status', { name: 'Loading the page' }).waitFor();
    answer();
    await waitForView(page, 'Runs');
    await page.context().close();
  });

  it('names the zone of a schedule where it is not that of the browser', async () => {
    await server.ask('POST', '/api/schedules', {
      name: 'nightly',
      cron: '30 2 * * *',
      zone: 'Asia/Tokyo',
      environments: ['preprod-us'],
      selection: { groups: ['smoke'] },
    });
    const { body } = await server.ask('POST', '/api/schedules/nightly/fire');
    expect(body.outcome).toBeDefined();
    await server.app.context.database.query(
      `UPDATE schedule_firing SET due_at = '2026-01-02T17:30:00Z', fired_by = NULL`,
    );
    const abroad = await browser.open(`${server.url}/schedules`, { timezoneId: 'Europe/Madrid' });
    await abroad
      .getByText(/02:30.*Asia\/Tokyo/)
      .first()
      .waitFor();
    await abroad.goto(`${server.url}/schedules/nightly`);
    const due = abroad.getByRole('table', { name: 'Recent firings' }).getByText(/02:30:00.*Asia\/Tokyo/);
    await due.waitFor();
    await abroad.context().close();
    const home = await browser.open(`${server.url}/schedules/nightly`, { timezoneId: 'Asia/Tokyo' });
    await home
      .getByRole('table', { name: 'Recent firings' })
      .getByText(/02:30:00$/)
      .waitFor();
    await home.context().close();
  });

  // The last tests: they stop the server.
  it('says that runs continue when the workers are in other processes', async () => {
    const page = await browser.open(server.url);
    await waitForView(page, 'Overview');
    await server.server.close();
    await page.getByRole('alert').getByText('Runs continue on their workers.').waitFor();
    await page.context().close();
  });

  it('says that runs stop with a server that executes them', async () => {
    const other = await startTestServer({ parts: { runner: namedRunner } });
    await other.app.startWorkers();
    const { workers } = other.app.context;
    await waitFor(async () => (await workers.list()).some(({ alive }) => alive));
    const page = await browser.open(other.url);
    await waitForView(page, 'Overview');
    await other.server.close();
    await page.getByRole('alert').getByText('runs on its own workers have stopped').waitFor();
    expect(await page.getByText('Runs continue').count()).toBe(0);
    await page.context().close();
    await other.close();
  });
});

/** Fails the first request of each file. */
function failFirst(route: Route, failed: Set<string>): Promise<void> {
  const url = route.request().url();
  if (failed.has(url)) return route.continue();
  failed.add(url);
  return route.abort();
}

/** The style sheets of the document that are not loaded. */
function missingStyles(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('link[rel=stylesheet]')]
    .filter(({ sheet }) => {
      // Chromium has a sheet for a failed one, too, but refuses to read it.
      try {
        return sheet === null || sheet.cssRules.length === 0;
      } catch {
        return true;
      }
    })
    .map(({ href }) => href)`);
}

/** Opens a view by its link in the header, with the keyboard, so that nothing is prefetched. */
async function openView(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).press('Enter');
}

async function waitForView(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: new RegExp(`^${name}`) }).waitFor();
}
