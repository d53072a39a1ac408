import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { client, startProvider, type TestProvider } from '../support/provider.ts';
import { freePort } from '../support/redis.ts';

describe('OpenID Connect', () => {
  let provider: TestProvider;
  let server: TestServer;
  let url: string;
  let logText = '';
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    provider = await startProvider(`${url}/api/sign-in/oidc/callback`);
    const write = (line: string) => {
      logText += line;
    };
    server = await startTestServer({
      settings: {
        MATRE_PORT: String(port),
        MATRE_PUBLIC_URL: url,
        MATRE_OIDC_ISSUER: provider.issuer,
        MATRE_OIDC_CLIENT_ID: client.id,
        MATRE_OIDC_CLIENT_SECRET: client.secret,
        MATRE_OIDC_NAME: 'Company',
        MATRE_OIDC_ADMINS: 'leads',
        MATRE_OIDC_OPERATORS: 'qa, ops',
        // Of users with a password alone: the provider is responsible for its users.
        MATRE_SECOND_FACTOR: 'viewer',
      },
      log: pino({ level: 'trace' }, { write }),
    });
  });
  afterAll(async () => {
    await server?.close();
    await provider?.close();
  });

  const begin = async (returnTo = '/runs/7?tab=log') => {
    const browser = openBrowser(url);
    const departure = await browser.open(`/api/sign-in/oidc?returnTo=${encodeURIComponent(returnTo)}`);
    expect(departure.status).toBe(302);
    return { browser, authorization: departure.headers.get('location') ?? '' };
  };
  const redirectOf = async (browser: ReturnType<typeof openBrowser>, address: string) =>
    (await browser.open(address)).headers.get('location');

  it('is offered, and signs in with PKCE, state and nonce, with the role of a claim', async () => {
    Object.assign(provider.account, { id: '7', claims: { preferred_username: 'grace', groups: ['qa'] } });
    expect(await openBrowser(url).session()).toMatchObject({
      signInRequired: true,
      methods: { password: true, oidc: { name: 'Company' } },
    });
    const { browser, authorization } = await begin();
    const redirect = await provider.signIn(authorization);
    const authorizationRequest = provider.lastRequest();
    expect(authorizationRequest.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'state', 'nonce'])
      expect(authorizationRequest.get(name)?.length).toBeGreaterThan(20);
    expect(authorizationRequest.get('response_type')).toBe('code');

    expect(await redirectOf(browser, redirect)).toBe('/runs/7?tab=log');
    expect((await browser.session()).user).toEqual({
      name: 'grace',
      role: 'operator',
      via: 'oidc',
      lacksSecondFactor: false,
    });
    expect(browser.cookies.has('matre_oidc')).toBe(false);
    expect((await browser.ask('GET', '/api/status')).status).toBe(200);
    expect((await browser.ask('GET', '/api/users')).status).toBe(403);

    expect((await browser.ask('GET', '/api/second-factor')).body).toMatchObject({ code: 'USER_ELSEWHERE' });

    // A code is valid once, and only in the browser that began the sign-in.
    expect(await redirectOf(browser, redirect)).toBe('/?signInError=OIDC_REFUSED');
  });

  it('updates the role at the next sign-in, and refuses local changes', async () => {
    Object.assign(provider.account, {
      id: '7',
      claims: { preferred_username: 'grace', groups: ['leads', 'qa'] },
    });
    const { browser, authorization } = await begin('/');
    expect(await redirectOf(browser, await provider.signIn(authorization))).toBe('/');
    expect((await browser.session()).user).toEqual({
      name: 'grace',
      role: 'admin',
      via: 'oidc',
      lacksSecondFactor: false,
    });
    const update = await browser.ask('PATCH', '/api/users/grace', { role: 'viewer' });
    expect(update.body).toMatchObject({ code: 'USER_ELSEWHERE' });
    expect((await browser.ask('GET', '/api/audit')).body.entries).toContainEqual(
      expect.objectContaining({
        who: 'grace',
        via: 'oidc',
        operation: 'session.begin',
        subject: 'grace: admin',
      }),
    );
  });

  it('refuses a user without a role, and a user with the name of another', async () => {
    const signIn = async (id: string, claims: Record<string, unknown>) => {
      Object.assign(provider.account, { id, claims });
      const { browser, authorization } = await begin();
      const address = await redirectOf(browser, await provider.signIn(authorization));
      expect((await browser.session()).user).toBeNull();
      return address;
    };
    expect(await signIn('8', { preferred_username: 'cook', groups: ['kitchen'] })).toBe(
      '/?signInError=OIDC_REFUSED',
    );
    expect(await signIn('9', { preferred_username: 'grace', groups: ['qa'] })).toBe(
      '/?signInError=USER_EXISTS',
    );
    expect(logText).toContain('Nothing in the claim groups of cook gives a role');
  });

  it('refuses a response for another browser, a forged cookie, and a wrong state', async () => {
    Object.assign(provider.account, { id: '7', claims: { preferred_username: 'grace', groups: ['qa'] } });
    const { browser, authorization } = await begin();
    const redirect = await provider.signIn(authorization);
    const victim = openBrowser(url);
    expect(await redirectOf(victim, redirect)).toBe('/?signInError=OIDC_REFUSED');
    victim.cookies.set('matre_oidc', 'v1%3Aforged');
    expect(await redirectOf(victim, redirect)).toBe('/?signInError=OIDC_REFUSED');
    expect((await victim.session()).user).toBeNull();
    const forged = new URL(redirect);
    forged.searchParams.set('state', 'guessed');
    expect(await redirectOf(browser, forged.href)).toBe('/?signInError=OIDC_REFUSED');
    expect((await browser.session()).user).toBeNull();
  });

  it('never redirects to another site', async () => {
    Object.assign(provider.account, { id: '7', claims: { preferred_username: 'grace', groups: ['qa'] } });
    const { browser, authorization } = await begin('//evil.example.com/');
    expect(await redirectOf(browser, await provider.signIn(authorization))).toBe('/');
  });

  it('keeps secrets out of the log', async () => {
    const { browser, authorization } = await begin();
    const redirect = new URL(await provider.signIn(authorization));
    expect(await redirectOf(browser, redirect.href)).toBe('/runs/7?tab=log');
    const session = browser.cookies.get('matre_session') ?? '';
    for (const secret of [client.secret, redirect.searchParams.get('code') ?? '', session]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(logText).not.toContain(secret);
    }
  });

  it('reports an unreachable provider, and the server starts without it', async () => {
    const port = await freePort();
    const offlineServer = await startTestServer({
      settings: {
        MATRE_PUBLIC_URL: 'http://127.0.0.1:1',
        MATRE_OIDC_ISSUER: `http://127.0.0.1:${port}`,
        MATRE_OIDC_CLIENT_ID: client.id,
        MATRE_OIDC_CLIENT_SECRET: client.secret,
        MATRE_OIDC_VIEWERS: '*',
      },
    });
    try {
      const answer = await openBrowser(offlineServer.url).open('/api/sign-in/oidc');
      expect(answer.headers.get('location')).toBe('/?signInError=OIDC_UNREACHABLE');
    } finally {
      await offlineServer.close();
    }
  });
});
