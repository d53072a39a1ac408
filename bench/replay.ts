// How much longer does a test take while its browser is recorded, how large is its replay, and what does the worker spend on it? The same
// steps in a real browser, alternately with and without a recorder, over pages of the sample shop or of another one. Each page is opened,
// waited for as MFTF does, and reports an error and a request that fails.
//
//   npx tsx bench/replay.ts [driver|grid] [rounds] [address of a shop]
//
// `longer_percent` is the median of the differences of the pairs, in percent of the time without a recorder. The CPU times count also on a
// machine that does other work. Writes bench/results/replay.json.
import { readFileSync } from 'node:fs';
import { startShop } from '../src/demo/shop/shop.ts';
import { createReplay } from '../src/replay/create-replay.ts';
import { createReplayRecorders } from '../src/replay/recorder.ts';
import { labelSwitch, sessionLabel } from '../src/selenium/session-label.ts';
import { startChromedriver, startGrid, type TestSelenium } from '../test/support/selenium.ts';
import { median, writeResults } from './support/figures.ts';

const kind = process.argv[2] ?? 'driver';
const rounds = Number(process.argv[3] ?? 10);
const address = process.argv[4];
const pagesOfTest = 12;
/** MFTF runs several scripts for each `waitForPageLoad`. */
const scriptsOfPage = 8;

const shop = address === undefined ? await startShop({ environment: 'preprod-us', port: 0 }) : undefined;
const base = new URL(shop?.url ?? address ?? '');
const paths = shop
  ? ['/', '/prices', '/cart']
  : ['/', '/customer/account/login/', '/customer/account/create/'];
const selenium: TestSelenium =
  kind === 'grid' ? await startGrid({ maxSessions: 1 }) : await startChromedriver();
const recorders = createReplayRecorders({ locateSelenium: async () => selenium.client });
const switches = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

interface Measured {
  ms: number;
  bytes: number;
  pictures: number;
  /** Of this process, which records as a worker does. */
  cpuMs: number;
  /** Of the driver and its browser. */
  browserCpuMs: number;
}

/** CPU time of the driver and of all its processes that have ended, in milliseconds. */
function browserCpu(): number {
  const fields = readFileSync(`/proc/${selenium.pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks * 10;
}

async function executeTest(order: number, records: boolean): Promise<Measured> {
  const label = sessionLabel({ installation: 'bench', runId: 1, fence: 1 }, order);
  const startedAt = Date.now();
  const cpu = process.cpuUsage();
  const browserCpuBefore = browserCpu();
  const recorder = records ? recorders.start({ label, log: () => {} }) : undefined;
  const session = await selenium.openSession({
    'se:name': label,
    'goog:chromeOptions': { args: [...switches, '--window-size=1280,1024', `${labelSwitch}${label}`] },
  });
  const command = (path: string, body: object) =>
    fetch(`${selenium.client.address}/session/${session}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
    });
  for (let page = 0; page < pagesOfTest; page += 1) {
    await command('/url', { url: new URL(paths[page % paths.length] ?? '/', base).href });
    const report = "console.error('page', document.title); fetch('/missing'); return 1;";
    await command('/execute/sync', { script: report, args: [] });
    for (let wait = 0; wait < scriptsOfPage; wait += 1) {
      await command('/execute/sync', { script: 'return document.readyState;', args: [] });
    }
    await command('/element', { using: 'css selector', value: 'body' });
  }
  await selenium.client.end(session);
  await recorder?.stop();
  const endedAt = Date.now();
  const replay = await createReplay(recorder?.recordings() ?? [], {
    ...{ startedAt, endedAt },
    redact: async (text) => text,
  });
  const { user, system } = process.cpuUsage(cpu);
  return {
    ms: endedAt - startedAt,
    bytes: replay === undefined ? 0 : JSON.stringify(replay).length,
    pictures: replay?.pictures.length ?? 0,
    cpuMs: (user + system) / 1000,
    browserCpuMs: browserCpu() - browserCpuBefore,
  };
}

// The first browser of a machine starts slowly.
await executeTest(1, true);
const pairs: { off: Measured; on: Measured }[] = [];
for (let round = 1; round <= rounds; round += 1) {
  const isFirst = round % 2 === 0;
  const one = await executeTest(2 * round, isFirst);
  const other = await executeTest(2 * round + 1, !isFirst);
  pairs.push(isFirst ? { on: one, off: other } : { off: one, on: other });
}
await selenium.stop();
await shop?.close();

const offMs = median(pairs.map(({ off }) => off.ms));
const onMs = median(pairs.map(({ on }) => on.ms));
const longer = (100 * median(pairs.map(({ on, off }) => on.ms - off.ms))) / offMs;
const megabytes = Math.max(...pairs.map(({ on }) => on.bytes)) / 1e6;
const cpuMs = median(pairs.map(({ on, off }) => on.cpuMs - off.cpuMs));
const browserCpuMs = median(pairs.map(({ on, off }) => on.browserCpuMs - off.browserCpuMs));
const browserCpuOffMs = median(pairs.map(({ off }) => off.browserCpuMs));
const pictures = median(pairs.map(({ on }) => on.pictures));
console.log(
  `${kind}, ${rounds} rounds, ${pagesOfTest} pages: ${Math.round(offMs)} ms without, ${Math.round(onMs)} ms with a recorder: ${longer.toFixed(1)} % longer (bar: 5), ${megabytes.toFixed(2)} MB (bar: 5), ${pictures} pictures, CPU: ${Math.round(cpuMs)} ms more of the worker, ${Math.round(browserCpuMs)} ms more than ${Math.round(browserCpuOffMs)} ms of the browser`,
);
await writeResults('replay', {
  metrics: { longer_percent: longer, file_mb: megabytes, worker_cpu_ms: cpuMs, browser_cpu_ms: browserCpuMs },
  ...{ kind, rounds, pagesOfTest, shop: shop ? 'sample' : 'another', offMs, onMs, browserCpuOffMs, pictures },
});
