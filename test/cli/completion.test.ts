import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScripts } from '../../src/cli/completion/scripts.ts';
import { programOf } from '../support/child.ts';
import { cliHere } from '../support/cli.ts';

let home: string;
let server: Server;
let url: string;
let requests: string[] = [];
/** What the server does. */
let mode: 'up' | 'down' | 'hangs' = 'up';

/** A test whose name a shell must quote, and one that would be a command. */
const tests = ['CheckoutTest', 'Check out $HOME', "Check'; touch /tmp/matre-evaluated; '"];
const view = { title: null, tests: 1 };

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'matre-completion-'));
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    requests.push(pathname);
    if (mode === 'hangs') return;
    const text = searchParams.get('text') ?? '';
    const names = [
      ...tests.map((name) => ({ ...view, kind: 'test', name })),
      { ...view, kind: 'group', name: 'smoke' },
      { ...view, kind: 'suite', name: 'Suite:One' },
    ].filter(({ name }) => name.includes(text));
    const answers: Record<string, unknown> = {
      '/api/tests/complete': { names },
      '/api/environments': { environments: ['preprod-us', 'preprod-es', 'stage'].map(environment) },
    };
    response.statusCode = mode === 'up' && answers[pathname] ? 200 : 500;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(mode === 'up' ? (answers[pathname] ?? {}) : {}));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const program = programOf(join(import.meta.dirname, '../../src/cli/main.ts'));
  await mkdir(join(home, 'bin'));
  const quoted = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  await writeFile(join(home, 'bin/matre'), `#!/bin/sh\nexec ${quoted} "$@"\n`);
  await chmod(join(home, 'bin/matre'), 0o755);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

const environment = (code: string, index: number) => ({
  ...{
    id: index + 1,
    code,
    name: code,
    baseUrl: 'https://x.test/',
    backendName: 'admin',
    adminUsername: 'admin',
  },
  ...{ hasAdminPassword: true, hasShopCredentials: false, slots: 1, image: null, replay: null, modules: [] },
  ...{ allModules: false, paused: null },
  createdAt: '2026-01-01T00:00:00.000Z',
});

const settings = (more: Record<string, string> = {}) => ({
  ...{ XDG_CONFIG_HOME: join(home, 'config'), XDG_CACHE_HOME: join(home, 'cache') },
  ...{ MATRE_URL: url, MATRE_DATA: join(home, 'data'), ...more },
});

/** The values that are offered for the last word. */
async function complete(words: string[], more: Record<string, string> = {}): Promise<string[]> {
  const { code, stdout, stderr } = await cliHere(['complete', '--', ...words], { settings: settings(more) });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .flatMap((line) => line.split('\t', 1))
    .filter((value) => value !== '');
}

describe('completion', () => {
  it('offers commands, subcommands, options and the choices of their values', async () => {
    expect(await complete(['sch'])).toEqual(['schedule', 'scheduler']);
    expect(await complete(['env', 'p'])).toEqual(['pause']);
    expect(await complete(['list', '--st'])).toEqual(['--state']);
    expect(await complete(['list', '--state', 'f'])).toEqual(['finished', 'failed']);
    expect(await complete(['list', '--limit', '3', '--cont'])).toEqual(['--context']);
    expect(await complete(['user', 'role', 'ada', ''])).toEqual(['viewer', 'operator', 'admin']);
    expect(await complete(['help', 'exit'])).toEqual(['exit-codes']);
    expect(await complete(['nonsense', ''])).toEqual([]);
    expect(await complete([''])).not.toContain('complete');
  });

  it('offers names of the server', async () => {
    expect(await complete(['run', '-e', 'preprod'])).toEqual(['preprod-us', 'preprod-es']);
    expect(await complete(['env', 'show', 's'])).toEqual(['stage']);
    expect(await complete(['run', '-t', 'Check'])).toEqual(tests);
    expect(await complete(['run', '--group', ''])).toEqual(['smoke']);
    expect(await complete(['run', '-x', 'S'])).toEqual(['Suite:One']);
  });

  it('keeps names for its user alone, and uses them while the server does not answer', async () => {
    const cache = { XDG_CACHE_HOME: join(home, 'other') };
    expect(await complete(['run', '-e', 'st'], cache)).toEqual(['stage']);
    requests = [];
    expect(await complete(['run', '-e', 'st'], cache)).toEqual(['stage']);
    expect(requests).toEqual([]);
    const [file = ''] = await readdir(join(home, 'other/matre'));
    expect((await stat(join(home, 'other/matre', file))).mode & 0o777).toBe(0o600);
  });

  it('is silent and ends when the server fails, hangs or is not there, and creates nothing', async () => {
    const cache = { XDG_CACHE_HOME: join(home, 'none') };
    for (const each of ['down', 'hangs'] as const) {
      mode = each;
      expect(await complete(['run', '-e', ''], cache)).toEqual([]);
    }
    mode = 'up';
    expect(await complete(['run', '-e', ''], { ...cache, MATRE_URL: 'http://127.0.0.1:9' })).toEqual([]);
    expect(await complete(['run', '-e', ''], { ...cache, MATRE_URL: '' })).toEqual([]);
    expect(await complete(['run', '-e', ''], { ...cache, MATRE_TOKEN: 'wrong' })).toEqual([]);
    await expect(stat(join(home, 'data'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

/** Whether a shell is on this machine; `make test` installs them. */
const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

/** Runs a script of a shell where `matre` is the real program. */
async function inShell(shell: string, script: string): Promise<string[]> {
  const env = {
    ...settings(),
    HOME: home,
    TERM: 'dumb',
    PATH: `${join(home, 'bin')}:${process.env['PATH']}`,
  };
  const flags = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] }[shell] ?? [];
  const { stdout } = await promisify(execFile)(shell, [...flags, '-c', script], { env, cwd: home });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('the scripts', () => {
  it('complete in bash, and quote what a shell would interpret', async () => {
    const press = (line: string) =>
      inShell(
        'bash',
        `${completionScripts.bash}
         COMP_LINE=${JSON.stringify(line)} COMP_POINT=${line.length}
         _matre; printf '%s\\n' "\${COMPREPLY[@]}"`,
      );
    expect((await press('matre sched')).sort()).toEqual(['schedule', 'scheduler']);
    expect(await press('matre run -e pre')).toEqual(['preprod-us', 'preprod-es']);
    // Bash replaces what follows the colon only.
    expect(await press('matre run -s Suite:O')).toEqual(['One']);
    const values = await press('matre run -t Check');
    expect(values).toContain('Check\\ out\\ \\$HOME');
    const unquoted = await inShell('bash', `printf '%s\\n' ${values.join(' ')}`);
    expect(unquoted).toEqual(tests);
  });

  it.skipIf(!has('zsh'))('complete in zsh', async () => {
    const press = (words: string[]) =>
      inShell(
        'zsh',
        `compdef() { :; }; compadd() { print -rl -- $values; }; _files() { print files; }
         ${completionScripts.zsh}
         words=(matre ${words.map((word) => `'${word}'`).join(' ')}); CURRENT=$#words; _matre`,
      );
    expect(await press(['sched'])).toEqual(['schedule', 'scheduler']);
    expect(await press(['run', '-e', 'pre'])).toEqual(['preprod-us', 'preprod-es']);
    expect(await press(['backup', ''])).toEqual(['files']);
  });

  it.skipIf(!has('fish'))('complete in fish', async () => {
    const press = async (line: string) =>
      (await inShell('fish', `${completionScripts.fish}\ncomplete -C ${JSON.stringify(line)}`)).map(
        (each) => each.split('\t')[0],
      );
    expect((await press('matre sched')).sort()).toEqual(['schedule', 'scheduler']);
    expect((await press('matre run -e pre')).sort()).toEqual(['preprod-es', 'preprod-us']);
    expect(await press('matre backup ')).toEqual([]);
  });
});
