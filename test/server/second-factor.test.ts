import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/operations/all.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { namedRunner } from '../support/runner.ts';
import { codeFor, enableSecondFactor } from '../support/second-factor.ts';

const password = 'correct horse battery';
const token = 'a-long-and-random-word-for-this-test';

let server: TestServer;
let logText = '';
beforeAll(async () => {
  const log = pino(
    { level: 'trace' },
    {
      write(line: string) {
        logText += line;
      },
    },
  );
  server = await startTestServer({
    settings: {
      ...{ MATRE_SIGN_IN: 'on', MATRE_TOKEN: token, MATRE_SECOND_FACTOR: 'admin' },
      MATRE_TRUSTED_PROXIES: '127.0.0.1',
    },
    parts: { runner: namedRunner },
    log,
  });
});
afterAll(() => server.close());

/** As an admin, with the token of the server. */
const admin = (method: string, path: string, body?: unknown) =>
  server.ask(method, path, body, { authorization: `Bearer ${token}` });
const newestEntry = async () => (await admin('GET', '/api/audit?limit=1')).body.entries[0];

/** Each request comes from an address of its own, because attempts to sign in are limited for each. */
let addresses = 0;
function signIn(browser: Browser, name: string, fields: object = {}) {
  addresses += 1;
  const from = { 'x-forwarded-for': `10.0.${addresses >> 8}.${addresses & 255}` };
  return browser.ask('POST', '/api/session', { name, password, ...fields }, from);
}

async function addUser(name: string, role = 'operator') {
  expect((await admin('POST', '/api/users', { name, role, password })).status).toBe(200);
  const browser = openBrowser(server.url);
  expect((await signIn(browser, name)).status).toBe(200);
  return browser;
}

/** Later codes are accepted again, so that a test does not wait for the next step of 30 s. */
const forgetSteps = () => server.app.context.database.query('UPDATE second_factor SET used_step = 0');

describe('a second factor', () => {
  it('is set up with the password and a first code, which ends the other sessions', async () => {
    const vera = await addUser('vera', 'viewer');
    const other = openBrowser(server.url);
    await signIn(other, 'vera');
    const post = (path: string, body: object) => vera.ask('POST', `/api/second-factor/${path}`, body);
    expect((await post('set-up', { password: 'a guess' })).body).toMatchObject({
      ...{ status: 401, code: 'SIGN_IN_REFUSED' },
    });
    expect((await post('enable', { code: '123456' })).body).toMatchObject({
      code: 'SECOND_FACTOR_NOT_BEGUN',
    });
    const { key, uri } = (await post('set-up', { password })).body;
    expect(uri).toBe(
      `otpauth://totp/matre:vera?issuer=matre&secret=${key}&algorithm=SHA1&digits=6&period=30`,
    );
    const wrong = codeFor(key) === '000000' ? '000001' : '000000';
    expect((await post('enable', { code: wrong })).body).toMatchObject({ code: 'SECOND_FACTOR_REFUSED' });
    const nobodyElse = await openBrowser(server.url).ask('POST', '/api/second-factor/enable', {
      code: codeFor(key),
    });
    expect(nobodyElse.status).toBe(401);

    const code = codeFor(key);
    const enabled = await post('enable', { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(enabled.body).toMatchObject({
      recoveryCodesLeft: 10,
      demanded: false,
      enabledAt: expect.any(String),
    });
    expect(new Set(enabled.body.recoveryCodes).size).toBe(10);
    expect(await newestEntry()).toMatchObject({
      ...{ who: 'vera', operation: 'secondFactor.enable', subject: 'vera', outcome: 'done' },
      changes: {
        enabledAt: { before: null, after: enabled.body.enabledAt },
        recoveryCodesLeft: { before: '0', after: '10' },
      },
    });
    expect((await vera.ask('GET', '/api/second-factor')).body.recoveryCodesLeft).toBe(10);
    expect((await other.session()).user).toBeNull();
    expect((await post('set-up', { password })).body).toMatchObject({ code: 'SECOND_FACTOR_ENABLED' });
    const { users } = (await admin('GET', '/api/users')).body;
    expect(users).toContainEqual(expect.objectContaining({ name: 'vera', secondFactor: true }));
  });

  it('is asked for after the right password, and each code signs in once', async () => {
    const { key, code: usedCode } = await enableSecondFactor(await addUser('otto'), password);
    const browser = openBrowser(server.url);
    expect((await signIn(browser, 'otto', { password: 'a guess' })).body).toMatchObject({
      code: 'SIGN_IN_REFUSED',
    });
    const missing = await signIn(browser, 'otto');
    expect(missing.body).toMatchObject({ status: 401, code: 'SECOND_FACTOR_REQUIRED' });
    expect(browser.cookies.has('matre_session')).toBe(false);
    expect(await newestEntry()).toMatchObject({
      ...{ who: 'otto', operation: 'session.begin', outcome: 'SECOND_FACTOR_REQUIRED' },
    });
    expect((await signIn(browser, 'otto', { code: usedCode })).body).toMatchObject({
      ...{ status: 401, code: 'SECOND_FACTOR_REFUSED' },
    });
    await forgetSteps();
    const code = codeFor(key);
    const attempts = await Promise.all(
      [1, 2, 3].map(() => signIn(openBrowser(server.url), 'otto', { code })),
    );
    expect(attempts.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    await forgetSteps();
    for (const steps of [-3, 3]) {
      const early = await signIn(browser, 'otto', { code: codeFor(key, steps) });
      expect(early.body).toMatchObject({ code: 'SECOND_FACTOR_REFUSED' });
    }
    expect((await signIn(browser, 'otto', { code: codeFor(key) })).body.user).toMatchObject({ name: 'otto' });
  });

  it('is replaced by each recovery code once, which the audit trail says', async () => {
    const { recoveryCodes } = await enableSecondFactor(await addUser('rita'), password);
    const [first = '', second = ''] = recoveryCodes;
    const typed = first.toLowerCase().replaceAll('-', ' ');
    expect((await signIn(openBrowser(server.url), 'rita', { code: typed })).status).toBe(200);
    expect(await newestEntry()).toMatchObject({
      ...{ who: 'rita', operation: 'session.begin', outcome: 'done' },
      changes: { recoveryCodesLeft: { before: '10', after: '9' } },
    });
    expect((await signIn(openBrowser(server.url), 'rita', { code: first })).status).toBe(401);
    const browser = openBrowser(server.url);
    expect((await signIn(browser, 'rita', { code: second })).status).toBe(200);
    const renew = (body: object) => browser.ask('POST', '/api/second-factor/recovery-codes', body);
    expect((await renew({})).body).toMatchObject({ code: 'INPUT_INVALID' });
    expect((await renew({ password, code: recoveryCodes[2] })).body).toMatchObject({ code: 'INPUT_INVALID' });
    expect((await renew({ password: 'a guess' })).body).toMatchObject({ code: 'SIGN_IN_REFUSED' });
    expect((await renew({ code: first })).body).toMatchObject({ code: 'SECOND_FACTOR_REFUSED' });
    const renewed = await renew({ password });
    expect(renewed.body.recoveryCodes).toHaveLength(10);
    expect((await signIn(openBrowser(server.url), 'rita', { code: recoveryCodes[3] })).status).toBe(401);
    const [other] = renewed.body.recoveryCodes;
    expect((await signIn(openBrowser(server.url), 'rita', { code: other })).status).toBe(200);
  });

  it('refuses codes after ten attempts, also the right one, until an admin sets another password', async () => {
    const { recoveryCodes } = await enableSecondFactor(await addUser('mallory'), password);
    const attempts = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        signIn(openBrowser(server.url), 'mallory', { code: `00000${index % 10}` }),
      ),
    );
    expect(attempts.filter(({ status }) => status === 429)).toHaveLength(2);
    const [code] = recoveryCodes;
    const right = await signIn(openBrowser(server.url), 'mallory', { code });
    expect(right.body).toMatchObject({ status: 429, code: 'SIGN_IN_TOO_OFTEN' });
    expect(right.headers.get('retry-after')).toBe('900');
    const other = 'another long password';
    await admin('PATCH', '/api/users/mallory', { password: other });
    expect((await signIn(openBrowser(server.url), 'mallory', { password: other, code })).status).toBe(200);
  });

  it('is not locked for sign-ins by a stolen token, whose attempts are limited too', async () => {
    const nele = await addUser('nele');
    const { secret } = (await nele.ask('POST', '/api/tokens', { name: 'ci', role: 'operator' })).body;
    const { recoveryCodes } = await enableSecondFactor(nele, password);
    const guess = (input: object) =>
      server.ask('POST', '/api/second-factor/disable', input, { authorization: `Bearer ${secret}` });
    const guesses = Array.from({ length: 12 }, (_, index) =>
      guess(index % 2 === 0 ? { code: `guess ${index}` } : { password: `guess ${index}` }),
    );
    expect((await Promise.all(guesses)).filter(({ status }) => status === 429)).toHaveLength(2);
    const [code] = recoveryCodes;
    expect((await guess({ code })).body).toMatchObject({ code: 'SIGN_IN_TOO_OFTEN' });
    expect((await signIn(openBrowser(server.url), 'nele', { code })).status).toBe(200);
  });

  it('is asked for by the link of an admin for a new password, too', async () => {
    const { recoveryCodes } = await enableSecondFactor(await addUser('petra'), password);
    const { path } = (await admin('POST', '/api/users/petra/reset-link')).body;
    const secret = new URLSearchParams(path.split('?')[1]).get('token');
    const next = 'a password from a link';
    const use = (fields: object) =>
      openBrowser(server.url).ask('POST', '/api/session/reset', { token: secret, password: next, ...fields });
    expect((await use({})).body).toMatchObject({ status: 401, code: 'SECOND_FACTOR_REQUIRED' });
    expect((await use({ code: '000000' })).body).toMatchObject({ code: 'SECOND_FACTOR_REFUSED' });
    const [code, another] = recoveryCodes;
    // The password is that of before.
    expect((await signIn(openBrowser(server.url), 'petra', { code })).status).toBe(200);
    expect((await use({ code: another })).body.user).toMatchObject({ name: 'petra' });
    expect((await signIn(openBrowser(server.url), 'petra', { password: next })).body).toMatchObject({
      code: 'SECOND_FACTOR_REQUIRED',
    });
  });

  it('stays when the user changes the password, whose session was begun with a code', async () => {
    const dora = await addUser('dora');
    const { recoveryCodes } = await enableSecondFactor(dora, password);
    const next = 'an even longer password';
    expect((await dora.ask('POST', '/api/session/password', { current: password, next })).status).toBe(200);
    expect((await dora.ask('GET', '/api/status')).status).toBe(200);
    expect((await signIn(openBrowser(server.url), 'dora', { password: next })).status).toBe(401);
    const [code] = recoveryCodes;
    expect((await signIn(openBrowser(server.url), 'dora', { password: next, code })).status).toBe(200);
  });

  it('is disabled by its user, with the password or a code', async () => {
    const nora = await addUser('nora');
    const { recoveryCodes } = await enableSecondFactor(nora, password);
    const disable = (body: object) => nora.ask('POST', '/api/second-factor/disable', body);
    expect((await disable({ code: '000000' })).body).toMatchObject({ code: 'SECOND_FACTOR_REFUSED' });
    expect((await disable({ code: recoveryCodes[0] })).body).toMatchObject({ enabledAt: null });
    expect(await newestEntry()).toMatchObject({
      ...{ who: 'nora', operation: 'secondFactor.disable' },
      changes: { enabledAt: { before: expect.any(String), after: null } },
    });
    expect((await signIn(openBrowser(server.url), 'nora')).status).toBe(200);
    expect((await disable({ password })).body).toMatchObject({ code: 'SECOND_FACTOR_NOT_ENABLED' });
    await enableSecondFactor(nora, password);
    expect((await disable({ password })).body).toMatchObject({ enabledAt: null });
  });

  it('is removed by an admin, who never sees it', async () => {
    const rex = await addUser('rex');
    await enableSecondFactor(rex, password);
    expect((await rex.ask('DELETE', '/api/users/rex/second-factor')).body).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect((await admin('DELETE', '/api/users/rex/second-factor')).body).toMatchObject({
      ...{ name: 'rex', secondFactor: false },
    });
    expect(await newestEntry()).toMatchObject({
      ...{ operation: 'users.removeSecondFactor', subject: 'rex', outcome: 'done' },
      changes: { secondFactor: { before: 'true', after: 'false' } },
    });
    expect((await signIn(openBrowser(server.url), 'rex')).status).toBe(200);
    expect((await admin('DELETE', '/api/users/rex/second-factor')).body).toMatchObject({
      code: 'SECOND_FACTOR_NOT_ENABLED',
    });
  });

  it('does not concern tokens, which a user with a second factor creates as before', async () => {
    const tina = await addUser('tina');
    const { secret } = (await tina.ask('POST', '/api/tokens', { name: 'ci', role: 'operator' })).body;
    await enableSecondFactor(tina, password);
    const own = { authorization: `Bearer ${secret}` };
    expect((await server.ask('GET', '/api/status', undefined, own)).status).toBe(200);
    expect((await server.ask('GET', '/api/second-factor', undefined, own)).body).toMatchObject({
      recoveryCodesLeft: 10,
    });
    expect((await tina.ask('POST', '/api/tokens', { name: 'more', role: 'viewer' })).status).toBe(200);
    expect((await admin('GET', '/api/second-factor')).body).toMatchObject({
      ...{ status: 409, code: 'SECOND_FACTOR_NEEDS_USER' },
    });
  });
});

describe('a role that must have a second factor', () => {
  it('can only set it up, and then do everything', async () => {
    const ada = await addUser('ada', 'admin');
    expect((await ada.session()).user).toMatchObject({ name: 'ada', lacksSecondFactor: true });
    for (const { name, method, path, setsUpSecondFactor } of operations) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      const { code } = (await ada.ask(method, path.replace(/:\w+/g, '1'), body)).body;
      if (setsUpSecondFactor) expect(code, name).not.toBe('SECOND_FACTOR_MISSING');
      else expect(code, name).toBe('SECOND_FACTOR_MISSING');
    }
    const others = [
      ...[
        ['GET', '/api/events'] as const,
        ['GET', '/metrics'] as const,
        ['GET', '/api/openapi.json'] as const,
      ],
      ['POST', '/api/session/password', { current: password, next: password }] as const,
      ['POST', '/api/device-logins/approve', { userCode: 'BCDF-GHJK', role: 'admin' }] as const,
    ];
    for (const [method, path, body] of others) {
      expect((await ada.ask(method, path, body)).body, path).toMatchObject({
        ...{ status: 403, code: 'SECOND_FACTOR_MISSING' },
      });
    }
    expect((await ada.ask('GET', '/api/second-factor')).body).toMatchObject({
      enabledAt: null,
      demanded: true,
    });
    await enableSecondFactor(ada, password);
    expect((await ada.session()).user).toMatchObject({ lacksSecondFactor: false });
    expect((await ada.ask('GET', '/api/users')).status).toBe(200);
    await ada.ask('POST', '/api/second-factor/disable', { password });
    expect((await ada.ask('GET', '/api/users')).body).toMatchObject({ code: 'SECOND_FACTOR_MISSING' });
    expect((await ada.ask('DELETE', '/api/session')).status).toBe(200);
  });

  it('is demanded of a user who gets the role, from the next request on', async () => {
    const ulla = await addUser('ulla');
    expect((await ulla.ask('GET', '/api/status')).status).toBe(200);
    await admin('PATCH', '/api/users/ulla', { role: 'admin' });
    expect((await ulla.ask('GET', '/api/status')).body).toMatchObject({ code: 'SECOND_FACTOR_MISSING' });
  });

  it('keeps its tokens, which cannot enter a code', async () => {
    const { body } = await admin('POST', '/api/tokens', { name: 'ci', role: 'admin' });
    const own = { authorization: `Bearer ${body.secret}` };
    expect((await server.ask('GET', '/api/users', undefined, own)).status).toBe(200);
  });
});

it('invariant 10: no key, code or recovery code is in the log, the audit trail or, readable, in the database', async () => {
  const zoe = await addUser('zoe');
  const { key, recoveryCodes } = await enableSecondFactor(zoe, password);
  await signIn(openBrowser(server.url), 'zoe', { code: recoveryCodes[0] });
  await signIn(openBrowser(server.url), 'zoe', { code: '987654' });
  const { database } = server.app.context;
  const tables = ['audit', 'second_factor', 'recovery_code', 'session', 'account', 'sign_in_attempt'];
  const rows = await Promise.all(tables.map((table) => database.query(`SELECT * FROM ${table}`)));
  const text = logText + JSON.stringify(rows);
  expect(text).toContain('zoe');
  const plain = recoveryCodes.map((code) => code.replaceAll('-', ''));
  for (const secret of [key, '987654', ...recoveryCodes, ...plain]) expect(text).not.toContain(secret);
});
