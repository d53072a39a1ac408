import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { namedRunner } from '../support/runner.ts';

const password = 'correct horse battery';
const token = 'a-long-and-random-word-for-this-test';
const authorization = `Bearer ${token}`;

let server: TestServer;
let otto: Browser;
beforeAll(async () => {
  server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token, MATRE_TRUSTED_PROXIES: '127.0.0.1' },
    parts: { runner: namedRunner },
  });
  for (const [name, role] of [
    ['ada', 'admin'],
    ['otto', 'operator'],
    ['vera', 'viewer'],
  ]) {
    await server.ask('POST', '/api/users', { name, role, password }, { authorization });
  }
  otto = openBrowser(server.url);
  await otto.signIn('otto', password);
});
afterAll(() => server.close());

const begin = async (from = '10.0.0.1') =>
  (await server.ask('POST', '/api/device-logins', { device: 'otto on laptop' }, { 'x-forwarded-for': from }))
    .body;
const poll = (deviceCode: string) => server.ask('POST', '/api/device-logins/poll', { deviceCode });
const waitLonger = (deviceCode: string) =>
  server.app.context.database.query(
    `UPDATE device_login SET polled_at = polled_at - interval '1 minute' RETURNING $1::text AS code`,
    [deviceCode],
  );

describe('the sign-in of a command by a browser', () => {
  it('creates a token with the role that the user chose, which is audited and can be revoked', async () => {
    const { deviceCode, userCode, verificationPath, expiresInSeconds } = await begin();
    expect({ verificationPath, expiresInSeconds }).toEqual({
      verificationPath: '/device',
      expiresInSeconds: 600,
    });
    expect((await poll(deviceCode)).body).toEqual({ status: 'pending', token: null });

    const shown = await otto.ask('POST', '/api/device-logins/show', { userCode });
    expect(shown.body).toMatchObject({ userCode, device: 'otto on laptop', address: '10.0.0.1' });
    const approved = await otto.ask('POST', '/api/device-logins/approve', { userCode, role: 'viewer' });
    expect(approved.status).toBe(200);

    await waitLonger(deviceCode);
    const answer = await poll(deviceCode);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({ status: 'approved', token: { role: 'viewer', user: 'otto' } });
    const { id, secret } = answer.body.token;
    const bearer = { authorization: `Bearer ${secret}` };
    expect((await server.ask('GET', '/api/runs', undefined, bearer)).status).toBe(200);
    expect((await server.ask('DELETE', '/api/environments/us', undefined, bearer)).status).toBe(403);
    const { tokens } = (await otto.ask('GET', '/api/tokens')).body;
    expect(tokens).toMatchObject([{ id, name: 'otto on laptop', user: 'otto', role: 'viewer' }]);
    // Once: the command has it now.
    expect((await poll(deviceCode)).body).toMatchObject({ status: 404, code: 'DEVICE_CODE_INVALID' });

    const audit = await server.ask('GET', '/api/audit', undefined, { authorization });
    const entries = audit.body.entries.filter(({ operation }: { operation: string }) =>
      operation.startsWith('device.'),
    );
    expect(entries).toMatchObject([
      { operation: 'device.token', who: 'otto', outcome: 'done' },
      {
        operation: 'device.approve',
        who: 'otto',
        subject: 'otto on laptop at 10.0.0.1: viewer',
        outcome: 'done',
      },
    ]);
    expect((await server.ask('DELETE', `/api/tokens/${id}`, undefined, bearer)).status).toBe(200);
    expect((await server.ask('GET', '/api/runs', undefined, bearer)).status).toBe(401);
  });

  it('never gives a higher role than that of the user', async () => {
    const { deviceCode, userCode } = await begin();
    const refused = await otto.ask('POST', '/api/device-logins/approve', { userCode, role: 'admin' });
    expect(refused.body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect((await poll(deviceCode)).body.status).toBe('pending');
  });

  it('tells the command that the user denied it', async () => {
    const { deviceCode, userCode } = await begin();
    expect((await otto.ask('POST', '/api/device-logins/deny', { userCode })).status).toBe(200);
    expect((await poll(deviceCode)).body).toEqual({ status: 'denied', token: null });
  });

  it('is approved by the session of a browser alone, with its CSRF token', async () => {
    const { userCode } = await begin();
    const approval = { userCode, role: 'viewer' };
    expect((await server.ask('POST', '/api/device-logins/approve', approval)).status).toBe(401);
    const byToken = await server.ask('POST', '/api/device-logins/approve', approval, { authorization });
    expect(byToken.body).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    const forged = await otto.ask('POST', '/api/device-logins/approve', approval, {
      'x-csrf-token': 'forged',
    });
    expect(forged.body).toMatchObject({ status: 403, code: 'CSRF_REFUSED' });
  });

  it('is limited: the codes that a user tries, and the logins that an address begins', async () => {
    const vera = openBrowser(server.url);
    await vera.signIn('vera', password);
    const { userCode } = await begin('10.0.0.2');
    for (let tried = 0; tried < 20; tried += 1) {
      const guess = await vera.ask('POST', '/api/device-logins/show', { userCode: 'BBBB-BBBB' });
      expect(guess.body.code).toBe('DEVICE_CODE_INVALID');
    }
    const late = await vera.ask('POST', '/api/device-logins/show', { userCode });
    expect(late.body).toMatchObject({ status: 429, code: 'SIGN_IN_TOO_OFTEN' });

    const statuses: (string | undefined)[] = [];
    for (let begun = 0; begun < 31; begun += 1) statuses.push((await begin('10.0.0.3')).code);
    expect(statuses.slice(0, 30).every((code) => code === undefined)).toBe(true);
    expect(statuses[30]).toBe('SIGN_IN_TOO_OFTEN');
  });

  it('refuses what its schema does not declare', async () => {
    for (const body of [
      {},
      { device: '' },
      { device: 'a\nb' },
      { device: 'laptop \u202e1.0.0.01 ta' },
      { device: '\u3164' },
      { device: 'x'.repeat(101) },
      { device: 'x', role: 'admin' },
    ]) {
      expect((await server.ask('POST', '/api/device-logins', body)).body.code).toBe('INPUT_INVALID');
    }
  });
});
