import { rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEmbedded } from '../../src/store/database/embedded.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { type CliOptions, cliHere } from '../support/cli.ts';
import { embeddedFolder, quiet } from '../support/database.ts';
import { namedRunner } from '../support/runner.ts';
import { codeFor } from '../support/second-factor.ts';

const password = 'correct horse battery';

describe('with a server that requires sign-in', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ settings: { MATRE_SIGN_IN: 'on' }, parts: { runner: namedRunner } });
  });
  afterAll(() => server.close());

  /** As the user who owns the data folder. */
  const local = (args: string[], more: CliOptions = {}) =>
    cliHere(args, { ...more, settings: { MATRE_DATA: server.folder } });
  /** From another machine. */
  const remote = (args: string[], token?: string) =>
    cliHere(args, {
      settings: { MATRE_URL: server.url, MATRE_DATA: '/nowhere', ...(token && { MATRE_TOKEN: token }) },
    });

  it('the owner of the data folder is an admin, without a token', async () => {
    const list = await local(['user', 'list']);
    expect(list).toMatchObject({ code: 0, stdout: 'There are no users; see matre user add.\n' });
  });

  it('users are added, changed and removed; passwords come from standard input', async () => {
    const added = await local(['user', 'add', 'otto', '--role', 'operator', '--password-stdin'], {
      stdin: `${password}\n`,
    });
    expect(added).toMatchObject({ code: 0, stdout: 'User otto was added as operator.\n' });
    await local(['user', 'add', 'ada', '--role', 'admin', '--password-stdin'], { stdin: password });
    expect((await openBrowser(server.url).signIn('otto', password)).body.user).toMatchObject({
      role: 'operator',
    });
    const short = await local(['user', 'add', 'bob', '--password-stdin'], { stdin: 'short' });
    expect(short).toMatchObject({ code: 3, stderr: expect.stringContaining('12 characters') });
    expect((await local(['user', 'list'])).stdout).toMatch(/^otto +operator +password +\S.* ago$/m);

    expect((await local(['user', 'role', 'otto', 'viewer'])).stdout).toBe(
      'The role of otto was changed to viewer.\n',
    );
    expect((await local(['user', 'role', 'otto', 'king'])).code).toBe(3);
    const other = 'another long password';
    await local(['user', 'password', 'otto', '--password-stdin'], { stdin: other });
    expect((await openBrowser(server.url).signIn('otto', password)).status).toBe(401);
    expect((await openBrowser(server.url).signIn('otto', other)).status).toBe(200);
    expect((await local(['user', 'remove', 'otto'])).stdout).toBe('User otto was removed.\n');
    expect((await local(['user', 'remove', 'otto'])).stderr).toContain('USER_UNKNOWN');
    expect((await local(['user', 'remove', 'ada'])).stderr).toContain('LAST_ADMIN');
    // Other users of the machine can read the arguments of a command.
    expect((await local(['user', 'add', 'eve', '--password', password])).stderr).toContain('Unknown option');
  });

  it('a token authorises commands on any machine, within its role, until it is revoked', async () => {
    const withoutToken = await remote(['list']);
    expect(withoutToken).toMatchObject({ code: 3, stderr: expect.stringContaining('matre token create') });
    const creation = await local(['token', 'create', 'ci', '--role', 'operator', '--expires', '30']);
    const secret = creation.stdout.trim();
    expect(secret).toMatch(/^matre_[\w-]{43}$/);
    expect(creation.stderr).toMatch(
      /^Token \d+ was created as operator, valid until \d{4}-\d\d-\d\d\. Set MATRE_TOKEN to the secret\.$/m,
    );

    expect((await remote(['list'], secret)).code).toBe(0);
    const forbidden = await remote(['user', 'list'], secret);
    expect(forbidden).toMatchObject({ code: 3, stderr: expect.stringContaining('FORBIDDEN') });
    const listed = await local(['token', 'list']);
    expect(listed.stdout).toMatch(/^\d+ +ci +operator +- +\S.* ago +\d{4}-\d\d-\d\d$/m);
    expect(listed.stdout).not.toContain(secret);

    const id = /^Token (\d+)/m.exec(creation.stderr)?.[1] as string;
    expect((await local(['token', 'revoke', id])).stdout).toBe(`Token ${id} (ci) was revoked.\n`);
    expect((await remote(['list'], secret)).stderr).toContain('UNAUTHORIZED');
    const json = await local(['token', 'create', 'for good', '--expires', 'never', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'for good', expiresAt: null, role: 'operator' });
    expect((await local(['token', 'create', 'x', '--expires', 'soon'])).code).toBe(3);
  });

  it('the audit trail is listed page by page', async () => {
    const { stdout } = await local(['audit', '--limit', '2']);
    const [heading, newest] = stdout.split('\n');
    expect(heading).toMatch(/^ID +WHEN +WHO +FROM +WHAT +OUTCOME +ON +CHANGES$/);
    expect(newest).toMatch(/ cli:\S+ +127\.0\.0\.1 +tokens\.create +done +for good: operator +-$/);
    const { entries, next } = JSON.parse((await local(['audit', '--limit', '2', '--json'])).stdout);
    expect(next).toBe(entries[1].id);
    const older = JSON.parse((await local(['audit', '--before', String(next), '--json'])).stdout);
    expect(older.entries[0].id).toBe(next - 1);
    // A character that is not shown is left out, and must not hide the beginning of a formula.
    await local(['token', 'create', '\u200d=cmd()']);
    const csv = (await local(['audit', '--csv'])).stdout;
    expect(csv).toMatch(/^id,at,who,via,address,operation,subject,outcome,changes$/m);
    expect(csv).toMatch(/,tokens\.create,'=cmd\(\): \w+,done,$/m);
  });

  it('a user sets up a second factor, whose key and recovery codes are printed once, and an admin removes it', async () => {
    await local(['user', 'add', 'sam', '--password-stdin'], { stdin: password });
    const browser = openBrowser(server.url);
    await browser.signIn('sam', password);
    const created = await browser.ask('POST', '/api/tokens', { name: 'laptop', role: 'viewer' });
    const settings = { MATRE_URL: server.url, MATRE_DATA: '/nowhere', MATRE_TOKEN: created.body.secret };
    const asSam = (command: string, more: Parameters<typeof cliHere>[1] = {}) =>
      cliHere(['second-factor', command], { settings, ...more });
    expect((await asSam('status')).stdout).toBe('You have no second factor.\n');
    expect(await asSam('enable', { stdin: 'a guess\n' })).toMatchObject({
      ...{ code: 3, stderr: expect.stringContaining('SIGN_IN_REFUSED') },
    });

    const input = new PassThrough();
    input.write(`${password}\n`);
    const enabled = await asSam('enable', {
      input,
      onError(text) {
        const key = /app: ([A-Z2-7]{32})$/m.exec(text)?.[1];
        if (key !== undefined) input.write(`${codeFor(key)}\n`);
      },
    });
    expect(enabled).toMatchObject({ code: 0, stdout: expect.stringContaining('was enabled') });
    expect(enabled.stderr).toContain('otpauth://totp/matre:sam?');
    const codes = enabled.stdout.match(/^ {2}([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/gm) ?? [];
    expect(codes).toHaveLength(10);
    expect((await openBrowser(server.url).signIn('sam', password)).body.code).toBe('SECOND_FACTOR_REQUIRED');
    expect((await asSam('status')).stdout).toContain('10 recovery codes left');
    expect((await local(['user', 'list'])).stdout).toMatch(/^sam +viewer +password and code /m);

    // An empty password, then a code.
    const renewed = await asSam('recovery-codes', { stdin: `\n${codes[0]?.trim()}\n` });
    expect(renewed.stdout.match(/^ {2}([0-9A-Z]{4}-){3}/gm)).toHaveLength(10);
    expect((await asSam('disable', { stdin: '' })).stderr).toContain('INPUT_INVALID');
    const removed = await local(['user', 'remove-second-factor', 'sam']);
    expect(removed).toMatchObject({ code: 0, stdout: 'The second factor of sam was removed.\n' });
    expect((await openBrowser(server.url).signIn('sam', password)).status).toBe(200);
    expect((await asSam('disable', { stdin: `${password}\n` })).stderr).toContain(
      'SECOND_FACTOR_NOT_ENABLED',
    );
    // The owner of the data folder is no user.
    expect((await local(['second-factor', 'status'])).stderr).toContain('SECOND_FACTOR_NEEDS_USER');
  });
});

describe('without a server', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await embeddedFolder();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('a command runs as an admin with the name of the system user, and is in the audit trail', async () => {
    const settings = { MATRE_DATA: folder };
    await cliHere(['user', 'add', 'ada', '--role', 'admin', '--password-stdin'], {
      settings,
      stdin: password,
    });
    const { stdout } = await cliHere(['audit', '--json'], { settings });
    expect(JSON.parse(stdout).entries).toMatchObject([
      {
        who: `cli:${process.env['USER'] || userInfo().username}`,
        via: 'local',
        address: null,
        operation: 'users.add',
        subject: 'ada: admin',
        outcome: 'done',
      },
    ]);
  });

  it('a command on the data folder removes a second factor, also one whose key cannot be read', async () => {
    const database = await openEmbedded({ folder, log: quiet });
    await database.query(
      `INSERT INTO second_factor (account_id, secret, enabled_at) SELECT id, 'unreadable', now() FROM account`,
    );
    await database.close();
    const settings = { MATRE_DATA: folder };
    const removed = await cliHere(['user', 'remove-second-factor', 'ada'], { settings });
    expect(removed).toMatchObject({ code: 0, stdout: 'The second factor of ada was removed.\n' });
    const { stdout } = await cliHere(['audit', '--json', '--limit', '1'], { settings });
    expect(JSON.parse(stdout).entries).toMatchObject([
      {
        ...{ via: 'local', operation: 'users.removeSecondFactor', subject: 'ada' },
        changes: { secondFactor: { before: 'true', after: 'false' } },
      },
    ]);
  });
});
