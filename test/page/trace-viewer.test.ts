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

describe.skipIf(noBrowserReason)('the trace viewer in a browser', () => {
  let server: TestServer;
  let browser: TestBrowser;
  let folder: string;
  beforeAll(async () => {
    await buildPage();
    server = await startTestServer();
    browser = await startBrowser();
    folder = await mkdtemp(join(tmpdir(), 'matre-trace-'));
    const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
    await server.ask('POST', '/api/environments', { code: 'us', ...shop });
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Writes the trace of a page that asks another host for an image, and has a script. */
  async function writeTrace(path: string): Promise<void> {
    const page = await browser.open('about:blank');
    const context = page.context();
    await context.tracing.start({ snapshots: true, screenshots: true });
    await page.setContent(
      `<h1>The cart</h1><button onclick="top.hacked = 1">Buy</button><img src="${outside}a.png"><script>top.hacked = 2</script>`,
    );
    await page.click('button');
    await context.tracing.stop({ path });
    await context.close();
  }

  it('opens the trace of a failed test from its run, and asks no other host', async () => {
    await writeTrace(join(folder, 'trace.zip'));
    const result = { name: 'buys', status: 'failed', start: 1_000, stop: 2_000 };
    const attachments = [{ name: 'trace', source: 'trace.zip', type: 'application/zip' }];
    await writeFile(join(folder, 'a-result.json'), JSON.stringify({ ...result, attachments }));
    const runs = await readRuns(folder, { withoutFiles: false });
    const options = { runs, environment: 'us', dryRun: false, by: matreItself };
    const [run] = await importFileRuns(server.app.context, options);

    const page = await browser.open(`${server.url}/runs/${run?.run}`);
    const hosts = new Set<string>();
    page.context().on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      // The service worker answers those of the pages in the trace, and passes on its own.
      const isPassedOn = request.serviceWorker() !== null || !request.url().startsWith(outside);
      if (protocol.startsWith('http') && isPassedOn) hosts.add(host);
    });
    const opened = page.context().waitForEvent('page');
    await page.getByRole('link', { name: 'Trace of buys' }).click();
    const viewer = await opened;
    await viewer.getByText('Click').first().click();
    const snapshot = viewer.frameLocator('iframe.snapshot-visible');
    await snapshot.getByText('The cart').waitFor();
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(await viewer.evaluate(`'hacked' in window`)).toBe(false);
    expect(browser.pageErrors).toEqual([]);

    // What the service worker answers is of the trace, which also names its types: the policy goes by the address.
    const policiesOf = (address: string) =>
      viewer.evaluate(async (url) => {
        const { headers } = await fetch(url);
        return [headers.get('content-security-policy'), headers.get('x-content-type-options')];
      }, address);
    const sealed = "sandbox; default-src 'none'";
    const policies = {
      'snapshot/a': `frame-src ${server.url}/trace-viewer/snapshot/ data:`,
      'file/a.html': sealed,
      'closest-screenshot/a': sealed,
    };
    for (const [address, policy] of Object.entries(policies))
      expect(await policiesOf(address)).toEqual([expect.stringContaining(policy), 'nosniff']);
  });
});
