import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

/** All views together; who opens one of them gets less. */
const maxBytes = 300_000;

describe('the built page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matre-built-page-'));
  const files = (ending: RegExp) => readdirSync(join(folder, 'assets')).filter((name) => ending.test(name));
  const read = (name: string) => readFile(join(folder, 'assets', name), 'utf8');

  beforeAll(async () => {
    const vite = resolve(import.meta.dirname, '../../node_modules/vite/bin/vite.js');
    const web = resolve(import.meta.dirname, '../../web');
    // As `npm run build` does. In this process it would be a build for tests, which is larger.
    const env = { ...process.env, NODE_ENV: 'production' };
    await run(process.execPath, [vite, 'build', web, '--outDir', folder, '--logLevel', 'error'], { env });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has scripts of less than 300 kB, compressed', async () => {
    const scripts = await Promise.all(files(/\.js$/).map(read));
    const bytes = scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).length, 0);
    expect(bytes).toBeGreaterThan(50_000);
    expect(bytes).toBeLessThan(maxBytes);
  });

  it('has a file for each view, so that nobody waits for views that are not opened', () => {
    for (const view of ['run', 'runs', 'new-run', 'environments', 'account', 'users', 'audit']) {
      expect(files(/\.js$/).filter((name) => name.startsWith(`${view}-`))).not.toEqual([]);
    }
  });

  it('begins with one script and one style sheet, in which the overview is', async () => {
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    const assets = [...index.matchAll(/(?:src|href)="\/assets\/([\w-]+-[\w-]{8}\.(?:js|css))"/g)];
    expect(assets.map(([, name]) => name?.split('.').at(-1))).toEqual(['js', 'css']);
    expect(await read(assets[0]?.[1] ?? '')).toContain('Run timeline');
  });

  it('has each asset compressed ahead, and whole', async () => {
    // What is copied as it is has no hash in its name, and is a few lines.
    const plain = files(/-[\w-]{8}\.(js|css)$/);
    expect(files(/\.br$/)).toEqual(plain.map((name) => `${name}.br`).sort());
    expect(files(/\.gz$/)).toEqual(plain.map((name) => `${name}.gz`).sort());
  });

  it('asks nobody but its server for anything', async () => {
    const styles = (await Promise.all(files(/\.css$/).map(read))).join('\n');
    expect(styles).not.toMatch(/url\(["']?(https?:)?\/\//);
    expect(styles).not.toContain('@import');
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    expect(index).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('has no script in its HTML, and a place for the word of each answer', async () => {
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    expect(index).not.toMatch(/<script[^>]*>[^<]/);
    expect(index).not.toMatch(/ style=/);
    expect(index).toContain('<meta property="csp-nonce" nonce="__NONCE__">');
  });
});
