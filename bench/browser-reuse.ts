// What does the browser of a test cost besides its steps? A new session, its first page, and its end: with a browser of its own, and with one
// that is cleared and kept for the next test by the proxy of a container, alternately. Needs PHP, as the proxy does.
//
//   npx tsx bench/browser-reuse.ts [pairs] [address of a shop]
//
// Processor time is that of chromedriver, its browsers and the proxy, from the request for the session until all that follows its end is done.
// chromedriver does not reap the processes of a browser that it closes, so what closing costs is not included: the ratio is an upper bound.
// `gap_ms` is the part for which the next test waits: from the end of a test to the first command of the next, when PHP takes no time. One
// test of each, which is not measured, comes first. Writes bench/results/browser-reuse.json.
import { readdirSync, readFileSync } from 'node:fs';
import { startShop } from '../src/demo/shop/shop.ts';
import { startBrowserProxy } from '../test/support/browser-proxy.ts';
import { startChromedriver } from '../test/support/selenium.ts';
import { openWebDriver } from '../test/support/web-driver.ts';
import { median, writeResults } from './support/figures.ts';

const pairs = Number(process.argv[2] ?? 20);
const shopAddress = process.argv[3];

const shop = shopAddress === undefined ? await startShop({ environment: 'preprod-us', port: 0 }) : undefined;
const page = shop?.url ?? shopAddress ?? '';
const [direct, proxied] = [await startChromedriver(), await startChromedriver()];
const proxy = await startBrowserProxy(proxied.client.address, { maxSessions: pairs + 2 });
const ways = {
  new: { address: direct.client.address, pids: [direct.pid] },
  kept: { address: proxy.address, pids: [proxied.pid, proxy.pid] },
};

/** The processor time of processes and all that they started, also of what has ended, in milliseconds. */
function processorTime(pids: readonly number[]): number {
  const times = new Map<number, { parent: number; ms: number }>();
  for (const name of readdirSync('/proc')) {
    try {
      const text = readFileSync(`/proc/${Number(name)}/stat`, 'utf8');
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      times.set(Number(name), { parent: Number(fields[1]), ms: ticks * 10 });
    } catch {
      // It is no process, or has ended meanwhile.
    }
  }
  const isInside = (pid: number): boolean =>
    pids.includes(pid) || (times.has(pid) && isInside(times.get(pid)?.parent ?? 0));
  return [...times].reduce((sum, [pid, { ms }]) => (isInside(pid) ? sum + ms : sum), 0);
}

interface Measured {
  cpuMs: number;
  wallMs: number;
  gapMs: number;
}

async function execute({ address, pids }: (typeof ways)['new']): Promise<Measured> {
  const cpu = processorTime(pids);
  const startedAt = performance.now();
  const session = await openWebDriver(address, { args: ['--window-size=1280,1024'] });
  await session.get('/url');
  const openMs = performance.now() - startedAt;
  await session.open(page);
  const cpuBeforeEnd = processorTime(pids);
  const endAt = performance.now();
  await session.end();
  // The proxy serves one request after the other, so this waits until the browser is cleared.
  await (await fetch(`${address}/status`)).text();
  const endedAt = performance.now();
  return {
    cpuMs: Math.max(cpuBeforeEnd, processorTime(pids)) - cpu,
    wallMs: endedAt - startedAt,
    gapMs: endedAt - endAt + openMs,
  };
}

await execute(ways.new);
await execute(ways.kept);
const measured: Record<'new' | 'kept', Measured>[] = [];
for (let round = 0; round < pairs; round += 1) {
  const first = round % 2 === 0 ? 'new' : 'kept';
  const second = first === 'new' ? 'kept' : 'new';
  const results = { [first]: await execute(ways[first]), [second]: await execute(ways[second]) };
  measured.push(results as Record<'new' | 'kept', Measured>);
}
const notKept = [...proxy.lines];
await proxy.stop();
await Promise.all([direct.stop(), proxied.stop()]);
await shop?.close();

const medianOf = (way: 'new' | 'kept', field: keyof Measured) =>
  median(measured.map((results) => results[way][field]));
const ratio = (field: keyof Measured) =>
  median(measured.map((results) => results.kept[field] / results.new[field]));
for (const field of ['cpuMs', 'wallMs', 'gapMs'] as const) {
  console.log(
    `${field}: ${Math.round(medianOf('new', field))} with a new browser, ${Math.round(medianOf('kept', field))} with a kept one, ratio ${ratio(field).toFixed(2)}`,
  );
}
if (notKept.length > 0) console.log(notKept.join('\n'));
await writeResults('browser-reuse', {
  metrics: { cpu_ratio: ratio('cpuMs'), wall_ratio: ratio('wallMs'), gap_ms: medianOf('kept', 'gapMs') },
  ...{ pairs, shop: shop ? 'sample' : 'another', notKept: notKept.length },
  ...{
    new: {
      cpuMs: medianOf('new', 'cpuMs'),
      wallMs: medianOf('new', 'wallMs'),
      gapMs: medianOf('new', 'gapMs'),
    },
  },
  kept: {
    cpuMs: medianOf('kept', 'cpuMs'),
    wallMs: medianOf('kept', 'wallMs'),
    gapMs: medianOf('kept', 'gapMs'),
  },
});
