import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';

const password = 'correct horse battery';
const token = 'a-long-and-random-word-for-this-test';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token, MATRE_TRUSTED_PROXIES: '127.0.0.1' },
    parts: { runner: namedRunner },
  });
  for (const name of ['mira', 'vera']) {
    const user = { name, role: 'viewer', password };
    await server.ask('POST', '/api/users', user, { authorization: `Bearer ${token}` });
  }
});
afterAll(() => server?.close());

/** Each attempt comes from an address of its own, because there is a limit for each. */
let addresses = 0;
function signIn(name: string, typed: string) {
  addresses += 1;
  const from = { 'x-forwarded-for': `10.0.${addresses >> 8}.${addresses & 255}` };
  return server.ask('POST', '/api/session', { name, password: typed }, from);
}

it('attempts with any form of a name are counted together', async () => {
  const forms = ['mira', 'MIRA', 'ｍira', 'Ｍｉｒａ'];
  const attempts = await Promise.all(
    Array.from({ length: 12 }, (_, index) => signIn(forms[index % forms.length] as string, 'guessed it?')),
  );
  expect(attempts.filter(({ status }) => status === 429)).toHaveLength(2);
  expect((await signIn('mira', password)).status).toBe(429);
  // Another name, whatever the locale of the database makes of it.
  expect((await signIn('mİra', password)).status).toBe(401);
});

it('an attempt is refused when too many are waiting, with the time to try again', async () => {
  const attempts = await Promise.all(
    Array.from({ length: 200 }, (_, index) => signIn(`unknown-${index}`, password)),
  );
  const busy = attempts.filter(({ status }) => status === 503);
  expect(busy.length).toBeGreaterThan(0);
  expect(busy[0]?.body).toMatchObject({ code: 'SIGN_IN_BUSY' });
  expect(busy[0]?.headers.get('retry-after')).toBe('2');
  const checked = attempts.filter(({ status }) => status === 401);
  expect(checked.length).toBeGreaterThanOrEqual(64);
  expect(checked.length + busy.length).toBe(attempts.length);
  expect((await signIn('vera', password)).status).toBe(200);
});
