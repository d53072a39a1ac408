import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts';
import { namedRunner } from '../support/runner.ts';
import { buildPage, noBrowserReason, startBrowser, type TestBrowser } from './chromium.ts';
import { openSettledPage } from './settled-page.ts';
import { signIn } from './signing-in.ts';

// The page below a path, behind a proxy that has nothing else: whatever the page asks for elsewhere is recorded there.

const prefix = '/tools/matre';
const token = 'a-token-of-some-length';
const ada = { name: 'ada', password: 'correct horse battery' };

/** The addresses in the page that are not below the path. */
const strayAddresses = `[...document.querySelectorAll('a[href], img[src], link[href], script[src]')]
  .map((element) => element.getAttribute(element.hasAttribute('href') ? 'href' : 'src'))
  .filter((address) => address.startsWith('/') && !address.startsWith('${prefix}/'))`;

describe.skipIf(noBrowserReason)(
  `the page below a path${noBrowserReason ? ` (${noBrowserReason})` : ''}`,
  () => {
    let server: TestServer;
    let proxy: PrefixProxy;
    let browser: TestBrowser;
    beforeAll(async () => {
      await buildPage();
      proxy = await startPrefixProxy(prefix, { target: () => server.url });
      server = await startTestServer({
        settings: { MATRE_PUBLIC_URL: proxy.url, MATRE_SIGN_IN: 'on', MATRE_TOKEN: token },
        parts: { runner: namedRunner },
      });
      const authorization = `Bearer ${token}`;
      const add = (path: string, body: object) => server.ask('POST', path, body, { authorization });
      await add('/api/users', { ...ada, role: 'admin' });
      await add('/api/environments', { code: 'us', baseUrl: 'https://shop.test', adminUsername: 'admin' });
      const submitted = await add('/api/runs', { environments: ['us'], selection: { tests: ['PassHome'] } });
      expect(submitted.body.runs).toHaveLength(1);
      browser = await startBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      proxy?.close();
      await server?.close();
    });
    afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

    it('asks for nothing and leads to nothing outside of it, in every kind of view', async () => {
      const { page, open } = await openSettledPage(browser, proxy.url, {});
      await page.goto(proxy.url);
      await signIn(page, ada.name, ada.password);
      await page.getByRole('button', { name: `Account of ${ada.name}` }).waitFor();
      for (const view of ['/', '/runs/1', '/submissions/1', '/environments/us', '/messages', '/account']) {
        await open(view);
        expect(await page.evaluate(strayAddresses), view).toEqual([]);
        expect(new URL(page.url()).pathname.startsWith(`${prefix}/`)).toBe(true);
      }
      expect(proxy.strayRequests).toEqual([]);

      // Links that the router opens, in a list and in the timeline.
      await open('/');
      await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
      await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
      expect(new URL(page.url()).pathname).toBe(`${prefix}/runs`);
      await page.goBack();
      const timeline = page.getByRole('region', { name: 'Run timeline' });
      await timeline.locator(`a[href^="${prefix}/environments/"]`).first().click();
      await page.waitForURL(`${proxy.url}/environments/*`);
      await page.getByRole('main').getByRole('heading').first().waitFor();

      await page.goto(`${proxy.url}/api/docs`);
      await page.getByRole('link', { name: 'Back to the page' }).click();
      await page.getByRole('button', { name: `Account of ${ada.name}` }).waitFor();
      expect(proxy.strayRequests).toEqual([]);
      await page.context().close();
    });

    it('moves to it when it is opened past the proxy', async () => {
      const page = await browser.open(`${server.url}/runs`);
      await page.waitForURL(`${server.url}${prefix}/runs`);
      await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
      await page.context().close();
    });
  },
);
