// How long does the page of a submission of 3,000 tests by 8 environments take in Chromium until it is drawn and answers, and
// a filter until its result is drawn? With all rows, not only those that changed. With made-up answers, so that only the page
// counts; bench/matrix.ts measures the same page with its server and database.
//
//   npx tsx bench/matrix/browser.ts [openings]
import { fileURLToPath } from 'node:url';
import { buildPage, startBrowser, type TestBrowser } from '../../test/page/chromium.ts';
import { startSyntheticServer } from '../../test/page/synthetic-submission.ts';
import { median, printTable } from '../support/figures.ts';

export interface MatrixTimings {
  /** Seconds from the navigation until the matrix is drawn and the main thread is idle: the end of its last long task. */
  interactiveS: number;
  /** Milliseconds from a keystroke in the search until the rows that match are drawn; the longest of several. */
  filterMs: number;
}

/** The share of the tests that have a line of their own at least: tests with the same cause are folded into one line. */
const leastLines = 0.8;

/** Runs in the page before its own scripts. The policy of the page forbids evaluating code in it later by polling. */
const watch = (rows: number) => `
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push(startTime + duration);
  }).observe({ type: 'longtask', buffered: true });
  const table = () => document.querySelector('table[aria-label^="Results by test"]');
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(performance.now()))));
  const until = (isThere) => new Promise((resolve) => {
    const check = () => {
      if (!isThere()) return false;
      watcher.disconnect();
      resolve(drawn());
      return true;
    };
    const watcher = new MutationObserver(check);
    if (!check()) watcher.observe(document, { childList: true, subtree: true, attributes: true });
  });
  globalThis.allThere = until(() => Number(table()?.getAttribute('aria-rowcount')) > ${rows});
  globalThis.free = async () => {
    for (;;) {
      const last = longTasks.at(-1) ?? 0;
      const rest = last + 1_000 - performance.now();
      if (rest <= 0) return last;
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  };
  addEventListener('beforeinput', ({ timeStamp }) => {
    const before = table()?.getAttribute('aria-rowcount');
    globalThis.filtered = until(() => table()?.getAttribute('aria-rowcount') !== before).then((at) => at - timeStamp);
  }, true);`;

/** Opens the page of a submission with all rows, with an empty browser cache, and filters it by typing. */
export async function measureMatrixPage(
  browser: TestBrowser,
  address: string,
  { tests, typed }: { tests: number; typed: string },
): Promise<MatrixTimings> {
  const page = await browser.open('about:blank');
  await page.addInitScript(watch(tests * leastLines));
  await page.goto(`${address}?rows=all`, { waitUntil: 'commit' });
  const contentMs = Number(await page.evaluate('allThere'));
  const lastTask = Number(await page.evaluate('free()'));
  const search = page.getByRole('searchbox', { name: 'Search tests by name' });
  await search.focus();
  const times: number[] = [];
  for (const key of typed) {
    await page.keyboard.press(key);
    times.push(Number(await page.evaluate('filtered')));
  }
  await page.context().close();
  return { interactiveS: Math.max(contentMs, lastTask) / 1000, filterMs: Math.max(...times) };
}

async function main(): Promise<void> {
  const openings = Number(process.argv[2] ?? 5);
  const tests = 3_000;
  await buildPage();
  const server = await startSyntheticServer({ tests, environments: 8, submissions: 60 });
  const browser = await startBrowser();
  try {
    const all: MatrixTimings[] = [];
    for (let count = 0; count < openings; count++) {
      const address = `${server.url}/submissions/${server.id}`;
      // Each key leaves fewer rows than the one before.
      all.push(await measureMatrixPage(browser, address, { tests, typed: '2991' }));
    }
    printTable([
      ['metric', 'median', 'worst'],
      row(
        'interactive_s',
        all.map(({ interactiveS }) => interactiveS),
      ),
      row(
        'filter_ms',
        all.map(({ filterMs }) => filterMs),
      ),
    ]);
  } finally {
    await browser.close();
    await server.close();
  }
}

const row = (name: string, values: number[]) => [
  ...[name, median(values).toFixed(3), Math.max(...values).toFixed(3)],
];

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
