import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFileRuns } from '../../src/import/result-files/import-runs.ts';
import { readRuns } from '../../src/import/result-files/read-runs.ts';
import { matreItself } from '../../src/model/access.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { buildPage, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';

const outside = 'https://outside.example/';
const texts = {
  control: '\0\x01\x1b[31m red',
  surrogates: '\ud800 lone \udfff',
  cdata: ']]> <![CDATA[ x ]]>',
  html: `<img src=${outside}a.png onerror="window.top.hacked = 1"><script src=${outside}a.js></script>`,
  markdown: `![x](${outside}b.png) [y](javascript:alert(1))`,
  direction: '😀 שלום \u202e عربى',
  long: 'x'.repeat(20_000),
};

describe.skipIf(noBrowserReason)('the page of Allure in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let folder: string;
  beforeAll(async () => {
    await buildPage();
    server = await startTestServer();
    browser = await startBrowser();
    folder = await mkdtemp(join(tmpdir(), 'matre-allure-'));
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    await server.ask('POST', '/api/environments', { code: 'us', ...shop });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('shows hostile names, messages and pages of shops, and asks no other host', async () => {
    for (const [index, [name, text]] of Object.entries(texts).entries()) {
      const start = Date.UTC(2026, 0, 1) + index * 10_000;
      const attachments = [{ name: text.slice(0, 100), source: `${name}-attachment.html` }];
      const result = { name: `${name} ${text.slice(0, 120)}`, status: 'failed', start, stop: start + 1_000 };
      const details = { statusDetails: { message: text }, attachments };
      await writeFile(join(folder, `${name}-result.json`), JSON.stringify({ ...result, ...details }));
      const page = `<h1>A shop</h1><img src="${outside}c.png"><script src="${outside}c.js"></script>`;
      await writeFile(join(folder, `${name}-attachment.html`), page);
    }
    const runs = await readRuns(folder, { withoutFiles: false });
    const options = { runs, environment: 'us', dryRun: false, by: matreItself };
    const [run] = await importFileRuns(server.app.context, options);

    const page = await browser.open(`${server.url}/runs/${run?.run}`);
    const hosts = new Set<string>();
    page.context().on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (protocol.startsWith('http')) hosts.add(host);
    });
    const opened = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'Reports' }).click();
    await page.getByRole('menuitem', { name: 'Allure' }).click();
    const report = await opened;
    await report.getByText('A shop').or(report.getByText('markdown ![x]').first()).waitFor();
    for (const name of Object.keys(texts))
      await report
        .getByText(new RegExp(`^${name} `))
        .first()
        .waitFor();
    await report
      .getByText(/^html <img/)
      .first()
      .click();
    await report.getByText('onerror', { exact: false }).nth(1).waitFor();
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(await page.evaluate(`'hacked' in window`)).toBe(false);
    expect(await report.evaluate('window.origin')).toBe('null');
  });
});
