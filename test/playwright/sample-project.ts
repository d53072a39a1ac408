import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { patienceMs } from '../support/wait-for.ts';

/** The Chromium of Debian. That of Playwright would need a download. */
export const browser = '/usr/bin/chromium';

const packages = ['@playwright/test', 'playwright', 'playwright-core'];

/** The folders of `packages`; `undefined` when they are not installed. */
function findPackages(): string[] | undefined {
  try {
    const first = createRequire(import.meta.url).resolve('@playwright/test/package.json');
    const others = createRequire(first);
    return [
      first,
      others.resolve('playwright/package.json'),
      others.resolve('playwright-core/package.json'),
    ].map((path) => dirname(path));
  } catch {
    return undefined;
  }
}

const sources = findPackages();

/** Why no test of Playwright can be executed here; `undefined` when they can. */
export const noPlaywrightReason =
  sources === undefined ? 'no @playwright/test' : existsSync(browser) ? undefined : 'no chromium';

/** The packages of the project as files, so that npm needs no registry. */
export function writePackages(folder: string): void {
  mkdirSync(join(folder, 'packages'), { recursive: true });
  const lock: Record<string, object> = {
    '': {
      name: 'shop-tests',
      version: '1.0.0',
      devDependencies: { '@playwright/test': specOf('@playwright/test') },
    },
  };
  for (const [index, name] of packages.entries()) {
    const source = sources?.[index] ?? '';
    const { version, dependencies, bin } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    const transform = ['--transform', 's,^\\.,package,'];
    execFileSync('tar', ['-czf', join(folder, 'packages', fileOf(name)), ...transform, '-C', source, '.']);
    lock[`node_modules/${name}`] = { version, resolved: specOf(name), dev: true, dependencies, bin };
  }
  const project = { name: 'shop-tests', version: '1.0.0', private: true };
  const devDependencies = { '@playwright/test': specOf('@playwright/test') };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...project, devDependencies }));
  writeFileSync(
    join(folder, 'package-lock.json'),
    JSON.stringify({ ...project, lockfileVersion: 3, requires: true, packages: lock }),
  );
}

const fileOf = (name: string) => `${name.replace(/\W/g, '-')}.tgz`;
const specOf = (name: string) => `file:packages/${fileOf(name)}`;

/** The files of a project with three projects of Playwright, one of which another one needs. */
export const sampleFiles: Record<string, string> = {
  'playwright.config.ts': `import { defineConfig } from '@playwright/test';
export default defineConfig({
  testDir: './tests',
  retries: 3,
  use: { baseURL: process.env.PLAYWRIGHT_BASE_URL },
  projects: [
    { name: 'setup', testMatch: /.*\\.setup\\.ts/ },
    { name: 'shop', testMatch: /cart\\.spec\\.ts/, dependencies: ['setup'] },
    { name: 'plain', testMatch: /plain\\.spec\\.ts/ },
  ],
});
`,
  'tests/prepare.setup.ts': `import { expect, test as setup } from '@playwright/test';
setup('prepares', () => expect(process.env.SETUP_FAILS).toBeUndefined());
`,
  'tests/cart.spec.ts': `import { existsSync } from 'node:fs';
import { expect, test } from '@playwright/test';
test.describe('Cart', { tag: '@smoke' }, () => {
  test('opens the shop', async ({ page }) => {
    await page.goto('./');
    await expect(page.locator('body')).toContainText('Harbour');
  });
  test('shows a total (47,19 €)', async ({ page }) => {
    test.setTimeout(${2 * patienceMs});
    await expect.poll(() => existsSync('/tmp/first-recorded'), { timeout: ${patienceMs} }).toBe(true);
    await page.goto('./');
    await page.evaluate((text) => { document.title = text; }, process.env.SHOP_SECRET ?? '');
    await expect(page.locator('h1').first()).toHaveText('Nowhere', { timeout: 300 });
  });
});
`,
  'tests/plain.spec.ts': `import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
test('adds', { tag: ['@fast'] }, () => expect(1 + 1).toBe(2));
test('fails once', () => {
  const isFirst = !existsSync('/tmp/failed-once');
  writeFileSync('/tmp/failed-once', '');
  expect(isFirst).toBe(false);
});
test.skip('is not ready', () => {});
test.fail('is known to fail', () => expect(1).toBe(2));
test.describe.serial('Order', () => {
  test('is placed', () => {});
  test('is paid', () => expect(process.env.PAYMENT, 'payment').toBe('on'));
  test('is sent', () => {});
});
`,
};
