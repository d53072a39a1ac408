import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContextOptions, chromium, type LaunchOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { lockFile } from '../../src/files/file-lock.ts';
import { patienceMs } from '../support/wait-for.ts';

const root = resolve(import.meta.dirname, '../..');

/** The Chromium of Debian. That of Playwright would need a download. */
const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);

/** Why the tests cannot start a browser; `undefined` when they can. */
export const noBrowserReason = executablePath === undefined ? 'no chromium' : undefined;

export interface TestBrowser {
  /** Opens a page in a new context with separate cookies, like another user. */
  open(address: string, options?: BrowserContextOptions): Promise<Page>;
  /** Errors of all pages: uncaught exceptions, React errors, and violations of the content security policy. */
  pageErrors: string[];
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  // Debian's launcher turns on rasterization by the GPU, which software would emulate.
  const browser = await chromium.launch({ ...launcher(), args: ['--no-sandbox', '--disable-gpu'] });
  const pageErrors: string[] = [];
  return {
    pageErrors,
    async open(address, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        reducedMotion: 'reduce',
        ...options,
      });
      // Also of the pages that a page opens.
      context.setDefaultTimeout(patienceMs);
      const page = await context.newPage();
      page.on('pageerror', (error) => pageErrors.push(String(error.stack ?? error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && /Content.Security.Policy|React/i.test(message.text())) {
          pageErrors.push(message.text());
        }
      });
      await page.goto(address);
      return page;
    },
    close: () => browser.close(),
  };
}

/** How Chromium is started; without root it has no priority to give up. */
function launcher(): LaunchOptions {
  if (executablePath === undefined) return {};
  if (process.getuid?.() !== 0) return { executablePath };
  return {
    executablePath: resolve(import.meta.dirname, 'chromium.sh'),
    env: { ...process.env, CHROMIUM: executablePath } as Record<string, string>,
  };
}

/**
 * Builds the page into the folder where a server running from source finds it. Within `make test` once, for all files: one build would
 * remove the files of another.
 */
export async function buildPage(): Promise<void> {
  const lock = await lockFile(join(tmpdir(), 'matre-page.lock'));
  try {
    const folder = process.env['MATRE_TEST_FOLDER'];
    const marker = folder === undefined ? undefined : join(folder, 'page-is-built');
    if (marker !== undefined && existsSync(marker)) return;
    const vite = resolve(root, 'node_modules/vite/bin/vite.js');
    const env = { ...process.env, NODE_ENV: 'production' };
    await promisify(execFile)(
      process.execPath,
      [vite, 'build', resolve(root, 'web'), '--logLevel', 'error'],
      {
        env,
      },
    );
    if (marker !== undefined) await writeFile(marker, '');
  } finally {
    lock.release();
  }
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeViolation {
  id: string;
  help: string;
  /** The HTML of the elements. */
  nodes: string[];
}

/**
 * The violations of WCAG 2.2 A and AA, and of good practice, that axe finds, in an element of the page or in all of it. For all of it
 * the page scrolls to the top: a button that is half under the header has no touch target of 24 pixels. A dialog stays where it is,
 * because one beside a button is hidden when the button is out of view.
 */
export async function findAxeViolations(page: Page, selector = 'html'): Promise<AxeViolation[]> {
  if (selector === 'html') await page.evaluate('scrollTo(0, 0)');
  // A dialog that opens is transparent at first: its text has no contrast then. It changes with the next pictures.
  await page.evaluate(`(async () => {
    for (let picture = 0; picture < 3; picture += 1) await new Promise((resolve) => requestAnimationFrame(resolve));
    const ends = document.getAnimations().filter(({ effect }) => effect.getTiming().iterations !== Infinity);
    await Promise.allSettled(ends.map(({ finished }) => finished));
  })()`);
  if (!(await page.evaluate('typeof axe === "object"'))) {
    await page.evaluate(await readFile(axe, 'utf8'));
  }
  return page.evaluate(`axe
    .run(${JSON.stringify(selector)}, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) =>
      violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html }) => html) })),
    )`);
}

/** Expects no violations that axe can find. */
export async function expectAccessible(page: Page, where: string, selector?: string): Promise<void> {
  expect(await findAxeViolations(page, selector), where).toEqual([]);
}

/** Expects no horizontal scrolling: nothing is wider than the window. */
export async function expectFits(page: Page, where: string): Promise<void> {
  const tooWide = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  expect(tooWide, where).toBeLessThanOrEqual(0);
}
