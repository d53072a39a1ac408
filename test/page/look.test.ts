import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';
import { type LongDataServer, startLongDataServer } from './long-data/server.ts';

// What a look at a view tells without a click, with 200 environments.

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

describe.skipIf(noBrowserReason)(
  `the look of the page${noBrowserReason ? ` (${noBrowserReason})` : ''}`,
  () => {
    let server: LongDataServer;
    let browser: TestBrowser;
    beforeAll(async () => {
      await buildPage();
      // The doctor waits for workers that do not exist, and a check that takes longer has no result.
      server = await startLongDataServer({ MATRE_DOCTOR_TIMEOUT: '20s' });
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });
    afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

    const open = (path: string, viewport = desktop) => browser.open(server.url + path, { viewport });
    const heightOf = async (page: Page) =>
      Number(await page.evaluate('document.documentElement.scrollHeight'));

    it('shows one fault of 170 environments as one finding of the doctor, with their names folded', async () => {
      const page = await open('/doctor');
      await page.getByText(/^170 environments: the module env file is missing/).waitFor();
      await page
        .getByRole('region', { name: /^Passed/ })
        .getByRole('listitem')
        .first()
        .waitFor();
      const finding = page.getByRole('listitem').filter({ hasText: 'the module env file is missing' });
      const names = page.getByRole('listitem').getByRole('link').nth(150);
      for (const [viewport, maxHeight] of [
        // 170 rows would take more than 10,000 px; the folded ones and the other checks take about 4,050, 60 for each check.
        [desktop, 4_200],
        [phone, 9_000],
      ] as const) {
        await page.setViewportSize(viewport);
        await names.waitFor({ state: 'hidden' });
        expect(await heightOf(page)).toBeLessThan(maxHeight);
        const list = finding.getByText('Show all 170 findings').first();
        await list.click();
        await names.waitFor();
        expect(await heightOf(page)).toBeLessThan(maxHeight);
        await expectFits(page, `the doctor at ${viewport.width} px`);
        await list.click();
      }
      await page.context().close();
    });

    it('says first on the overview what is wrong and why, and filters environments by their state', async () => {
      const page = await open('/');
      await page.getByText(/need attention$|cannot start$/).waitFor();
      const cause = page.getByRole('region', { name: 'Needs attention' }).getByRole('listitem').first();
      expect((await cause.boundingBox())?.y).toBeLessThan(500);
      const failed = page
        .getByRole('group', { name: 'Filter environments by state' })
        .getByRole('button', { name: /^Failed/ });
      const [count = ''] = /\d+/.exec(await failed.innerText()) ?? [];
      await failed.click();
      await page.getByRole('heading', { name: `Environments ${count} of 200` }).waitFor();
      await page.context().close();
    });

    it('shows the picture of a failure large enough to read, and larger after a click', async () => {
      const page = await open(`/runs/${server.ids.failed}`);
      const picture = page.getByRole('button', { name: /^Screenshot of/ }).first();
      await picture.waitFor();
      expect((await picture.boundingBox())?.width).toBeGreaterThanOrEqual(300);
      await picture.click();
      await page
        .getByRole('dialog')
        .getByRole('img', { name: /^The browser/ })
        .waitFor();
      await expectAccessible(page, 'a screenshot');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.context().close();
    });

    it('keeps the density that a user selects', async () => {
      const page = await open('/');
      const lane = page.getByRole('region', { name: 'Run timeline' }).getByRole('listitem').first();
      const heightOfLane = async () => (await lane.boundingBox())?.height ?? 0;
      await lane.waitFor();
      const comfortable = await heightOfLane();
      await page.getByRole('button', { name: 'Appearance' }).click();
      await page.getByRole('menuitemradio', { name: 'Compact' }).click();
      await page.reload();
      await lane.waitFor();
      expect(await heightOfLane()).toBeLessThan(comfortable);
      await page.context().close();
    });

    it('plots weeks with axes and has the same values as a table', async () => {
      const page = await open('/trends?days=28');
      for (const title of ['Pass rate', 'Flaky', 'Duration', 'Waiting']) {
        const plot = page.getByRole('figure', { name: title });
        const image = plot.getByRole('img');
        expect(await image.getAttribute('aria-label'), title).toMatch(
          / on .+, between .+ and .+ on \d+ days$/,
        );
        expect(await plot.locator('text').count(), title).toBeGreaterThan(5);
      }
      await page.getByText('All days as a table').click();
      const days = page.getByRole('table', { name: 'Days' }).getByRole('row');
      expect(await days.count()).toBeGreaterThan(15);
      await page.getByRole('table', { name: 'Slowest tests' }).getByRole('link').first().waitFor();
      await page.getByText(/^No failure in 90 days$/).waitFor();
      await expectAccessible(page, 'trends');
      await page.context().close();
    });

    it('goes back in time on the overview, and keeps the time in the address', async () => {
      const page = await open('/?span=6h');
      const timeline = page.getByRole('region', { name: 'Run timeline' });
      await timeline.getByText('now', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Earlier' }).click();
      await page.waitForURL(/until=/);
      await timeline.getByText('now', { exact: true }).waitFor({ state: 'hidden' });
      await page.getByLabel('Day on the time axis').fill('2026-01-02');
      await page.waitForURL(/until=2026-01-0[23]T/);
      expect(await timeline.locator('[data-run]').count()).toBe(0);
      await expectAccessible(page, 'the overview of an earlier time');
      await page.getByRole('button', { name: 'Now' }).click();
      await timeline.getByText('now', { exact: true }).waitFor();
      expect(new URL(page.url()).search).toBe('?span=6h');
      await page.context().close();
    });
  },
);
