import { afterAll, beforeAll, expect, it } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

const password = 'correct horse battery';
const token = 'a-long-and-random-word-for-this-test';

let server: TestServer;
/** Questions about tests that are being answered; they end with `endQuestions`. */
let questions = 0;
let endQuestions = () => {};
const end = new Promise<void>((resolve) => {
  endQuestions = resolve;
});
beforeAll(async () => {
  server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token, MATRE_TRUSTED_PROXIES: '127.0.0.1' },
    parts: {
      runner: namedRunner,
      async catalog() {
        questions += 1;
        await end;
        throw new Fault('CONFIG_INVALID', 'There is no test module.');
      },
    },
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

it('questions of one user about tests are answered four at a time, and keep no other user waiting', async () => {
  const ask = (headers: Record<string, string>) => server.ask('GET', '/api/tests', undefined, headers);
  const refused: Awaited<ReturnType<typeof ask>>[] = [];
  const requests = Array.from({ length: 110 }, async () => {
    const answer = await ask({ authorization: `Bearer ${token}` });
    if (answer.status === 429) refused.push(answer);
    return answer.status;
  });
  await waitFor(() => questions >= 4 && refused.length >= 6);
  const session = (await signIn('vera', password)).headers.get('set-cookie')?.split(';')[0] ?? '';
  const other = ask({ cookie: session });
  await waitFor(() => questions >= 5);
  expect(questions).toBe(5);
  endQuestions();
  const statuses = new Set(await Promise.all(requests));
  expect(refused).toHaveLength(6);
  expect(refused[0]?.body.code).toBe('USER_BUSY');
  expect(refused[0]?.headers.get('retry-after')).toBe('10');
  expect([...statuses].sort()).toEqual([(await other).status, 429].sort());
});
