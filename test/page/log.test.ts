import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Artifacts } from '../../src/artifacts/artifacts.ts';
import type { Runner } from '../../src/worker/runner.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { waitFor } from '../support/wait-for.ts';
import { buildPage, expectAccessible, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';

// The log of a run in a browser: a run of four tests, two of which fail, with long lines.

const tests = ['QuietTest', 'CartTotalTest', 'OrderTest', 'LastTest'];
const failures: Record<string, { step: string; line: number }> = {};
let logText = '';
const logOf: Record<string, string> = {};

/** Codeception's output for a test with 60 long steps; a failing one stops at step 41. */
function writeTest(test: string, failed: boolean): void {
  const lines = [
    `${test}Cest: ${test}`,
    `Signature: Magento\\AcceptanceTest\\_default\\Backend\\${test}Cest:${test}`,
    'Scenario --',
  ];
  for (let step = 1; step <= (failed ? 41 : 60); step += 1) {
    lines.push(`[step${step}] click "#${'a-very-long-selector '.repeat(20)}${step}"`);
  }
  const start = logText.split('\n').length - 1;
  if (failed) failures[test] = { step: lines.at(-1) ?? '', line: start + lines.length };
  lines.push(failed ? ' FAIL ' : ' PASSED ', '');
  if (failed) lines.push('There was 1 failure:', `1) ${test}Cest: ${test}`, ' 41. $I->click("x")', '');
  logOf[test] = `${lines.join('\n')}\n`;
  const word = failed ? 'failed' : 'passed';
  logText += `${logOf[test]}[matre 2026-11-22T21:43:30.069Z] ${test}: ${word} in 2.0 s\n`;
}

describe.skipIf(noBrowserReason)('the log of a run in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let artifacts: Artifacts;
  let address: string;

  const runner: Runner = async ({ run, record }) => {
    await record.plan(tests.map((name) => ({ name, suite: undefined })));
    await record.phase('testing');
    const runLog = await artifacts.runLog(run.id);
    runLog.end(logText);
    await once(runLog, 'finish');
    for (const [index, test] of tests.entries()) {
      const path = `tests/${index + 1}/log.txt`;
      await artifacts.write(run.id, path, logOf[test] ?? '');
      await record.result({
        test,
        suite: undefined,
        status: test in failures ? 'failed' : 'passed',
        message: test in failures ? 'Element "#total" was not found.' : undefined,
        reason: undefined,
        startedAt: new Date(),
        durationMs: 2_000,
        attachments: [{ name: 'Log', kind: 'log', path }],
        ...(test in failures && {
          steps: { count: 41, failed: { number: 41, title: failures[test]?.step ?? '' } },
        }),
      });
    }
    return { kind: 'finished' };
  };

  beforeAll(async () => {
    await buildPage();
    for (const test of tests) writeTest(test, test === 'CartTotalTest' || test === 'OrderTest');
    server = await startTestServer({ parts: { runner } });
    artifacts = server.app.context.artifacts;
    await server.app.startWorkers();
    browser = await startBrowser();
    await server.ask('POST', '/api/environments', {
      code: 'preprod-us',
      name: 'Preprod US',
      baseUrl: 'http://127.0.0.1:1/',
      backendName: 'admin',
      adminUsername: 'admin',
    });
    const { body } = await server.ask('POST', '/api/runs', {
      environments: ['preprod-us'],
      selection: { tests },
      requestedBy: 'test',
    });
    const id: number = body.runs[0].id;
    await waitFor(async () => (await server.app.context.runs.get(id)).state === 'finished');
    address = `${server.url}/runs/${id}`;
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  it('goes to the failed step of a test', async () => {
    const page = await browser.open(address);
    const failure = page.getByRole('article', { name: 'OrderTest: failed' });
    await failure.getByRole('button', { name: 'Show in log' }).click();
    await page.waitForURL(`**#L${failures['OrderTest']?.line}`);
    await expectInView(page, failures['OrderTest']?.line ?? 0);
    await page.context().close();
  });

  it('goes to the next and the previous failure with e and E, and with buttons', async () => {
    const page = await browser.open(`${address}?log=full#L1`);
    const [cart = 0, order = 0] = ['CartTotalTest', 'OrderTest'].map((test) => failures[test]?.line);
    await page.getByText('2 failures').waitFor();
    for (const [key, line] of [
      ['e', cart],
      ['e', order],
      ['e', cart],
      ['E', order],
    ] as const) {
      await page.keyboard.press(key);
      await page.waitForURL(`**#L${line}`);
      await expectInView(page, line);
    }
    await page.getByRole('button', { name: 'Previous failure (E)' }).click();
    await page.waitForURL(`**#L${cart}`);
    await page.getByText('failure 1/2').waitFor();
    // The tooltip of the button is outside of the landmarks.
    await page.mouse.move(0, 0);
    await page.getByRole('tooltip').waitFor({ state: 'detached' });
    await expectAccessible(page, 'the log');
    await page.context().close();
  });

  it('keeps the first line in view where it is when lines are wrapped, and when they are not any more', async () => {
    const page = await browser.open(`${address}?log=full#L150`);
    await expectInView(page, 150);
    const before = await firstLine(page);
    expect(before).toBeGreaterThan(100);
    for (const wrap of ['on', 'off']) {
      await page.keyboard.press('w');
      await page.waitForURL(`**?*wrap=${wrap}*`);
      await waitFor(async () => (await firstLine(page)) === before);
    }
    await page.context().close();
  });

  it('has the search, the wrapping and the line in an address that can be shared', async () => {
    const page = await browser.open(`${address}?log=full`);
    const search = page.getByRole('searchbox', { name: 'Search the log' });
    await search.fill('FAIL');
    await page.getByText('1/2', { exact: true }).waitFor();
    await search.press('Enter');
    await page.getByText('2/2', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Wrap' }).click();
    await page.waitForURL(/wrap=on/);
    const order = (failures['OrderTest']?.line ?? 0) + 1;
    expect(page.url()).toMatch(new RegExp(`find=FAIL.*#L${order}$`));

    const other = await browser.open(page.url());
    await other.getByText('2/2', { exact: true }).waitFor();
    expect(await other.getByRole('searchbox', { name: 'Search the log' }).inputValue()).toBe('FAIL');
    expect(await other.getByRole('button', { name: 'Wrap' }).getAttribute('aria-pressed')).toBe('true');
    await expectInView(other, order);
    await Promise.all([page, other].map((each) => each.context().close()));
  });

  it('keeps the line of the address in view on a machine that is slow to draw', async () => {
    const page = await browser.open(server.url);
    // Each frame takes six seconds by the clock of the page.
    await page.addInitScript(`
      const [now, frame] = [performance.now.bind(performance), requestAnimationFrame.bind(window)];
      let late = 0;
      performance.now = () => now() + late;
      window.requestAnimationFrame = (callback) =>
        frame((time) => {
          late += 6_000;
          callback(time + late);
        });
    `);
    const { line = 0 } = failures['OrderTest'] ?? {};
    await page.goto(`${address}?log=full&wrap=on#L${line}`);
    await expectInView(page, line);
    await page.context().close();
  });

  it('copies the link to a line', async () => {
    const page = await browser.open(`${address}?log=full#L12`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: 'Copy the link to line 12' }).click();
    await page.getByText('The link to line 12 was copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${address}?log=full#L12`);
    await page.context().close();
  });

  it('downloads the log of one test', async () => {
    const page = await browser.open(address);
    const failure = page.getByRole('article', { name: 'OrderTest: failed' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      failure.getByRole('link', { name: 'Download the log of OrderTest' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^run-\d+-OrderTest\.log$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString('utf8')).toBe(logOf['OrderTest']);
    await page.context().close();
  });
});

async function expectInView(page: Page, line: number): Promise<void> {
  await page
    .getByRole('region', { name: 'Log lines' })
    .getByRole('link', { name: `Line ${line}`, exact: true })
    .waitFor();
  await waitFor(async () => {
    const [first, last] = await linesInView(page);
    return first <= line && line <= last;
  });
}

const firstLine = async (page: Page) => (await linesInView(page))[0];

/** The numbers of the first and the last line that are in view as a whole or in part. */
function linesInView(page: Page): Promise<[number, number]> {
  return page.evaluate(`(() => {
    const scroller = document.querySelector('[aria-label="Log lines"]');
    const { top, bottom } = scroller.getBoundingClientRect();
    const numbers = [...scroller.querySelectorAll('a[href^="#L"]')]
      .filter((link) => {
        const box = link.parentElement.getBoundingClientRect();
        return box.bottom > top + 1 && box.top < bottom - 1;
      })
      .map((link) => Number(link.textContent));
    return [Math.min(...numbers), Math.max(...numbers)];
  })()`);
}
