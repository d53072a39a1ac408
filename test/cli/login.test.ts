import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';

const password = 'correct horse battery';

let server: TestServer;
let browser: Browser;
let home: string;
beforeAll(async () => {
  server = await startTestServer({ settings: { MATRE_SIGN_IN: 'on' }, parts: { runner: namedRunner } });
  const local = { settings: { MATRE_DATA: server.folder }, stdin: password };
  await cliHere(['user', 'add', 'otto', '--role', 'operator', '--password-stdin'], local);
  browser = openBrowser(server.url);
  await browser.signIn('otto', password);
});
afterAll(() => server.close());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'matre-home-'));
  return () => rm(home, { recursive: true, force: true });
});

/** A user on another machine, without data of matre. */
const settings = () => ({ XDG_CONFIG_HOME: home, MATRE_DATA: join(home, 'data'), USER: 'otto' });
const matre = (args: string[], more: Parameters<typeof cliHere>[1] = {}) =>
  cliHere(args, { ...more, settings: { ...settings(), ...more.settings } });
const file = () => join(home, 'matre/contexts.json');

/** Signs in, while a user answers in the browser. */
function login(answer: 'approve' | 'deny') {
  return matre(['login', server.url, '--name', 'here'], {
    onError(text) {
      const code = /device\?code=([A-Z]{4}-[A-Z]{4})/.exec(text)?.[1];
      const body = { userCode: code, ...(answer === 'approve' && { role: 'operator' }) };
      if (code !== undefined) void browser.ask('POST', `/api/device-logins/${answer}`, body);
    },
  });
}

describe('matre login', () => {
  it('signs in by a browser, keeps the token for its user alone, and logout revokes it', async () => {
    const signedIn = await login('approve');
    expect(signedIn).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${server.url} as otto, operator.`),
    });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    const { token } = JSON.parse(await readFile(file(), 'utf8')).contexts.here;
    expect(token).toMatch(/^matre_/);
    expect(signedIn.stdout + signedIn.stderr).not.toContain(token);

    expect(await matre(['list'])).toMatchObject({ code: 0, stdout: 'There are no runs.\n' });
    const contexts = await matre(['context', 'list', '--json']);
    expect(contexts.stdout).not.toContain(token);
    expect(JSON.parse(contexts.stdout).contexts).toMatchObject([
      { name: 'here', user: 'otto', current: true },
    ]);

    const signedOut = await matre(['logout']);
    expect(signedOut).toMatchObject({ code: 0, stdout: expect.stringContaining('revoked and removed') });
    expect(await readFile(file(), 'utf8')).not.toContain('matre_');
    const refused = await matre(['list']);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('UNAUTHORIZED') });
    // Which server refused, and why the command asked it.
    expect(refused.stderr).toContain(`${server.url} (the context here)`);
    const bearer = { authorization: `Bearer ${token}` };
    expect((await server.ask('GET', '/api/runs', undefined, bearer)).status).toBe(401);
  });

  it('ends when the user denies it, and keeps nothing', async () => {
    const denied = await login('deny');
    expect(denied).toMatchObject({ code: 3, stderr: expect.stringContaining('denied in the browser') });
    await expect(readFile(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('takes a token from standard input, and checks it first', async () => {
    const wrong = await matre(['login', server.url, '--token-stdin'], { stdin: 'matre_not-a-token-of-it\n' });
    expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('UNAUTHORIZED') });
    const created = await cliHere(['token', 'create', 'ci', '--json'], {
      settings: { MATRE_DATA: server.folder },
    });
    const { secret } = JSON.parse(created.stdout);
    const right = await matre(['login', server.url, '--token-stdin'], { stdin: `${secret}\n` });
    expect(right).toMatchObject({ code: 0, stderr: '' });
    expect((await matre(['list'])).code).toBe(0);
    // Others may use it.
    expect((await matre(['logout'])).stdout).toContain('still valid');
  });

  it('takes no token as an argument, which other users of the machine could read', async () => {
    expect(await matre(['login', server.url, '--token', 'secret'])).toMatchObject({ code: 3, stdout: '' });
  });
});

describe('the server of a command', () => {
  it('is that of --context, of MATRE_URL, of the current context, in this order', async () => {
    await matre(['context', 'add', 'one', 'https://one.test/']);
    await matre(['context', 'add', 'two', 'https://two.test']);
    await matre(['context', 'use', 'one']);
    const server = async (args: string[] = [], more: Record<string, string> = {}) =>
      JSON.parse((await matre([...args, 'context', 'show', '--json'], { settings: more })).stdout).server;
    const url = { MATRE_URL: 'https://url.test' };
    expect(await server()).toBe('https://one.test');
    expect(await server([], url)).toBe('https://url.test');
    expect(await server(['--context', 'two'], url)).toBe('https://two.test');
    expect(await server(['--context', 'local'], url)).toBeNull();
    await matre(['context', 'remove', 'one']);
    expect(await server()).toBeNull();
  });

  it('is never another one, when the file of contexts is open to others, damaged, or lacks the context', async () => {
    await matre(['context', 'add', 'one', 'https://one.test']);
    expect((await matre(['list', '--context', 'three'])).stderr).toContain('CONTEXT_UNKNOWN');
    await chmod(file(), 0o640);
    const open = await matre(['list', '--context', 'one']);
    expect(open).toMatchObject({ code: 3, stderr: expect.stringContaining('CONTEXT_FILE_OPEN') });
    await rm(file());
    await matre(['context', 'add', 'one', 'https://one.test']);
    await writeFile(file(), '{"current":null,"contexts":{"one":{"url":"x","token":"hush-hush-hush-hush"}}}');
    const damaged = await matre(['list']);
    expect(damaged).toMatchObject({ code: 3, stderr: expect.stringContaining('CONTEXT_FILE_INVALID') });
    expect(damaged.stderr).not.toContain('hush');
  });

  it.each([
    ['a name of its own', ['context', 'add', 'local', 'https://one.test']],
    ['a name with blanks', ['context', 'add', 'a b', 'https://one.test']],
    ['no address', ['context', 'add', 'one', 'one.test']],
    ['an address with a password', ['context', 'add', 'one', 'https://ada:hush@one.test']],
  ])('is refused with %s', async (_what, args) => {
    const refused = await matre(args);
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('INPUT_INVALID') });
    expect(refused.stderr).not.toContain('hush');
  });
});
