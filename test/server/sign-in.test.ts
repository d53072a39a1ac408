import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

const password = 'correct horse battery';
const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };

/** A server with sign-in, and its complete log. */
async function startGuarded(settings: Record<string, string> = {}) {
  let logText = '';
  const log = pino(
    { level: 'trace' },
    {
      write(line: string) {
        logText += line;
      },
    },
  );
  const server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', ...settings },
    parts: { runner: namedRunner },
    log,
  });
  return { server, logText: () => logText };
}

describe('the first admin', () => {
  let server: TestServer;
  let logText: () => string;
  beforeAll(async () => {
    ({ server, logText } = await startGuarded());
  });
  afterAll(() => server.close());
  const token = () => /\/welcome\?token=([\w-]+)/.exec(logText())?.[1] ?? '';

  it('is created once with the link in the log, and is signed in', async () => {
    const browser = openBrowser(server.url);
    expect(await browser.session()).toEqual({
      signInRequired: true,
      user: null,
      csrf: null,
      methods: { password: true, oidc: null },
      firstAdmin: true,
      workersInServer: null,
    });
    const make = (name: string, link: string) => ({ token: link, name, password });
    const attempt = await browser.ask('POST', '/api/first-admin', make('eve', 'guessed'));
    expect(attempt.body).toMatchObject({ status: 403, code: 'WELCOME_INVALID' });
    const weak = await browser.ask('POST', '/api/first-admin', {
      ...make('ada', token()),
      password: 'short',
    });
    expect(weak.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });

    const created = await browser.ask('POST', '/api/first-admin', make('ada', token()));
    expect(created.body).toMatchObject({
      user: { name: 'ada', role: 'admin', via: 'password' },
      csrf: expect.any(String),
      firstAdmin: false,
    });
    expect((await browser.ask('GET', '/api/users')).body.users).toHaveLength(1);

    const repeat = await openBrowser(server.url).ask('POST', '/api/first-admin', make('eve', token()));
    expect(repeat.body).toMatchObject({ status: 403, code: 'WELCOME_INVALID' });
    expect((await browser.ask('GET', '/api/audit')).body.entries).toMatchObject([
      { operation: 'session.first-admin', subject: 'eve', outcome: 'WELCOME_INVALID' },
      { operation: 'session.first-admin', subject: 'ada', outcome: 'done', address: '127.0.0.1' },
      { operation: 'session.first-admin', subject: 'eve', outcome: 'WELCOME_INVALID' },
    ]);
  });

  it('needs no link when the server starts again', async () => {
    const links = logText().match(/welcome\?token/g);
    expect(links).toHaveLength(1);
    const { inviteFirstAdmin } = await import('../../src/server/sign-in/first-admin.ts');
    await inviteFirstAdmin(server.app.context, server.url);
    expect(logText().match(/welcome\?token/g)).toHaveLength(1);
  });
});

describe('with users', () => {
  let server: TestServer;
  let logText: () => string;
  let ada: Browser;
  const add = (name: string, role: string) => ada.ask('POST', '/api/users', { name, role, password });
  const openSignedIn = async (name: string) => {
    const browser = openBrowser(server.url);
    expect((await browser.signIn(name, password)).status).toBe(200);
    return browser;
  };
  beforeAll(async () => {
    ({ server, logText } = await startGuarded({ MATRE_TRUSTED_PROXIES: '127.0.0.1' }));
    const link = /\/welcome\?token=([\w-]+)/.exec(logText())?.[1];
    ada = openBrowser(server.url);
    expect((await ada.ask('POST', '/api/first-admin', { token: link, name: 'ada', password })).status).toBe(
      200,
    );
    for (const [name, role] of [
      ['vera', 'viewer'],
      ['otto', 'operator'],
    ] as const) {
      expect((await add(name, role)).body).toMatchObject({ name, role, via: 'password' });
    }
    await ada.ask('POST', '/api/environments', { code: 'us', ...shop });
    await ada.ask('POST', '/api/environments/us/pause', { reason: 'so that runs stay in the queue' });
  });
  afterAll(() => server.close());

  const newest = async () => (await ada.ask('GET', '/api/audit?limit=1')).body.entries[0];

  describe('signing in', () => {
    it('accepts the right password, and sets a cookie that scripts cannot read', async () => {
      const browser = openBrowser(server.url);
      const invalid = await browser.signIn('vera', `${password}!`);
      const unknown = await browser.signIn('nobody', password);
      expect(invalid.body).toMatchObject({ status: 401, code: 'SIGN_IN_REFUSED' });
      // The response does not reveal which users exist.
      expect(unknown.body).toEqual(invalid.body);
      expect(await newest()).toMatchObject({ who: 'somebody unknown', outcome: 'SIGN_IN_REFUSED' });

      const right = await browser.signIn('VERA', password);
      expect(right.body.user).toEqual({
        ...{ name: 'vera', role: 'viewer', via: 'password' },
        lacksSecondFactor: false,
      });
      const [cookie = ''] = right.headers.getSetCookie();
      expect(cookie).toMatch(/^matre_session=[\w-]{43}; /);
      for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(attribute);
      expect(cookie).not.toContain('Secure');
      expect((await browser.session()).csrf).toBe(right.body.csrf);
      expect(await newest()).toMatchObject({ who: 'vera', operation: 'session.begin', outcome: 'done' });
    });

    it('sets a secure cookie behind a proxy with TLS, which no other server can set', async () => {
      const withTls = { 'x-forwarded-proto': 'https' };
      const sent = { name: 'vera', password };
      const answer = await openBrowser(server.url).ask('POST', '/api/session', sent, withTls);
      const [cookie = ''] = answer.headers.getSetCookie();
      expect(cookie).toMatch(
        /^__Host-matre_session=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      const [pair = ''] = cookie.split(';');
      const status = async (pair: string) =>
        (await server.ask('GET', '/api/status', undefined, { ...withTls, cookie: pair })).status;
      expect(await status(pair)).toBe(200);
      expect(await status(pair.replace('__Host-', ''))).toBe(401);
    });

    it('ends on sign-out, for every copy of the cookie', async () => {
      const browser = await openSignedIn('vera');
      const cookie = `matre_session=${browser.cookies.get('matre_session')}`;
      const status = async () => (await server.ask('GET', '/api/status', undefined, { cookie })).status;
      expect(await status()).toBe(200);
      const out = await browser.ask('DELETE', '/api/session');
      expect(out.body).toMatchObject({ user: null, csrf: null });
      expect(browser.cookies.has('matre_session')).toBe(false);
      expect(await status()).toBe(401);
      expect((await server.ask('GET', '/api/session', undefined, { cookie })).body.user).toBeNull();
    });

    it('is refused after ten attempts with one name, even with the right password, until an admin sets another', async () => {
      await add('mallory', 'viewer');
      const browser = openBrowser(server.url);
      const attempts = await Promise.all(
        Array.from({ length: 12 }, () => browser.signIn('mallory', 'guessed it?')),
      );
      const refused = attempts.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(2);
      expect(refused[0]?.headers.get('retry-after')).toBe('900');
      const right = await browser.signIn('Mallory', password);
      expect(right.body).toMatchObject({ status: 429, code: 'SIGN_IN_TOO_OFTEN' });
      expect((await browser.signIn('vera', password)).status).toBe(200);
      const other = 'another long password';
      expect((await ada.ask('PATCH', '/api/users/mallory', { password: other })).status).toBe(200);
      expect((await browser.signIn('mallory', other)).status).toBe(200);
    });

    it('is refused after a hundred attempts from one address, as reported by a trusted proxy', async () => {
      const from = { 'x-forwarded-for': '203.0.113.7' };
      const attempt = (index: number) =>
        openBrowser(server.url).ask(
          'POST',
          '/api/first-admin',
          { token: `${index}`, name: 'eve', password },
          from,
        );
      for (let index = 0; index < 100; index += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, more) => attempt(index + more)));
      }
      expect((await attempt(100)).body).toMatchObject({ status: 429 });
      // Attackers cannot fill the audit trail that way.
      expect(await newest()).toMatchObject({ address: '203.0.113.7', outcome: 'WELCOME_INVALID' });
      expect((await openBrowser(server.url).signIn('vera', password)).status).toBe(200);
    });
  });

  describe('a password', () => {
    it('is changed by a user who knows it, and all other sessions end', async () => {
      await add('petra', 'viewer');
      const [one, two] = [await openSignedIn('petra'), await openSignedIn('petra')];
      const next = 'an even longer password';
      const change = (current: string) => one.ask('POST', '/api/session/password', { current, next });
      expect((await change('not this one')).body).toMatchObject({ status: 401, code: 'SIGN_IN_REFUSED' });
      expect((await two.session()).user).not.toBeNull();
      expect((await change(password)).body.user).toMatchObject({ name: 'petra' });
      expect((await two.session()).user).toBeNull();
      expect((await one.ask('GET', '/api/status')).status).toBe(200);
      expect((await openBrowser(server.url).signIn('petra', password)).status).toBe(401);
      expect((await openBrowser(server.url).signIn('petra', next)).status).toBe(200);
    });

    it('cannot be changed with a token', async () => {
      const { body } = await ada.ask('POST', '/api/tokens', { name: 'a', role: 'admin' });
      const answer = await server.ask(
        'POST',
        '/api/session/password',
        { current: password, next: 'a very long password' },
        { authorization: `Bearer ${body.secret}` },
      );
      expect(answer.body).toMatchObject({ status: 400, code: 'INPUT_INVALID' });
    });
  });

  describe('roles', () => {
    it('decide what a user may do, and changes apply at once', async () => {
      const [vera, otto] = [await openSignedIn('vera'), await openSignedIn('otto')];
      const run = { environments: ['us'], selection: { tests: ['PassHome'] } };
      const refused = await vera.ask('POST', '/api/runs', run);
      expect(refused.body).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
        detail: 'runs.submit needs the role operator; vera is viewer.',
      });
      expect(await newest()).toMatchObject({ who: 'vera', operation: 'runs.submit', outcome: 'FORBIDDEN' });
      expect((await vera.ask('GET', '/api/runs')).status).toBe(200);
      expect((await vera.ask('GET', '/api/users')).status).toBe(403);
      expect((await vera.ask('GET', '/api/audit')).status).toBe(403);

      const submitted = await otto.ask('POST', '/api/runs', { ...run, requestedBy: 'another user' });
      expect(submitted.body.runs[0].requestedBy).toBe('otto');
      const entry = { who: 'otto', via: 'password', address: '127.0.0.1', outcome: 'done' };
      expect(await newest()).toMatchObject({
        ...entry,
        operation: 'runs.submit',
        subject: 'us: test PassHome',
      });
      expect((await otto.ask('DELETE', '/api/environments/us')).status).toBe(403);
      expect(
        (await otto.ask('PUT', '/api/variables', { variables: [{ name: 'A', value: 'b' }] })).status,
      ).toBe(403);

      expect((await ada.ask('PATCH', '/api/users/vera', { role: 'operator' })).status).toBe(200);
      expect((await vera.ask('POST', '/api/runs', run)).status).toBe(200);
      await ada.ask('PATCH', '/api/users/vera', { role: 'viewer' });
      expect((await vera.ask('POST', '/api/runs', run)).status).toBe(403);
    });

    it('let viewers see the values of plain variables only, also when others ask at the same time', async () => {
      const variables = [
        { name: 'BROWSER', value: 'chrome' },
        { name: 'PRICE', value: '12' },
        { name: 'GATEWAY', value: 'hush hush', secret: true },
      ];
      await ada.ask('PUT', '/api/variables', { environment: 'us', variables });
      const [vera, otto] = [await openSignedIn('vera'), await openSignedIn('otto')];
      for (const path of ['/api/environments/us', '/api/variables?environment=us']) {
        const [ofVera, ofOtto] = await Promise.all([vera.ask('GET', path), otto.ask('GET', path)]);
        expect(ofVera.body.variables).toMatchObject([
          { name: 'BROWSER', value: 'chrome', secret: false },
          { name: 'GATEWAY', value: null, secret: true },
          { name: 'PRICE', value: null, secret: false },
        ]);
        expect(ofOtto.body.variables).toMatchObject([
          { name: 'BROWSER', value: 'chrome', secret: false },
          { name: 'GATEWAY', value: null, secret: true },
          { name: 'PRICE', value: '12', secret: false },
        ]);
      }
    });

    it('always include at least one admin', async () => {
      expect((await ada.ask('DELETE', '/api/users/ada')).body).toMatchObject({ code: 'LAST_ADMIN' });
      expect((await ada.ask('PATCH', '/api/users/ada', { role: 'viewer' })).body).toMatchObject({
        code: 'LAST_ADMIN',
      });
    });

    it('are set again by the link of an admin, once, which ends all other sessions', async () => {
      await add('rita', 'viewer');
      const rita = await openSignedIn('rita');
      const link = async () => {
        const { body } = await ada.ask('POST', '/api/users/rita/reset-link');
        return new URLSearchParams(body.path.split('?')[1]).get('token') ?? '';
      };
      const [replaced, token] = [await link(), await link()];
      expect((await rita.ask('POST', '/api/users/rita/reset-link')).status).toBe(403);
      const next = 'a password from a link';
      const use = (secret: string, chosen = next) =>
        openBrowser(server.url).ask('POST', '/api/session/reset', { token: secret, password: chosen });
      expect((await use(replaced)).body).toMatchObject({ status: 403, code: 'RESET_LINK_INVALID' });
      // A password that is refused does not use up the link.
      expect((await use(token, 'short')).status).toBe(400);
      expect((await use(token)).body).toMatchObject({ user: { name: 'rita', role: 'viewer' } });
      expect(await newest()).toMatchObject({ operation: 'session.reset', subject: 'rita', outcome: 'done' });
      expect((await use(token)).body).toMatchObject({ code: 'RESET_LINK_INVALID' });
      expect((await rita.ask('GET', '/api/status')).status).toBe(401);
      expect((await openBrowser(server.url).signIn('rita', password)).status).toBe(401);
      expect((await openBrowser(server.url).signIn('rita', next)).status).toBe(200);
      const [late] = [await link()];
      await server.app.context.database.query(`UPDATE reset_link SET expires_at = now()`);
      expect((await use(late)).body).toMatchObject({ code: 'RESET_LINK_INVALID' });
      const stored = await server.app.context.database.query('SELECT who, subject FROM audit');
      expect(JSON.stringify(stored)).not.toContain(token);
    });

    it('end when the user is deactivated, and are those of before when the user is activated', async () => {
      await add('dora', 'operator');
      const dora = await openSignedIn('dora');
      const { body: token } = await dora.ask('POST', '/api/tokens', { name: 'of dora', role: 'operator' });
      const authorization = `Bearer ${token.secret}`;
      const edit = (fields: object) => ada.ask('PATCH', '/api/users/dora', fields);
      expect((await edit({ active: false })).body).toMatchObject({ deactivatedAt: expect.any(String) });
      expect(await newest()).toMatchObject({
        ...{ who: 'ada', operation: 'users.edit', subject: 'dora, deactivated', outcome: 'done' },
        changes: { deactivatedAt: { before: null, after: expect.any(String) } },
      });
      expect((await dora.ask('GET', '/api/status')).status).toBe(401);
      expect((await server.ask('GET', '/api/status', undefined, { authorization })).status).toBe(401);
      const signIn = (attempt: string) =>
        openBrowser(server.url).ask('POST', '/api/session', { name: 'dora', password: attempt });
      expect((await signIn(password)).body).toMatchObject({ status: 403, code: 'USER_DEACTIVATED' });
      // Only who has the password learns that the user is deactivated.
      expect((await signIn('another password')).body).toMatchObject({ status: 401, code: 'SIGN_IN_REFUSED' });
      await edit({ active: true, role: 'viewer' });
      expect(await newest()).toMatchObject({ changes: { role: { before: 'operator', after: 'viewer' } } });
      expect((await server.ask('GET', '/api/status', undefined, { authorization })).status).toBe(200);
      expect((await signIn(password)).status).toBe(200);
      const filtered = await ada.ask(
        'GET',
        '/api/audit?operation=users.edit&subject=DORA&outcome=done&limit=1',
      );
      expect(filtered.body.entries).toMatchObject([{ subject: 'dora, role viewer, activated' }]);
    });

    it('end when the user is removed', async () => {
      await add('rex', 'operator');
      const rex = await openSignedIn('rex');
      const { body: token } = await rex.ask('POST', '/api/tokens', { name: 'of rex', role: 'operator' });
      expect((await ada.ask('DELETE', '/api/users/rex')).status).toBe(200);
      expect((await rex.ask('GET', '/api/status')).status).toBe(401);
      const authorization = `Bearer ${token.secret}`;
      expect((await server.ask('GET', '/api/status', undefined, { authorization })).status).toBe(401);
    });
  });

  describe('a page of another site', () => {
    it('cannot change anything with the cookie of a user: CSRF', async () => {
      const otto = await openSignedIn('otto');
      const resume = (headers: Record<string, string>) =>
        otto.ask('POST', '/api/environments/us/resume', undefined, headers);
      expect((await resume({ 'x-csrf-token': '' })).body).toMatchObject({
        status: 403,
        code: 'CSRF_REFUSED',
      });
      const { csrf } = await ada.session();
      expect((await resume({ 'x-csrf-token': csrf ?? '' })).body).toMatchObject({ code: 'CSRF_REFUSED' });
      expect((await resume({ origin: 'https://evil.example.com' })).body).toMatchObject({
        code: 'HOST_REFUSED',
      });
      const out = await otto.ask('DELETE', '/api/session', undefined, { 'x-csrf-token': 'guessed' });
      expect(out.body).toMatchObject({ code: 'CSRF_REFUSED' });
      expect((await resume({ origin: server.url })).status).toBe(200);
      await otto.ask('POST', '/api/environments/us/pause', { reason: 'so that runs stay in the queue' });
    });

    it('cannot sign a user in as another user', async () => {
      const browser = openBrowser(server.url);
      const body = { name: 'vera', password };
      const origin = await browser.ask('POST', '/api/session', body, { origin: 'https://evil.example.com' });
      expect(origin.body).toMatchObject({ status: 403, code: 'HOST_REFUSED' });
      const form = await browser.ask('POST', '/api/session', body, { 'content-type': 'text/plain' });
      expect(form.status).toBe(415);
    });
  });

  describe('tokens', () => {
    const withToken = (secret: string, method: string, path: string, body?: unknown) =>
      server.ask(method, path, body, { authorization: `Bearer ${secret}` });

    it('are shown once, work until they are revoked, and need no CSRF token', async () => {
      const otto = await openSignedIn('otto');
      const created = await otto.ask('POST', '/api/tokens', {
        name: 'ci',
        role: 'operator',
        expiresInDays: 30,
      });
      const { id, secret } = created.body;
      expect(secret).toMatch(/^matre_[\w-]{43}$/);
      expect(created.body).toMatchObject({ user: 'otto', createdBy: 'otto', usedAt: null });
      const listed = await otto.ask('GET', '/api/tokens');
      expect(listed.body.tokens).toMatchObject([{ id, name: 'ci' }]);
      expect(JSON.stringify(listed.body)).not.toContain(secret);

      const run = { environments: ['us'], selection: { tests: ['PassHome'] } };
      const submitted = await withToken(secret, 'POST', '/api/runs', run);
      expect(submitted.body.runs[0].requestedBy).toBe('token ci of otto');
      expect((await otto.ask('GET', '/api/tokens')).body.tokens[0].usedAt).not.toBeNull();
      expect((await withToken(secret, 'DELETE', '/api/environments/us')).status).toBe(403);

      expect((await otto.ask('DELETE', `/api/tokens/${id}`)).status).toBe(200);
      expect((await withToken(secret, 'GET', '/api/status')).body).toMatchObject({
        status: 401,
        code: 'UNAUTHORIZED',
      });
    });

    it('never have a higher role than their creator, and cannot create tokens', async () => {
      const otto = await openSignedIn('otto');
      const more = await otto.ask('POST', '/api/tokens', { name: 'more', role: 'admin' });
      expect(more.body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      const { body } = await otto.ask('POST', '/api/tokens', { name: 'breeder', role: 'operator' });
      const child = await withToken(body.secret, 'POST', '/api/tokens', { name: 'child', role: 'viewer' });
      expect(child.body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    });

    it('below admin see and revoke themselves alone', async () => {
      const otto = await openSignedIn('otto');
      const create = async (name: string) =>
        (await otto.ask('POST', '/api/tokens', { name, role: 'viewer' })).body;
      const [one, other] = [await create('one'), await create('other')];
      const listed = await withToken(one.secret, 'GET', '/api/tokens');
      expect(listed.body.tokens).toMatchObject([{ id: one.id }]);
      const refused = await withToken(one.secret, 'DELETE', `/api/tokens/${other.id}`);
      expect(refused.body).toMatchObject({ status: 404, code: 'TOKEN_UNKNOWN' });
      expect((await withToken(one.secret, 'DELETE', `/api/tokens/${one.id}`)).status).toBe(200);
      expect((await otto.ask('DELETE', `/api/tokens/${other.id}`)).status).toBe(200);
    });

    it('of other users are visible to and revocable by admins only', async () => {
      const [otto, vera] = [await openSignedIn('otto'), await openSignedIn('vera')];
      const { body } = await otto.ask('POST', '/api/tokens', { name: 'mine', role: 'viewer' });
      expect((await vera.ask('GET', '/api/tokens')).body.tokens).toEqual([]);
      expect((await vera.ask('DELETE', `/api/tokens/${body.id}`)).body).toMatchObject({
        code: 'TOKEN_UNKNOWN',
      });
      const all = (await ada.ask('GET', '/api/tokens')).body.tokens;
      expect(all).toContainEqual(expect.objectContaining({ id: body.id, user: 'otto' }));
      expect((await ada.ask('DELETE', `/api/tokens/${body.id}`)).status).toBe(200);
    });

    it('expire', async () => {
      const { body } = await ada.ask('POST', '/api/tokens', {
        name: 'short',
        role: 'viewer',
        expiresInDays: 1,
      });
      expect((await withToken(body.secret, 'GET', '/api/status')).status).toBe(200);
      const { database } = server.app.context;
      await database.query(`UPDATE token SET expires_at = now() WHERE id = $1 RETURNING id`, [body.id]);
      // The server is not notified, so it may use its cache for a moment.
      await waitFor(async () => (await withToken(body.secret, 'GET', '/api/status')).status === 401);
    });
  });

  it('invariant 10: no secret is in the log or the audit trail', async () => {
    const { body: token } = await ada.ask('POST', '/api/tokens', { name: 'seen', role: 'viewer' });
    await ada.ask('PATCH', '/api/environments/us', { adminPassword: 'of the shop' });
    await ada.ask('PUT', '/api/variables', {
      environment: 'us',
      variables: [{ name: 'KEY', value: 'hush hush' }],
    });
    // An internal error logs the request.
    const { locks } = server.app.context;
    const { list } = locks;
    locks.list = () => Promise.reject(new Error('made up'));
    expect((await ada.ask('GET', '/api/locks?')).status).toBe(500);
    locks.list = list;
    const { csrf } = await ada.session();
    const trail: object[] = [];
    for (let before = ''; ; ) {
      const { body } = await ada.ask('GET', `/api/audit?limit=200${before}`);
      trail.push(...body.entries);
      if (body.next === null) break;
      before = `&before=${body.next}`;
    }
    const auditText = JSON.stringify(trail);
    expect(auditText).toContain('us: adminPassword');
    expect(auditText).toContain('us: KEY');
    expect(logText()).toContain('made up');
    const secrets = [
      password,
      token.secret,
      csrf ?? '',
      ada.cookies.get('matre_session') ?? '',
      'of the shop',
    ];
    for (const secret of [...secrets, 'hush hush']) {
      expect(secret.length).toBeGreaterThan(8);
      expect(auditText + logText()).not.toContain(secret);
    }
  });
});
