import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReplayEntry } from '../../src/model/replay.ts';
import { createReplayRecorders } from '../../src/replay/recorder.ts';
import { labelSwitch } from '../../src/selenium/session-label.ts';
import { startChromedriver, type TestSelenium } from '../support/selenium.ts';
import { waitFor } from '../support/wait-for.ts';

/** Pages that report what a recording shows. `/long` reports more at a time than is read. */
const pages: Record<string, string> = {
  '/page': `<p id="count"></p><script>
    console.error('bad', { price: 1 });
    fetch('/missing?token=1');
    setTimeout(() => { undefined.length; });
    let count = 0;
    const timer = setInterval(() => {
      document.getElementById('count').textContent = ++count;
      if (count === 30) { clearInterval(timer); console.log('done'); }
    }, 10);
  </script>`,
  '/still': '<h1>still</h1>',
  '/long': `<script>console.log('x'.repeat(5_000_000));</script>`,
};

let selenium: TestSelenium;
let server: Server;
let base: string;
beforeAll(async () => {
  selenium = await startChromedriver();
  server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    response.writeHead(page ? 200 : 404, { 'content-type': 'text/html' }).end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await selenium.stop();
  server.closeAllConnections();
  server.close();
});

const switches = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** A session that is recorded, with a function that opens a page in it. */
async function record(label: string) {
  const lines: string[] = [];
  const recorders = createReplayRecorders({ locateSelenium: async () => selenium.client });
  const recorder = recorders.start({ label, log: (line) => lines.push(line) });
  const session = await selenium.openSession({
    'goog:chromeOptions': { args: [...switches, `${labelSwitch}${label}`] },
  });
  await waitFor(() => lines.some((line) => line.includes(session)));
  const open = (path: string) =>
    fetch(`${selenium.client.address}/session/${session}/url`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ url: base + path }),
    });
  const entries = () => recorder.recordings().flatMap((one) => one.entries);
  const end = async () => {
    await recorder.stop();
    await selenium.client.end(session);
  };
  return { recorder, open, entries, end };
}

const isDone = (entry: ReplayEntry) => entry.kind === 'console' && entry.text === 'done';

describe('a recording of a browser', () => {
  it('has its pages, console, exceptions, failed requests and pictures', async () => {
    const { recorder, open, entries, end } = await record('matre.recorded.run-1-1.1');
    await open('/page');
    await waitFor(() => entries().some(isDone) && entries().some(({ kind }) => kind === 'request'));
    const reported = entries().map(({ at: _, ...entry }) => entry);
    expect(reported).toContainEqual({ kind: 'page', url: `${base}/page` });
    expect(reported).toContainEqual({ kind: 'console', level: 'error', text: 'bad Object' });
    const request = { kind: 'request', method: 'GET', url: `${base}/missing?token=1`, problem: '404' };
    expect(reported).toContainEqual(request);
    const exception = expect.stringContaining('TypeError');
    expect(reported).toContainEqual({ kind: 'console', level: 'error', text: exception });
    // The one that the page stands still at comes last: it is the last of thirty in 300 ms.
    const pictures = () => recorder.recordings().flatMap(({ reel }) => reel.pictures());
    await waitFor(
      () => (pictures().at(-1)?.at ?? 0) >= (entries().find(isDone)?.at ?? Number.POSITIVE_INFINITY),
    );
    expect(
      Buffer.from(pictures().at(-1)?.data ?? '', 'base64')
        .subarray(0, 2)
        .toString('hex'),
    ).toBe('ffd8');
    await end();
  });

  it('shows the last of pages that follow each other while they change', async () => {
    const { recorder, open, entries, end } = await record('matre.recorded.run-1-1.4');
    for (let count = 0; count < 15; count += 1) await open('/page');
    await waitFor(() => entries().filter(isDone).length > 0);
    const pictures = () => recorder.recordings().flatMap(({ reel }) => reel.pictures());
    await open('/still');
    const still = await waitFor(() =>
      entries().find((entry) => entry.kind === 'page' && entry.url === `${base}/still`),
    );
    await waitFor(() => (pictures().at(-1)?.at ?? 0) >= still.at);
    await end();
  });

  it('goes on without texts when a page reports too much at a time', async () => {
    const { recorder, open, entries, end } = await record('matre.recorded.run-1-1.2');
    const before = recorder.recordings()[0];
    await open('/long');
    await waitFor(() => before?.missing !== undefined);
    const count = before?.reel.pictures().length ?? 0;
    await open('/page');
    await waitFor(() => (before?.reel.pictures().length ?? 0) > count);
    expect(entries().some(isDone)).toBe(false);
    await end();
  });

  it('ends quietly with its browser, and where there is none', async () => {
    const { recorder, end } = await record('matre.recorded.run-1-1.3');
    await end();
    await recorder.stop();
    const nowhere = createReplayRecorders({ locateSelenium: () => Promise.reject(new Error('no Selenium')) });
    const lines: string[] = [];
    const other = nowhere.start({ label: 'x', log: (line) => lines.push(line) });
    await waitFor(() => lines.length > 0);
    await other.stop();
    expect([lines, other.recordings()]).toEqual([['Replay: no Selenium'], []]);
  });
});
