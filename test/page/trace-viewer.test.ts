import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { importFileRuns } from '../../src/import/result-files/import-runs.ts';
import { readRuns } from '../../src/import/result-files/read-runs.ts';
import { matreItself } from '../../src/model/access.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { buildPage, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';

const outside = 'https://outside.example/';

const html = (script: string) => `<script>top.hacked = '${script}'</script>`;
/**
 * Ways to execute a script or to reach another host, in the form of a snapshot. Each takes the place of an element of the recorded page
 * with as many nodes, because later snapshots refer to nodes by their number.
 */
const hostileNodes: [name: string, attributes: object, child: string | [string, object, string]][] = [
  ['H2', { onclick: 'top.hacked = 3', 'x><script>top.hacked = 4</script><i y': '' }, 'A heading'],
  ['SCRIPT', {}, 'top.hacked = 5'],
  ['script/x', {}, 'top.hacked = 6'],
  ['STYLE', {}, `</style>${html('style')}`],
  ['IMG', { src: 'x', onerror: 'top.hacked = 7', OnError: 'top.hacked = 8' }, ''],
  ['IFRAME', { src: 'javascript:top.hacked = 9', srcdoc: html('srcdoc') }, ''],
  ['IFRAME', { __playwright_src__: 'javascript:top.hacked = 10' }, ''],
  ['IFRAME', { SRC: '/api/session', SrcDoc: html('srcdoc') }, ''],
  ['OBJECT', { data: `data:text/html,${html('object')}` }, ''],
  ['EMBED', { src: `data:text/html,${html('embed')}` }, ''],
  ['META', { 'http-equiv': 'refresh', content: `0;url=${outside}` }, ''],
  ['LINK', { rel: 'stylesheet', href: `${outside}a.css` }, ''],
  ['A', { href: 'javascript:top.hacked = 11', target: '_top' }, 'A link'],
  ['svg', {}, ['a', { 'xlink:href': 'javascript:top.hacked = 12' }, 'A drawing']],
  ['FORM', { action: outside, method: 'post', target: '_top' }, ['BUTTON', {}, 'Send']],
];
const placeholders = hostileNodes.map(([, , child], index) =>
  typeof child === 'string' ? `<p>x${index}</p>` : `<div><b>x${index}</b></div>`,
);
const placeOf = (index: number) =>
  typeof hostileNodes[index]?.[2] === 'string' ? `["P",{},"x${index}"]` : `["DIV",{},["B",{},"x${index}"]]`;

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
      `<h1>The cart</h1><button onclick="top.hacked = 1">Buy</button><img src="${outside}a.png"><script>top.hacked = 2</script>${placeholders.join('')}`,
    );
    await page.click('button');
    await context.tracing.stop({ path });
    await context.close();
  }

  /** Adds to the page in a trace what a hostile test would write there. */
  async function makeHostile(path: string): Promise<void> {
    const archive = await openPromise(path);
    const zip = new ZipFile();
    const missing = new Set(hostileNodes.keys());
    for await (const entry of archive.eachEntry()) {
      const content = await buffer(await archive.openReadStreamPromise(entry));
      let text = content.toString('latin1');
      for (const [index, node] of hostileNodes.entries()) {
        if (text.includes(placeOf(index))) missing.delete(index);
        text = text.replaceAll(placeOf(index), JSON.stringify(node));
      }
      zip.addBuffer(Buffer.from(text, 'latin1'), entry.fileName);
    }
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(`${path}.new`));
    archive.close();
    await rename(`${path}.new`, path);
    expect([...missing]).toEqual([]);
  }

  it('opens the hostile trace of a failed test from its run, executes nothing of it, and asks no other host', async () => {
    await writeTrace(join(folder, 'trace.zip'));
    await makeHostile(join(folder, 'trace.zip'));
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
    await snapshot.getByText('A link').click();
    await snapshot.getByText('Send').click();
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
      'snapshot/a': `frame-src ${server.url}/trace-viewer/snapshot/ data:; form-action 'none'`,
      'file/a.html': sealed,
      'closest-screenshot/a': sealed,
    };
    for (const [address, policy] of Object.entries(policies))
      expect(await policiesOf(address)).toEqual([expect.stringContaining(policy), 'nosniff']);
  });
});
