import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrowserProxy, envBefore, hasPhp, startBrowserProxy } from '../../support/browser-proxy.ts';
import { startChromedriver, type TestSelenium } from '../../support/selenium.ts';
import { waitFor } from '../../support/wait-for.ts';
import { openWebDriver, type WebDriverSession } from '../../support/web-driver.ts';
import { look, pressShift, pressWithControl, type Site, startSite } from './site.ts';

/** The proxy of a container, with a real browser and a real PHP. */
describe.skipIf(!hasPhp)('a browser that is kept for the next test', () => {
  let home: string;
  let selenium: TestSelenium;
  let proxy: BrowserProxy;
  let site: Site;
  /** What a test sees in a new browser. */
  let fresh: Awaited<ReturnType<typeof look>>;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'matre-browser-reuse-'));
    await mkdir(join(home, 'files'));
    await symlink(join(home, 'files'), join(home, 'downloads'));
    [selenium, site] = await Promise.all([startChromedriver(), startSite()]);
    proxy = await startBrowserProxy(selenium.client.address, { downloads: join(home, 'downloads') });
  });
  afterAll(async () => {
    await proxy.stop();
    await selenium.stop();
    site.close();
    await rm(home, { recursive: true, force: true });
  });

  const open = () =>
    openWebDriver(proxy.address, {
      args: site.switches,
      // Those that matre sets.
      prefs: { 'autofill.profile_enabled': false, 'download.default_directory': join(home, 'files') },
      // As the configuration of MFTF has it: dialogs stay open.
      unhandledPromptBehavior: 'ignore',
    });

  it('has nothing of the earlier tests', async () => {
    const first = await open();
    fresh = await look(first, site);
    await first.end();
    for (const address of [site.otherUrl, site.named.https]) {
      const session = await open();
      await session.open(`${address}/cookie`);
      await session.run('await fill();');
      await session.end();
    }
    const session = await open();
    await session.open(`${site.url}/cookie`);
    await session.run('await fill();');
    expect(await session.run(`return look(${JSON.stringify(site.otherUrl)});`)).not.toMatchObject({
      localStorage: 0,
    });
    await copy(session, 'left');
    await session.post('/window/rect', { x: 20, y: 30, width: 500, height: 400 });
    await pressShift(session);
    await session.post('/timeouts', { implicit: 100, script: 20_000, pageLoad: 20_000 });
    await session.run(
      "open('/?2'); open('/?3', 'left', 'width=300,height=300'); document.body.style.zoom = '2';",
    );
    // A request that outlives the page, one that the page sends as it goes, a page that does not want to go, and a dialog.
    await session.run(`
      fetch('/late', { keepalive: true });
      addEventListener('pagehide', () => navigator.sendBeacon('/late'));
      addEventListener('beforeunload', (event) => event.preventDefault());
      setTimeout(() => alert('left'));`);
    await waitFor(() => site.count('/late') > 0);
    await session.end();

    const next = await open();
    site.answerLate();
    await waitFor(async () => (await cookiesOf(next)).includes('late'));
    expect(await look(next, site)).toEqual(fresh);
    await next.end();
    const last = await open();
    await last.open(`${site.otherUrl}/`);
    expect(await last.run('return look(location.origin);')).toMatchObject({ localStorage: 0, databases: 0 });
    await last.end();
    expect(site.count('/late')).toBe(1);
    expect(new Set([first.id, session.id, next.id, last.id]).size).toBe(1);
    expect(proxy.lines).toEqual([]);
  });

  /** The names of all cookies of a browser, asked beside the proxy. */
  async function cookiesOf({ id }: WebDriverSession): Promise<string[]> {
    const response = await fetch(`${selenium.client.address}/session/${id}/goog/cdp/execute`, {
      method: 'POST',
      body: JSON.stringify({ cmd: 'Network.getAllCookies', params: {} }),
    });
    const { value } = (await response.json()) as { value: { cookies: { name: string }[] } };
    return value.cookies.map(({ name }) => name);
  }

  /** A text in the clipboard, as a user copies it. */
  async function copy(session: WebDriverSession, text: string): Promise<void> {
    await session.run(
      `const field = document.getElementById('field'); field.value = '${text}'; field.focus();`,
    );
    await pressWithControl(session, 'ac');
  }

  const examples: [string, (session: WebDriverSession) => Promise<unknown>][] = [
    [
      'permissions were decided: notifications',
      (session) =>
        session.run(`
          await Notification.requestPermission();
          // Its own answer about itself.
          Permissions.prototype.query = async () => ({ state: 'prompt' });`),
    ],
    [
      'it knows a password of HTTP authentication',
      (session) => session.open(`${site.url.replace('://', '://left:left@')}/private`),
    ],
    [
      'the effects of POST /goog/cdp/execute are unknown',
      async (session) => {
        await session.devTools('Emulation.setUserAgentOverride', { userAgent: 'left' });
        await session.devTools('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
      },
    ],
    [
      'it has saved a file',
      async (session) => {
        await session.open(`${site.url}/file`);
        await waitFor(async () => (await readdir(join(home, 'files'))).includes('left.csv'));
      },
    ],
  ];
  it.each(examples)('is a new one when %s', async (reason, use) => {
    const next = await openAfter(reason, use);
    expect(await look(next, site)).toEqual(fresh);
    await next.end();
  });

  /** Of what these do nothing can be seen, or not from a page. */
  const hiddenExamples: typeof examples = [
    [
      'the effects of DELETE /window are unknown',
      async (session) => {
        const [first] = (await session.get('/window/handles')) as string[];
        await session.run("open('/?2');");
        await session.remove('/window');
        const [last] = (await session.get('/window/handles')) as string[];
        expect(last).not.toBe(first);
      },
    ],
    [
      'not all of its pages are in its history',
      (session) => session.run("for (let page = 0; page < 60; page++) history.pushState(0, '', '?' + page);"),
    ],
    ['its page was saved, as of a failed test', (session) => session.get('/screenshot')],
    ['the permissions of several origins cannot be seen', (session) => session.open(`${site.otherUrl}/`)],
  ];
  it.each(hiddenExamples)('is a new one when %s', async (reason, use) => {
    await (await openAfter(reason, use)).end();
  });

  /** The session of a test after one that leaves something, for a reason in the output of the proxy. */
  async function openAfter(reason: string, use: (session: WebDriverSession) => Promise<unknown>) {
    const session = await open();
    await session.open(`${site.url}/`);
    await use(session);
    await session.end();
    await rm(join(home, 'files', 'left.csv'), { force: true });
    const next = await open();
    expect(next.id).not.toBe(session.id);
    expect(proxy.lines.splice(0)).toEqual([`not kept: ${reason}`]);
    return next;
  }

  it('is a new one when the next test asks for other capabilities, and after so many tests', async () => {
    const limited = await startBrowserProxy(selenium.client.address, { maxSessions: 2 });
    const ids: string[] = [];
    for (const name of ['first', 'second', 'second', 'second']) {
      const session = await openWebDriver(limited.address, { 'se:name': name });
      ids.push(session.id);
      await session.end();
    }
    expect(ids[1]).toBe(ids[2]);
    expect(new Set(ids).size).toBe(3);
    await limited.stop();
    expect(limited.lines).toEqual([
      'not kept: the next test asks for other capabilities',
      'not kept: it has served 2 tests',
      '3 for 4 sessions',
    ]);
  });

  it('keeps the cookies of a test whose first page a script opened', async () => {
    await (await open()).end();
    const session = await open();
    await session.run(`location = '${site.url}/cookie';`);
    await waitFor(async () => (await session.get('/url')) === `${site.url}/cookie`);
    await session.open(`${site.url}/`);
    expect(await cookiesOf(session)).toEqual(['http']);
    await session.end();
    expect(proxy.lines).toEqual([]);
  });

  it('is out of reach for the test that had it, and is not given to the next one when it has ended', async () => {
    const session = await open();
    await session.end();
    await expect(session.open(`${site.url}/`)).rejects.toThrow('invalid session id');
    await expect(session.end()).rejects.toThrow('invalid session id');
    const next = await open();
    expect(next.id).toBe(session.id);
    await next.end();
    // As a Grid ends those that are not used.
    await selenium.client.end(next.id);
    const last = await open();
    expect(last.id).not.toBe(next.id);
    await last.end();
    expect(proxy.lines.splice(0)).toEqual([expect.stringContaining('invalid session id')]);
  });

  it('ends with its proxy, which then is named no more', async () => {
    const other = await startBrowserProxy(selenium.client.address);
    const kept = await openWebDriver(other.address);
    await kept.end();
    const used = await openWebDriver(other.address);
    const beside = await openWebDriver(other.address);
    expect(used.id).toBe(kept.id);
    expect(await other.stop()).toBe(envBefore);
    const ids = (await selenium.client.status()).sessions.map(({ id }) => id);
    expect(ids.filter((id) => id === used.id || id === beside.id)).toEqual([]);
  });

  it('is reached by those alone who know the address of its proxy', async () => {
    const { origin } = new URL(proxy.address);
    const response = await fetch(`${origin}/status`);
    expect(response.status).toBe(404);
    expect((await fetch(`${proxy.address}/status`)).status).toBe(200);
  });
});
