import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildPage,
  expectAccessible,
  expectFits,
  noBrowserReason,
  startBrowser,
  type TestBrowser,
} from './chromium.ts';
import { type SyntheticServer, startSyntheticServer } from './synthetic-submission.ts';

// How did the submission end? The page of a submission, with answers that are made up.

const phone = { width: 390, height: 844 };

describe.skipIf(noBrowserReason)('the page of a submission in a browser', () => {
  let server: SyntheticServer;
  let browser: TestBrowser;
  beforeAll(async () => {
    await buildPage();
    server = await startSyntheticServer({ tests: 600, environments: 8, submissions: 60 });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  const open = async (path: string, viewport = { width: 1440, height: 900 }) => {
    const page = await browser.open(server.url + path, { viewport });
    const matrix = page.getByRole('table', { name: 'Results by test and environment' });
    return { page, matrix, row: (name: string | RegExp) => matrix.getByRole('row', { name }) };
  };
  const submission = (query = '') => `/submissions/${server.id}${query}`;

  it('says in one sentence what changed, and shows only these tests after a click', async () => {
    const { page, row } = await open(submission());
    const title = page.getByRole('heading', { level: 1 });
    await title.getByText('2 new failures').waitFor();
    expect(await title.innerText()).toMatch(
      /^nightly, .+: 2 new failures, 1 broken, 1 fixed, 9 known, 1 flaky, 1 slower$/,
    );
    await page.getByText('Rework coupons', { exact: true }).first().waitFor();
    const review = page.getByRole('link', { name: 'acme/qa/shop !7' });
    expect(await review.getAttribute('href')).toMatch(/\/merge_requests\/7$/);
    await title.getByRole('link', { name: '1 flaky' }).click();
    await page.waitForURL(/class=flaky/);
    await row(/^Flaky 1 test$/).waitFor();
    expect(await row(/^New failures/).count()).toBe(0);
    await expectAccessible(page, 'the tests of a class');
    await page.context().close();
  });

  it('has one line for the tests of a cause, which unfolds, and leads from each cell to its result', async () => {
    const { page, row } = await open(submission());
    const cause = row(/^2 tests with the same cause/).first();
    await cause.getByText("- '47,19 €' + '39,00 €'", { exact: false }).waitFor();
    const test = row(/^StorefrontCheckoutNumber1WithLongNameTest/);
    expect(await test.count()).toBe(0);
    await cause.getByRole('button').click();
    const link = test.getByRole('link', { name: /^preprod-00: failed, new, .+, run 600$/ });
    expect(await link.getAttribute('href')).toBe('/runs/600?test=StorefrontCheckoutNumber1WithLongNameTest');
    expect(await link.innerText()).toBe('new');
    await page.getByText('Shop at fault (Ada): The grid is slow since the upgrade.').first().waitFor();
    await expectAccessible(page, 'a submission');
    await page.context().close();
  });

  it('is one stop of the Tab key, in which the arrow keys move', async () => {
    const { page, matrix } = await open(submission());
    const focused = () =>
      page.evaluate('document.activeElement.getAttribute("aria-label") ?? document.activeElement.innerText');
    await matrix.getByRole('button').first().focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('preprod-00: 2 tests failed with this cause');
    await page.keyboard.press('End');
    expect(await focused()).toBe('preprod-06: 2 tests failed with this cause');
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toMatch(/^preprod-06: passed, /);
    await page.keyboard.press('Home');
    expect(await focused()).toMatch(/^StorefrontCheckoutNumber361/);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.closest("table") === null')).toBe(true);
    await page.context().close();
  });

  it('shows all tests on demand, and filters them by name and environment in the address', async () => {
    const { page, matrix, row } = await open(submission());
    await page.getByRole('button', { name: 'Show all 600 tests' }).click();
    await row(/^The same on all environments/).waitFor();
    expect(await matrix.getByRole('row').count()).toBeLessThan(100);
    await page.keyboard.press('/');
    await page.keyboard.type('number59 CART');
    await row(/^StorefrontCartNumber592/).waitFor();
    expect(await row(/^Storefront/).count()).toBe(2);
    await page.getByLabel('Environment', { exact: true }).selectOption('preprod-03');
    await page.waitForURL(/rows=all.*q=number59\+CART.*environment=preprod-03/);
    await expect
      .poll(() =>
        row(/^StorefrontCart/)
          .first()
          .getByRole('link')
          .count(),
      )
      .toBe(2);
    await page.context().close();
  });

  it('leads to the newest submission, to those before and after it, and weeks back', async () => {
    const { page } = await open('/schedules/nightly/latest');
    await page.waitForURL(server.url + submission());
    const strip = page.getByRole('navigation', { name: 'Submissions of nightly' });
    await strip.locator('[aria-current=page]').waitFor();
    await page.getByRole('link', { name: 'Previous' }).click();
    await page.waitForURL(`${server.url}/submissions/59`);
    await strip.getByRole('button', { name: 'Earlier' }).click();
    await strip.getByRole('link').first().click();
    await page.waitForURL(`${server.url}/submissions/1`);
    // The key leads to what the link leads to, once the submission has been read.
    await page.locator('a[href="/submissions/2"]', { hasText: 'Next' }).waitFor();
    await page.keyboard.press(']');
    await page.waitForURL(`${server.url}/submissions/2`);
    await page.context().close();
  });

  it('has a card for each test on a phone, with the results that matter', async () => {
    const { page, row } = await open(submission('?class=flaky'), phone);
    const test = row(/^StorefrontCheckoutNumber241/);
    await test.getByRole('link', { name: 'preprod-01 flaky' }).waitFor();
    expect(await test.getByRole('link', { name: /^preprod-0/ }).count()).toBe(1);
    await test.getByRole('button', { name: 'passed on 7' }).click();
    expect(await test.getByRole('link', { name: /^preprod-0/ }).count()).toBe(8);
    await expectFits(page, 'a submission on a phone');
    await expectAccessible(page, 'a submission on a phone');
    await page.context().close();
  });

  it('lists submissions with their verdict and what changed', async () => {
    const { page } = await open('/submissions');
    const table = page.getByRole('table', { name: 'Submissions' });
    await table
      .getByRole('row', { name: /failed 2 new failures/ })
      .first()
      .waitFor();
    await expectAccessible(page, 'the list of submissions');
    await page.context().close();
  });
});
