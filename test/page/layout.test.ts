import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPage, findAxeViolations, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';
import { dialogsLeftOut, type LongDialog, longDialogs } from './long-data/dialogs.ts';
import { environmentCode, pauseReason, testName } from './long-data/names.ts';
import { type LongDataServer, startLongDataServer } from './long-data/server.ts';
import { gateViews, longViews } from './long-data/views.ts';
import { openSettledPage, type SettledPage } from './settled-page.ts';

// Every view, dialog and form of sign-in with names as long as they come, in every width: nothing is cut, hidden or overlapping.

/** `make test-page` and `make test-all` measure everything, and ask axe; `make test` the size where most does not fit. */
const isComplete = process.env['MATRE_TEST_ALL'] !== undefined;

interface Size {
  name: string;
  viewport: { width: number; height: number };
  deviceScaleFactor?: number;
}

const width = (pixels: number): Size => ({ name: `${pixels} px`, viewport: { width: pixels, height: 900 } });
const zoom: Size = { name: '1440 px at 200 %', viewport: { width: 720, height: 450 }, deviceScaleFactor: 2 };
const sizes = [width(1440), width(1024), width(768), width(390), zoom];

const all = sizes.flatMap((size) => (['light', 'dark'] as const).map((scheme) => ({ ...size, scheme })));
const cases = isComplete ? all : [{ ...width(390), scheme: 'dark' as const }];
const completeCases = isComplete ? all : [];

interface LayoutFault {
  kind: string;
  what: string;
  where: string;
}

const script = readFile(join(import.meta.dirname, 'layout-faults.mjs'), 'utf8');
const findFaults = async (page: Page) => (await page.evaluate(await script)) as LayoutFault[];

const web = resolve(import.meta.dirname, '../../web/src');

/** Opens a dialog of a view. */
async function openDialog(
  { page, open, settle }: SettledPage,
  { address, press }: LongDialog,
): Promise<void> {
  await open(address);
  for (const name of press) {
    if (name === 'Control+k') await page.keyboard.press(name);
    else await page.getByRole('button', { name }).or(page.getByRole('menuitem', { name })).first().click();
  }
  await page.getByRole('dialog').waitFor();
  await settle();
}

describe.skipIf(noBrowserReason)('the layout of the page', () => {
  let server: LongDataServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    server = await startLongDataServer({ MATRE_SIGN_IN: 'on' });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** A settled page of the admin, or of somebody who is not signed in. */
  async function openPage({ name: _name, scheme, ...size }: (typeof all)[number], isSignedIn = true) {
    const settled = await openSettledPage(browser, server.url, { ...size, colorScheme: scheme });
    if (!isSignedIn) return settled;
    const value = await server.app.context.access.sessions.begin(1, { secondFactor: false });
    await settled.page.context().addCookies([{ name: 'matre_session', value, url: server.url }]);
    return settled;
  }

  /** What is wrong with what a page shows, each with the place that is named. */
  async function faultsOf(page: Page, place: string): Promise<string[]> {
    const layoutFaults = (await findFaults(page)).map(
      ({ kind, what, where }) => `${kind}: ${what} [${where}]`,
    );
    const violations = isComplete ? await findAxeViolations(page) : [];
    return [...layoutFaults, ...violations.map(({ id, nodes }) => `${id}: ${nodes[0]}`)].map(
      (fault) => `${place}: ${fault}`,
    );
  }

  async function expectNoFaults(settled: SettledPage, faults: readonly string[]) {
    await settled.page.context().close();
    expect(faults).toEqual([]);
    expect(browser.pageErrors.splice(0)).toEqual([]);
  }

  it('has an address for each view, dialog and form of sign-in', async () => {
    const source = await readFile(join(web, 'views.tsx'), 'utf8');
    const list = source.slice(source.indexOf('export const views'), source.indexOf('];'));
    const routes = [...list.matchAll(/(?:path:|view\()\s*'([^']+)'/g)].map(([, route]) => route);
    // The overview is imported at once, the other views are on demand.
    expect(routes).toHaveLength((list.match(/import\(/g)?.length ?? 0) + 1);
    const covered = new Set(longViews(server.ids).map(({ route }) => route));
    expect(routes.filter((route) => !covered.has(route))).toEqual([]);

    const gate = await readFile(join(web, 'shell/sign-in-gate.tsx'), 'utf8');
    const forms = [...gate.matchAll(/import\('\.\.\/([^']+)'\)/g)].map(([, file]) => file);
    expect(forms.length).toBeGreaterThan(2);
    expect(gateViews.map(({ file }) => file).toSorted()).toEqual(forms.toSorted());

    const dialogs = new Set([...longDialogs(server.ids).map(({ file }) => file), ...dialogsLeftOut]);
    const files = (await readdir(web, { recursive: true })).filter((file) => file.endsWith('.tsx'));
    const withDialog: string[] = [];
    for (const file of files) {
      if (/<Modal(\.Root)?\b/.test(await readFile(join(web, file), 'utf8'))) withDialog.push(file);
    }
    expect(withDialog.filter((file) => !dialogs.has(file))).toEqual([]);
  });

  it.each(cases)('fits with the longest names: $name, $scheme', async (size) => {
    const settled = await openPage(size);
    const faults: string[] = [];
    for (const { address } of longViews(server.ids)) {
      await settled.open(address);
      faults.push(...(await faultsOf(settled.page, address.slice(0, 40))));
    }
    await expectNoFaults(settled, faults);
  });

  it.each(completeCases)('fits in dialogs: $name, $scheme', async (size) => {
    const settled = await openPage(size);
    const faults: string[] = [];
    for (const dialog of longDialogs(server.ids)) {
      await openDialog(settled, dialog);
      faults.push(...(await faultsOf(settled.page, `${dialog.file} ${dialog.press.at(-1)}`)));
    }
    await expectNoFaults(settled, faults);
  });

  it.each(completeCases)('fits before somebody is signed in: $name, $scheme', async (size) => {
    const faults: string[] = [];
    for (const { file, address, lacksSecondFactor } of gateViews) {
      const settled = await openPage(size, lacksSecondFactor);
      if (lacksSecondFactor) {
        await settled.page.route('**/api/session', async (route) => {
          const response = await route.fetch();
          const session = (await response.json()) as { user: object };
          await route.fulfill({ json: { ...session, user: { ...session.user, lacksSecondFactor } } });
        });
      }
      await settled.open(address);
      faults.push(...(await faultsOf(settled.page, file)));
      await settled.page.context().close();
    }
    expect(faults).toEqual([]);
    expect(browser.pageErrors.splice(0)).toEqual([]);
  });

  it('shows a cut name whole below the pointer and on focus, and copies it whole', async () => {
    const { page, open } = await openPage({ ...width(1024), scheme: 'light' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open('/environments?q=000');
    const code = environmentCode(0);
    const text = page.locator(`[data-whole="${code}"]`).first();
    const tip = page.getByRole('tooltip').getByText(code, { exact: true });
    await text.hover();
    await tip.waitFor();
    await page.keyboard.press('Escape');
    await tip.waitFor({ state: 'hidden' });
    await page.getByRole('textbox', { name: 'Search by code or name' }).focus();
    await page.getByRole('link', { name: code, exact: true }).focus();
    await tip.waitFor();
    await page.evaluate(`getSelection().selectAllChildren(document.querySelector('[data-whole="${code}"]'))`);
    await page.keyboard.press('Control+C');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(code);
    await page.context().close();
  });

  it('leaves room for why an environment is paused, for the first failure of a run, and for other tests of a submission', async () => {
    const boxOf = async (size: Size, address: string, find: (page: Page) => Locator) => {
      const { page, open } = await openPage({ ...size, scheme: 'light' });
      await open(address);
      const box = await find(page).first().boundingBox();
      await page.context().close();
      if (box === null) throw new Error(`Nothing is shown at ${address}.`);
      return box;
    };
    const reason = await boxOf(width(1024), '/environments?state=paused', (page) =>
      page.locator(`[data-whole="“${pauseReason}”"]`),
    );
    expect(reason.width).toBeGreaterThan(150);
    // Below three hooks, two of which failed with long messages.
    const failure = await boxOf(width(390), `/runs/${server.ids.failed}`, (page) =>
      page.getByRole('article', { name: /: failed$/ }),
    );
    expect(failure.y).toBeLessThan(width(390).viewport.height);
    // With the note of its cause, and since when that is seen.
    const test = await boxOf(width(1440), `/submissions/${server.ids.submission}`, (page) =>
      page.locator('tr').filter({ hasText: 'first seen' }),
    );
    expect(test.height).toBeLessThan(180);
  });

  it('aligns the durations of tests, whatever the length of their names', async () => {
    const { page, open } = await openPage({ ...width(768), scheme: 'light' });
    await open(`/runs/${server.ids.failed}`);
    const rows = page.getByRole('article', { name: /: passed$/ });
    await rows.first().waitFor();
    const offsets =
      (await page.evaluate(`[...document.querySelectorAll('article[aria-label$=": passed"]')].map((row) => {
      const name = row.querySelector('a').getBoundingClientRect();
      const duration = row.firstElementChild.lastElementChild.getBoundingClientRect();
      return { isBeside: name.right <= duration.left + 1 && name.top < duration.bottom, end: Math.round(duration.right) };
    })`)) as { isBeside: boolean; end: number }[];
    expect(offsets.length).toBeGreaterThan(5);
    expect(offsets.filter(({ isBeside }) => !isBeside)).toEqual([]);
    expect(new Set(offsets.map(({ end }) => end)).size).toBe(1);
    await page.context().close();
  });

  it('keeps the name of a test in view while its row scrolls, and renders only the rows in view', async () => {
    const { page, open } = await openPage({ ...width(768), scheme: 'light' });
    await open('/tests');
    const table = page.getByRole('table', { name: 'Tests' });
    expect(await table.getAttribute('aria-rowcount')).toBe('3001');
    expect(await table.getByRole('row').count()).toBeLessThan(100);
    const scrolled = await page.evaluate(`(() => {
      const area = document.querySelector('section[aria-label="Tests"]');
      area.scrollLeft = area.scrollWidth;
      return area.scrollLeft;
    })()`);
    expect(scrolled).toBeGreaterThan(0);
    const box = await table.getByRole('rowheader').first().boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    await page.evaluate('window.scrollTo(0, document.documentElement.scrollHeight)');
    await table.getByRole('row').and(page.locator('[aria-rowindex="3001"]')).waitFor();
    await page.context().close();
  });

  describe('what finds faults', () => {
    const long = testName(0);
    const hidden = 'overflow: hidden; white-space: nowrap; width: 100px';
    const row = (area: string) =>
      `<section ${area} style="overflow-x: auto; width: 300px"><table><tr><td style="min-width: 400px">x</td>
       <td><button>Fire now</button></td></tr></table></section>`;
    it.each([
      [
        'a name that is cut',
        `<p style="${hidden}; text-overflow: ellipsis">${long}</p>`,
        ['cut horizontally'],
      ],
      [
        'letters that are cut below',
        `<p title="jpg" style="overflow: hidden; line-height: 1; font-size: 12px; height: 12px">jpg</p>`,
        ['cut vertically'],
      ],
      [
        'a name that is cut to nothing',
        `<p style="${hidden}; text-overflow: ellipsis">test <span data-whole="${long}" style="display: inline-flex">
         ${long}</span></p>`,
        ['cut horizontally'],
      ],
      ['a page that is too wide', `<p style="width: 200vw">x</p>`, ['page too wide']],
      [
        'a button beside the window',
        `<button style="position: fixed; left: 1610px">Pause</button>`,
        ['action beside the window'],
      ],
      [
        'a button that its row scrolls out of sight',
        row('aria-label="Rows" tabindex="0"'),
        ['action out of sight in its row'],
      ],
      [
        'a link in an unnamed area that scrolls',
        row('').replace('<button>', '<a href="/">'),
        ['action in an area that scrolls without a name'],
      ],
      ['texts that overlap', `<p>${long}</p><p style="margin-top: -30px">${long}</p>`, ['overlap']],
      [
        'no overlap of rows that are not laid out because they are out of view',
        `<div style="height: 200vh"></div>${`<p style="margin: 0; width: 99px; overflow-wrap: anywhere;
         content-visibility: auto; contain-intrinsic-height: auto 9px">${long}</p>`.repeat(3)}`,
        [],
      ],
      ['no cut name with its whole in a title', `<p title="${long}" style="${hidden}">${long}</p>`, []],
      ['no cut name with a tip of the page', `<p data-whole="${long}" style="${hidden}">${long}</p>`, []],
      [
        'no link in a named area that scrolls',
        row('aria-label="Rows" tabindex="0"').replace('<button>', '<a href="/">'),
        [],
      ],
      [
        'no text below a pinned cell',
        `<p>${long}</p><p style="position: sticky; margin-top: -30px; background: white">${long}</p>`,
        [],
      ],
    ])('finds %s', async (_title, content, kinds) => {
      const page = await browser.open('about:blank', { viewport: { width: 1440, height: 900 } });
      await page.setContent(`<body style="margin: 0">${content}</body>`);
      expect([...new Set((await findFaults(page)).map(({ kind }) => kind))]).toEqual(kinds);
      await page.context().close();
    });
  });
});
