import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from './chromium.ts';

/**
 * Compressed: what the first visit loads, with the overview; each other view; and all views together, which are never all loaded (324 kB
 * before channels, rules, templates, messages, alerts and subscriptions, which add 30 kB in ten views; a second factor and variables add
 * 6 kB each; the steps of a test, lint with who uses a name, and changed tests 12 kB in four views). Reservations in the lanes of the
 * overview add 4 kB to the first visit. Retention and pinned runs add 2 kB. Cards for tables on tablets add 1 kB to the first visit, and
 * replays and tests of Playwright 4 kB to three views. Tests of templates, rules by requester, failures that are neither new nor known,
 * and tests of Playwright in the list of tests add 1 kB to five views. The order of lint findings and the link of a new password for
 * signed-in users add 0.5 kB.
 */
const maxEntryBytes = 237_000;
const maxViewBytes = 25_000;
const maxBytes = 413_000;

describe('the built page', () => {
  const folder = resolve(import.meta.dirname, '../../dist/web');
  const files = (pattern: RegExp) => readdirSync(join(folder, 'assets')).filter((name) => pattern.test(name));
  const read = (name: string) => readFile(join(folder, 'assets', name), 'utf8');

  beforeAll(() => buildPage());

  it('has small scripts: those of the first visit, of each view, and of all views together', async () => {
    const sizes = await Promise.all(
      files(/\.js$/).map(async (name) => ({
        name,
        bytes: gzipSync(await read(name), { level: 9 }).length,
      })),
    );
    const isEntry = ({ name }: { name: string }) => name.startsWith('index-');
    const sum = (list: typeof sizes) => list.reduce((total, { bytes }) => total + bytes, 0);
    expect(sum(sizes.filter(isEntry))).toBeGreaterThan(50_000);
    expect(sum(sizes.filter(isEntry))).toBeLessThan(maxEntryBytes);
    expect(sizes.filter((each) => !isEntry(each) && each.bytes > maxViewBytes)).toEqual([]);
    expect(sum(sizes)).toBeLessThan(maxBytes);
  });

  it('has a separate file for each view', () => {
    for (const view of ['run', 'runs', 'new-run', 'environments', 'account', 'users', 'audit']) {
      expect(files(/\.js$/).filter((name) => name.startsWith(`${view}-`))).not.toEqual([]);
    }
  });

  it('starts with one script and one style sheet, which include the overview', async () => {
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    const assets = [...index.matchAll(/(?:src|href)="\.\/assets\/([\w-]+-[\w-]{8}\.(?:js|css))"/g)];
    expect(assets.map(([, name]) => name?.split('.').at(-1))).toEqual(['js', 'css']);
    expect(await read(assets[0]?.[1] ?? '')).toContain('Run timeline');
  });

  it('has compressed copies of each generated asset', async () => {
    // Files from web/public are small and have no hash in their names.
    const plain = files(/-[\w-]{8}\.(js|css)$/);
    expect(files(/\.br$/)).toEqual(plain.map((name) => `${name}.br`).sort());
    expect(files(/\.gz$/)).toEqual(plain.map((name) => `${name}.gz`).sort());
  });

  it('loads nothing from other servers', async () => {
    const styles = (await Promise.all(files(/\.css$/).map(read))).join('\n');
    expect(styles).not.toMatch(/url\(["']?(https?:)?\/\//);
    expect(styles).not.toContain('@import');
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    expect(index).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('has no inline scripts or styles in its HTML, and a placeholder for the nonce', async () => {
    const index = await readFile(join(folder, 'index.html'), 'utf8');
    expect(index).not.toMatch(/<script[^>]*>[^<]/);
    expect(index).not.toMatch(/ style=/);
    expect(index).toContain('<meta property="csp-nonce" nonce="__NONCE__">');
  });

  it('has addresses that are relative to the base path, and a placeholder for it', async () => {
    for (const path of ['index.html', 'api-docs/index.html']) {
      const html = await readFile(join(folder, path), 'utf8');
      expect(html).not.toMatch(/(src|href)="\//);
      expect(html).toContain('content="__BASE_PATH__"');
    }
  });
});
