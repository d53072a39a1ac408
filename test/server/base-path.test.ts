import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRemoteCaller } from '../../src/cli/client/remote.ts';
import { showStatus } from '../../src/operations/system/status.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { cliHere } from '../support/cli.ts';
import { type PrefixProxy, startPrefixProxy } from '../support/prefix-proxy.ts';
import { client, startProvider, type TestProvider } from '../support/provider.ts';
import { namedRunner } from '../support/runner.ts';

// A server whose MATRE_PUBLIC_URL has a path, behind proxies that pass this path on or remove it.

const token = 'a-token-of-some-length';
const password = 'correct horse battery';
const asBrowser = { accept: 'text/html' };

describe('a server below a path', () => {
  let server: TestServer;
  let provider: TestProvider;
  let proxy: PrefixProxy;
  let removing: PrefixProxy;
  let logText = '';
  beforeAll(async () => {
    const target = () => server.url;
    proxy = await startPrefixProxy('/tools/matre', { target });
    removing = await startPrefixProxy('/tools/matre', { target, removes: true });
    provider = await startProvider(`${proxy.url}/api/sign-in/oidc/callback`);
    const write = (line: string) => {
      logText += line;
    };
    server = await startTestServer({
      settings: {
        MATRE_PUBLIC_URL: proxy.url,
        MATRE_TOKEN: token,
        MATRE_OIDC_ISSUER: provider.issuer,
        MATRE_OIDC_CLIENT_ID: client.id,
        MATRE_OIDC_CLIENT_SECRET: client.secret,
        MATRE_OIDC_OPERATORS: 'qa',
      },
      parts: { runner: namedRunner },
      log: pino({ level: 'warn' }, { write }),
    });
  });
  afterAll(async () => {
    await server?.close();
    await provider?.close();
    proxy?.close();
    removing?.close();
  });

  it('answers at the path, without it, and behind a proxy that removes it', async () => {
    for (const url of [proxy.url, removing.url, server.url]) {
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      const page = await fetch(`${url}/runs/7`, { headers: asBrowser });
      expect(await page.text()).toMatch(/(content="\/tools\/matre"|"\/tools\/matre\/api\/openapi\.json")/);
    }
    // Without a slash behind it, too.
    expect((await fetch(proxy.url, { headers: asBrowser })).status).toBe(200);
    expect((await fetch(`${server.url}/tools/matreshka`, { redirect: 'manual' })).status).toBe(404);
    const headers = { authorization: `Bearer ${token}` };
    const description = await (await fetch(`${proxy.url}/api/openapi.json`, { headers })).json();
    expect(description).toMatchObject({ servers: [{ url: '/tools/matre' }] });
  });

  it('has its path in the link of the first admin, in cookies and in redirects', async () => {
    const link = /http\S+\/welcome\?token=[\w-]+/.exec(logText)?.[0] ?? '';
    expect(link).toContain(`${proxy.url}/welcome?token=`);
    const origin = new URL(proxy.url).origin;
    const created = await fetch(`${proxy.url}/api/first-admin`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ token: new URL(link).searchParams.get('token'), name: 'ada', password }),
    });
    expect(created.status).toBe(200);
    expect(created.headers.getSetCookie().join()).toContain('Path=/tools/matre;');

    Object.assign(provider.account, { id: '7', claims: { preferred_username: 'grace', groups: ['qa'] } });
    const signIn = async (returnTo: string) => {
      const browser = openBrowser(proxy.url);
      const departure = await browser.open(
        `${proxy.url}/api/sign-in/oidc?returnTo=${encodeURIComponent(returnTo)}`,
      );
      const back = await provider.signIn(departure.headers.get('location') ?? '');
      expect(back).toContain(`${proxy.url}/api/sign-in/oidc/callback?`);
      return (await browser.open(back)).headers.get('location');
    };
    expect(await signIn('/tools/matre/runs?status=failed')).toBe('/tools/matre/runs?status=failed');
    // Another program on the same host is another site.
    expect(await signIn('/wiki')).toBe('/tools/matre/');
    const forged = await openBrowser(proxy.url).open(`${proxy.url}/api/sign-in/oidc/callback?code=x`);
    expect(forged.headers.get('location')).toBe('/tools/matre/?signInError=OIDC_REFUSED');
  });

  it('is reached by commands, whose address has the path', async () => {
    const caller = createRemoteCaller({ url: `${proxy.url}/`, token, traceParent: undefined });
    expect((await caller.call(showStatus, {})).problems).toEqual(expect.any(Array));
    const stop = await caller.onRunChange(() => {});
    await stop();
    await caller.close();
    const settings = { MATRE_URL: proxy.url, MATRE_TOKEN: token, XDG_CONFIG_HOME: '/nowhere' };
    const { code, stdout } = await cliHere(['list', '--json'], { settings });
    expect({ code, listed: JSON.parse(stdout) }).toEqual({ code: 0, listed: expect.anything() });
  });

  it('answers a proxy that asks whether a user of another page is signed in', async () => {
    const check = (headers: Record<string, string>, role = 'viewer') =>
      fetch(`${proxy.url}/api/sign-in/check?role=${role}`, { headers, redirect: 'manual' });
    expect((await check({})).status).toBe(401);
    const sent = await check(asBrowser);
    expect([sent.status, sent.headers.get('location')]).toEqual([302, `${proxy.url}/`]);
    const browser = openBrowser(proxy.url);
    const signedIn = await browser.ask('POST', `${proxy.url}/api/session`, { name: 'ada', password });
    expect(signedIn.status).toBe(200);
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const accepted = await check({ cookie }, 'admin');
    expect([accepted.status, accepted.headers.get('x-matre-user')]).toEqual([204, 'ada']);
    expect((await check({ cookie, origin: 'https://127.0.0.1:8443' })).status).toBe(204);
    expect((await check({ cookie, origin: 'https://evil.example.com' })).status).toBe(403);
  });

  it('warns once of a proxy that is not trusted, and of one that removes another path', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-prefix': '/matre' };
    for (let times = 0; times < 3; times++) await fetch(`${server.url}/healthz`, { headers });
    const warnings = logText
      .split('\n')
      .filter((line) => /X-Forwarded/.test(line))
      .map((line) => JSON.parse(line));
    expect(warnings).toEqual([
      expect.objectContaining({
        address: '127.0.0.1',
        msg: expect.stringContaining('MATRE_TRUSTED_PROXIES'),
      }),
      expect.objectContaining({
        removed: '/matre',
        expected: '/tools/matre',
        msg: expect.stringContaining('set MATRE_PUBLIC_URL'),
      }),
    ]);
  });
});

it('does not warn of a proxy that is trusted', async () => {
  const lines: string[] = [];
  const server = await startTestServer({
    settings: { MATRE_TRUSTED_PROXIES: '127.0.0.0/8' },
    parts: { runner: namedRunner },
    log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
  });
  await fetch(`${server.url}/healthz`, { headers: { 'x-forwarded-for': '192.0.2.7' } });
  await server.close();
  expect(lines.filter((line) => line.includes('X-Forwarded'))).toEqual([]);
});

it('lets a user who must set up a second factor reach no page beside matre', async () => {
  const server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_SECOND_FACTOR: 'viewer' },
    parts: { runner: namedRunner },
  });
  const browser = openBrowser(server.url);
  const invite = await server.app.context.access.firstAdminInvite.invite();
  const created = await browser.ask('POST', '/api/first-admin', { token: invite, name: 'ada', password });
  expect([created.status, created.body.user.lacksSecondFactor]).toEqual([200, true]);
  expect((await browser.open('/api/sign-in/check')).status).toBe(401);
  await server.close();
});
