import type { BrowserContextOptions, Page, Request } from 'playwright-core';
import { waitFor } from '../support/wait-for.ts';
import type { TestBrowser } from './chromium.ts';

export interface SettledPage {
  page: Page;
  /** Resolves when the view of an address has all of its data. */
  open(address: string): Promise<void>;
  /** Resolves when all responses are there and drawn. */
  settle(): Promise<void>;
}

/** A page in a new context, of the server at `url`. */
export async function openSettledPage(
  browser: TestBrowser,
  url: string,
  options: BrowserContextOptions,
): Promise<SettledPage> {
  const page = await browser.open('about:blank', options);
  const pending = new Set<Request>();
  page.on('request', (request) => {
    // Chromium does not report the end of all requests of the document that this one replaces.
    if (request.isNavigationRequest()) pending.clear();
    // The stream of a log ends with its run.
    if (request.resourceType() !== 'eventsource') pending.add(request);
  });
  page.on('requestfinished', (request) => pending.delete(request));
  page.on('requestfailed', (request) => pending.delete(request));
  const drawTwice = () =>
    page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  // A list that renders only the rows in view measures them, moves those below, and may have others in view then.
  const places = () =>
    page.evaluate(`JSON.stringify([
      document.documentElement.scrollHeight,
      ...[...document.querySelectorAll('[data-index]')].map((row) => row.getBoundingClientRect().toJSON()),
    ])`);
  const loading = page.getByRole('status', { name: /^Loading/ });
  const settle = async () => {
    await waitFor(async () => {
      const hasAllResponses = pending.size === 0;
      const before = await places();
      // What the last response has is drawn then, or another request is sent.
      await drawTwice();
      const isDrawn = before === (await places());
      return hasAllResponses && isDrawn && pending.size === 0 && (await loading.count()) === 0;
    });
  };
  return {
    page,
    settle,
    async open(address) {
      await page.goto(url + address);
      await page.getByRole('main').getByRole('heading').first().waitFor();
      await settle();
    },
  };
}
