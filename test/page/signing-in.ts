import { pino } from 'pino';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/crypto/password.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { client, startProvider, type TestProvider } from '../support/provider.ts';
import { freePort } from '../support/redis.ts';
import { namedRunner } from '../support/runner.ts';
import { codeFor } from '../support/second-factor.ts';
import { expectAccessible, startBrowser, type TestBrowser } from './chromium.ts';

const password = 'correct horse battery';

/** Tests of sign-in by password and by OpenID Connect. */
export function signingIn(): void {
  let provider: TestProvider;
  let server: TestServer;
  let browser: TestBrowser;
  let logOutput = '';
  beforeAll(async () => {
    const log = pino(
      { level: 'info' },
      {
        write(line: string) {
          logOutput += line;
        },
      },
    );
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    // A different site for the browser, so that same-site cookies are not sent.
    provider = await startProvider(`${url}/api/sign-in/oidc/callback`, 'localhost');
    server = await startTestServer({
      settings: {
        ...{
          MATRE_SIGN_IN: 'on',
          MATRE_PORT: String(port),
          MATRE_PUBLIC_URL: url,
          MATRE_OIDC_NAME: 'Company',
        },
        ...{ MATRE_OIDC_ISSUER: provider.issuer, MATRE_OIDC_OPERATORS: 'qa' },
        ...{ MATRE_OIDC_CLIENT_ID: client.id, MATRE_OIDC_CLIENT_SECRET: client.secret },
      },
      parts: { runner: namedRunner },
      log,
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await provider.close();
  });

  it('creates the first admin by the link in the log, who adds a viewer', async () => {
    const link = /\/welcome\?token=[\w-]+/.exec(logOutput)?.[0] ?? '';
    const page = await browser.open(server.url + link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page, 'the form of the first admin');
    await page.getByRole('textbox', { name: 'Name' }).fill('ada');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Create admin' }).click();
    await page.getByRole('button', { name: 'Account of ada' }).click();
    await page.getByRole('menuitem', { name: 'Users' }).click();
    await page.getByRole('button', { name: 'Add user' }).click();
    const form = page.getByRole('form', { name: 'Add user' });
    await form.getByRole('textbox', { name: 'Name' }).fill('vera');
    await form.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^viewer/ }).click();
    await form.getByLabel('Initial password').fill(password);
    await form.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('rowheader', { name: 'vera', exact: true }).waitFor();
    await expectAccessible(page, 'the list of users');
    await page.context().close();
  });

  it('refuses a wrong password, and keeps the requested address', async () => {
    const page = await browser.open(`${server.url}/runs?environment=preprod-us`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page, 'the sign-in form');
    await signIn(page, 'vera', 'wrong horse battery');
    await page.getByRole('alert').first().waitFor();
    await signIn(page, 'vera', password);
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/runs');
    await page.context().close();
  });

  it('sets a password by the link of an admin, also in the browser of another user', async () => {
    const { accounts, resetLinks } = server.app.context.access;
    const { secret } = await resetLinks.create((await accounts.get('vera')).id);
    const page = await browser.open(`${server.url}/reset?token=${secret}`);
    await page.getByRole('heading', { level: 1, name: 'Set a new password' }).waitFor();
    await page.goto(`${server.url}/runs`);
    await signIn(page, 'ada', password);
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    await page.goto(`${server.url}/reset?token=${secret}`);
    await page.getByText('You are signed in as ada.').waitFor();
    await expectAccessible(page, 'the form of a new password');
    await page.getByRole('textbox', { name: 'New password' }).fill(password);
    await page.getByRole('button', { name: 'Set password and sign in' }).click();
    await page.getByRole('button', { name: 'Account of vera' }).waitFor();
    await page.context().close();
  });

  it('signs users in by the provider and returns to the requested address, or shows why not', async () => {
    const claims = { preferred_username: 'grace', groups: ['qa'] };
    Object.assign(provider.account, { id: '7', claims });
    const page = await browser.open(`${server.url}/runs?verdict=failed`);
    await page.getByRole('link', { name: 'Sign in with Company' }).click();
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    expect(page.url()).toBe(`${server.url}/runs?verdict=failed`);
    await page.getByRole('button', { name: 'Account of grace' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    claims.groups = ['kitchen'];
    await page.getByRole('link', { name: 'Sign in with Company' }).click();
    await page.getByRole('alert').getByText('Sign-in was refused').waitFor();
    await expectAccessible(page, 'the refused sign-in');
    await page.context().close();
  });

  it('lets a command sign in after the user compared its code, at the address that the command prints', async () => {
    const begin = () => server.ask('POST', '/api/device-logins', { device: 'vera on laptop' });
    const { userCode, deviceCode } = (await begin()).body;
    const page = await browser.open(`${server.url}/device?code=${userCode}`);
    await signIn(page, 'vera', password);
    await page.getByRole('button', { name: 'Continue' }).click();
    const command = page.getByRole('region', { name: 'Sign-in to approve' });
    await command.getByText(userCode).waitFor();
    await expectAccessible(page, 'the sign-in of a command');
    await command.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('status').getByText('vera on laptop').waitFor();
    const { status, token } = (await server.ask('POST', '/api/device-logins/poll', { deviceCode })).body;
    expect({ status, role: token?.role }).toEqual({ status: 'approved', role: 'viewer' });

    await page.goto(`${server.url}/device`);
    await page.getByRole('textbox', { name: 'Code' }).fill('BBBB-BBBB');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('unknown, was used, or has expired').waitFor();
    await page.context().close();
  });

  it('enables a second factor, and asks for its code at the next sign-in', async () => {
    const page = await browser.open(`${server.url}/account`);
    await signIn(page, 'vera', password);
    await page.getByRole('button', { name: 'Set up a second factor' }).click();
    const key = await setUpSecondFactor(page);
    const codes = page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem');
    expect(await codes.count()).toBe(10);
    await expectAccessible(page, 'the recovery codes');
    await page.getByRole('button', { name: 'I have stored them' }).click();
    await page.getByText('10 recovery codes are left').waitFor();
    await page.getByRole('button', { name: 'Account of vera' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    // The account has a field `Name`, too.
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();

    await server.app.context.database.query('UPDATE second_factor SET used_step = 0');
    await signIn(page, 'vera', password);
    const form = page.getByRole('form', { name: 'Code of vera' });
    await form.getByLabel('Code').fill('no code');
    await form.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The code is wrong').waitFor();
    await expectAccessible(page, 'the sign-in with a code');
    await form.getByLabel('Code').fill(codeFor(key));
    await form.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'vera' }).waitFor();

    await page.getByRole('button', { name: 'Disable' }).click();
    const disabling = page.getByRole('form', { name: 'Disable the second factor' });
    await disabling.getByText('Password', { exact: true }).click();
    await disabling.getByLabel('Your password').fill(password);
    await expectAccessible(page, 'the account with a second factor');
    await disabling.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Set up a second factor' }).waitFor();
    await page.context().close();
  });

  it('leads a user whose role must have a second factor to its set-up, and then to the requested address', async () => {
    const demanding = await startTestServer({
      settings: { MATRE_SIGN_IN: 'on', MATRE_SECOND_FACTOR: 'operator' },
      parts: { runner: namedRunner },
    });
    try {
      const hash = await hashPassword(password);
      await demanding.app.context.access.accounts.create({ name: 'otto', role: 'operator', password: hash });
      const page = await browser.open(`${demanding.url}/runs`);
      await signIn(page, 'otto', password);
      await page.getByRole('heading', { level: 1, name: 'Set up a second factor' }).waitFor();
      await expectAccessible(page, 'the set-up that a role demands');
      await setUpSecondFactor(page);
      await page.getByRole('button', { name: 'I have stored them' }).click();
      await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
      await page.context().close();
    } finally {
      await demanding.close();
    }
  });

  it('shows a viewer why actions are disabled, and the server refuses them, too', async () => {
    const page = await browser.open(`${server.url}/environments`);
    await signIn(page, 'vera', password);
    await page.getByRole('heading', { level: 1, name: 'Environments' }).waitFor();
    await page.goto(`${server.url}/users`);
    await page.getByText(/admin/i).first().waitFor();
    expect(await page.getByRole('button', { name: 'Add user' }).count()).toBe(0);
    const status = await page.evaluate(`fetch('/api/session')
      .then((answer) => answer.json())
      .then(({ csrf }) => fetch('/api/users', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': csrf },
        body: JSON.stringify({ name: 'eve', role: 'admin', password: ${JSON.stringify(password)} }),
      }))
      .then((answer) => answer.status)`);
    expect(status).toBe(403);
    await page.getByRole('button', { name: 'Account of vera' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    await page.context().close();
  });
}

/** Enters the password, and the code of the key that the page shows. Returns the key. */
async function setUpSecondFactor(page: Page): Promise<string> {
  const begin = page.getByRole('form', { name: 'Set up a second factor' });
  await begin.getByLabel('Your password').fill(password);
  await begin.getByRole('button', { name: 'Set up' }).click();
  await page.getByRole('img', { name: 'QR code of the key' }).waitFor();
  await expectAccessible(page, 'the key of a second factor');
  const form = page.getByRole('form', { name: 'First code' });
  const key = (await form.locator('code').innerText()).replaceAll(' ', '');
  await form.getByLabel('Code').fill(codeFor(key));
  await form.getByRole('button', { name: 'Enable' }).click();
  await page.getByRole('list', { name: 'Recovery codes' }).waitFor();
  return key;
}

/** Fills in and sends the sign-in form. */
export async function signIn(page: Page, name: string, secret: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
