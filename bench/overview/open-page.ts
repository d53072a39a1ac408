import type { TestBrowser } from '../../test/page/chromium.ts';

/** In milliseconds. The first two are from the start of the navigation, by the clock of the browser. */
export interface PageTimings {
  /** All lanes and bars are in the document and drawn. */
  contentMs: number;
  /**
   * The page is complete and the main thread is idle: the end of the last task of over 50 ms before a second without
   * one.
   */
  interactiveMs: number;
  /** The delay of a click, made as soon as the page was complete, until the page handled it. */
  clickWaitedMs: number;
  /** From a click on a bar until its run replaces the overview; the script of the run has to be fetched. */
  toRunMs: number;
}

/** Runs in the page before its own scripts. The policy of the page forbids evaluating code in it later by polling. */
const watch = (expectedCounts: { lanes: number; bars: number }) => `
  globalThis.longTasks = [];
  globalThis.waited = 0;
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push(startTime + duration);
  }).observe({ type: 'longtask', buffered: true });
  globalThis.allThere = new Promise((resolve) => {
    const watcher = new MutationObserver(() => {
      if (document.querySelectorAll('[data-run]').length < ${expectedCounts.bars}) return;
      if (document.querySelectorAll('section > ul > li').length < ${expectedCounts.lanes}) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    });
    watcher.observe(document, { childList: true, subtree: true });
  });
  globalThis.free = async () => {
    for (;;) {
      const last = longTasks.at(-1) ?? 0;
      const rest = last + 1_000 - performance.now();
      if (rest <= 0) return last;
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  };
  addEventListener('pointerdown', ({ timeStamp }) => {
    globalThis.pressedAt = timeStamp;
    globalThis.waited = performance.now() - timeStamp;
  }, true);`;

/** Opens the overview as a first-time visitor: with an empty browser cache and a click of the mouse. */
export async function openCold(
  browser: TestBrowser,
  url: string,
  expectedCounts: { lanes: number; bars: number },
): Promise<PageTimings> {
  const page = await browser.open('about:blank');
  await page.addInitScript(watch(expectedCounts));
  await page.goto(url, { waitUntil: 'commit' });
  const contentMs = Number(await page.evaluate('allThere'));
  await page.mouse.click(2, 300);
  const clickWaitedMs = Number(await page.evaluate('waited'));
  const lastTask = Number(await page.evaluate('free()'));

  const bar = page.locator('[data-run]').first();
  const id = await bar.getAttribute('data-run');
  await bar.click();
  await page.getByRole('heading', { level: 1, name: `#${id}` }).waitFor();
  const toRunMs = Number(await page.evaluate('performance.now() - pressedAt'));
  await page.context().close();
  return { contentMs, interactiveMs: Math.max(contentMs, lastTask), clickWaitedMs, toRunMs };
}
