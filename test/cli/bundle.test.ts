import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';

const run = promisify(execFile);
const project = resolve(import.meta.dirname, '../..');
let home: string;

/** Builds what `npm run build` does of the command line, in a folder of its own. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'matre-bundle-'));
  const dist = join(home, 'dist');
  const options = { cwd: project };
  const tsc = ['--no-install', 'tsc', '-p', 'tsconfig.build.json', '--noCheck', '--outDir', dist];
  await run('npx', tsc, options);
  await run(process.execPath, ['scripts/copy-assets.mjs', dist], options);
  await run(process.execPath, ['scripts/bundle-cli.mjs', dist], options);
  for (const name of ['package.json', 'node_modules']) await symlink(join(project, name), join(home, name));
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the built program with these settings and no others. */
function matre(args: string[], settings: Record<string, string> = {}): Promise<Result> {
  const env = { PATH: process.env['PATH'], TMPDIR: tmpdir(), ...settings };
  return new Promise((done) =>
    execFile(
      process.execPath,
      [join(home, 'dist/bundle/main.js'), ...args],
      { cwd: home, env },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
}

/** The files that a file of the bundle loads before anything is executed, with their text. */
async function loadedWith(name: string, loaded = new Map<string, string>()): Promise<Map<string, string>> {
  if (loaded.has(name)) return loaded;
  const text = await readFile(join(home, 'dist/bundle', name), 'utf8');
  loaded.set(name, text);
  for (const [, next = ''] of text.matchAll(/\b(?:import|from)\s*"\.\/([\w.-]+\.js)"/g))
    await loadedWith(next, loaded);
  return loaded;
}

describe('the bundle of the command line', () => {
  it('has every command', async () => {
    for (const { name, summary } of commandTable) {
      const { code, stdout, stderr } = await matre([name, '--help']);
      expect([name, code, stderr]).toEqual([name, 0, '']);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(summary);
    }
  });

  it('shows its help and version without loading schemas, settings or a database', async () => {
    const loaded = await loadedWith('main.js');
    expect([...loaded.values()].join('\n')).not.toMatch(/ZodObject|MATRE_LEASE|node:http/);
    // 90 kB when this was written, most of it commander. With zod and the settings it would be 300 kB.
    expect([...loaded.values()].join('').length).toBeLessThan(150_000);
    expect(await matre(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d/) });
  });

  it('calls a server without loading all settings, which may be wrong', async () => {
    expect([...(await loadedWith('client.js')).values()].join('\n')).not.toMatch(
      /MATRE_LEASE|from\s*"node:(?:crypto|child_process)"/,
    );
    const server: Server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(request.url?.startsWith('/api/runs') ? '{"runs":[],"next":null}' : '{}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    try {
      const { port } = server.address() as { port: number };
      const settings = { MATRE_URL: `http://127.0.0.1:${port}`, MATRE_MEMORY: 'much' };
      expect(await matre(['list'], settings)).toMatchObject({ code: 0, stdout: 'There are no runs.\n' });
    } finally {
      server.close();
    }
  });

  it('opens a data folder with the compiled modules, and reports their faults with their codes', async () => {
    const settings = { MATRE_DATA: join(home, 'data') };
    const input = ['--base-url', 'https://us.test/', '--admin-username', 'admin'];
    expect(await matre(['env', 'add', 'us', ...input], settings)).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await matre(['env', 'show', 'es'], settings);
    expect(code).toBe(3);
    expect(stderr).toContain('(ENVIRONMENT_UNKNOWN)');
  });
});
