import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';
import { startBrowser, type TestBrowser } from './chromium.ts';
import { signIn } from './signing-in.ts';

const token = 'a-token-of-the-test-'.repeat(2);
const password = 'correct horse battery';

interface Visit {
  page: Page;
  /** Requests to other servers. */
  foreign: string[];
  violations(): Promise<unknown[]>;
}

/** Tests of the description of the API at `/api/docs`. */
export function apiDocs(): void {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  afterEach(() => expect(browser.pageErrors.splice(0)).toEqual([]));

  async function visit(server: TestServer): Promise<Visit> {
    const page = await browser.open('about:blank');
    const foreign: string[] = [];
    page.on('request', (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${server.url}/`)) {
        foreign.push(request.url());
      }
    });
    await page.addInitScript(`
      globalThis.violations = [];
      addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
        globalThis.violations.push([effectiveDirective, blockedURI, sample].join(' ')));`);
    return { page, foreign, violations: () => page.evaluate('violations') };
  }

  /** Opens an operation, sends its request, and returns the response that the page got. */
  async function tryIt(page: Page, server: TestServer, path: string, method = 'get') {
    await page.getByRole('button', { name: new RegExp(`Test Request.*${method} ${path}`, 'i') }).click();
    const response = page.waitForResponse(
      (each) => each.url().startsWith(server.url + path) && each.request().method() === method.toUpperCase(),
    );
    await page.getByRole('button', { name: /^Send/ }).first().click();
    return response;
  }

  describe('without sign-in', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer({ parts: { runner: namedRunner } });
    });
    afterAll(() => server.close());

    it('opens from the menu of the page, offline, within its policy, and tries a request', async () => {
      const { page, foreign, violations } = await visit(server);
      await page.goto(server.url);
      await page.getByRole('button', { name: 'Account of local' }).click();
      await page.getByRole('menuitem', { name: 'API' }).click();
      await page.getByRole('heading', { name: 'matre', level: 1 }).waitFor();
      expect(await violations()).toEqual([]);
      await page.goto('about:blank');
      await page.goto(`${server.url}/api/docs#tag/status/GET/api/status`);
      const response = await tryIt(page, server, '/api/status');
      expect(response.status()).toBe(200);
      await page.getByText('200 OK').waitFor();
      expect(await violations()).toEqual([]);
      expect(foreign).toEqual([]);
      await page.context().close();
    });
  });

  describe('with sign-in', () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startTestServer({
        settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token },
        parts: { runner: namedRunner },
      });
      const headers = { authorization: `Bearer ${token}` };
      await server.ask('POST', '/api/users', { name: 'vera', role: 'viewer', password }, headers);
    });
    afterAll(() => server.close());

    it('asks for a sign-in, and then has the rights of the session, also for writing requests', async () => {
      const { page, foreign, violations } = await visit(server);
      await page.goto(`${server.url}/api/docs`);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await signIn(page, 'vera', password);
      await page.getByRole('button', { name: 'Account of vera' }).waitFor();
      await page.goto(`${server.url}/api/docs#tag/audit/GET/api/audit`);
      expect((await tryIt(page, server, '/api/audit')).status()).toBe(403);
      await page.goto('about:blank');
      await page.goto(`${server.url}/api/docs#tag/session/DELETE/api/session`);
      const response = await tryIt(page, server, '/api/session', 'DELETE');
      expect({ status: response.status(), user: (await response.json()).user }).toEqual({
        status: 200,
        user: null,
      });
      expect(await violations()).toEqual([]);
      expect(foreign).toEqual([]);
      await page.context().close();
    });
  });
}
