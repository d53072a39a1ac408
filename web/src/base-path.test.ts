import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The module in a page whose server put this into index.html. */
async function loadedWith(content: string) {
  vi.stubGlobal('document', { querySelector: () => ({ content }) });
  return import('./base-path.ts');
}

it('adds and removes the base path of the installation', async () => {
  const { addressOf, pathWithin, storageKeyOf } = await loadedWith('/tools/matre');
  expect(addressOf('/api/runs')).toBe('/tools/matre/api/runs');
  expect(pathWithin('/tools/matre')).toBe('/');
  expect(pathWithin('/tools/matre/runs?status=failed')).toBe('/runs?status=failed');
  for (const other of ['', '/', '/tools', '/tools/matres', '#view', 'https://example.com/tools/matre/']) {
    expect(pathWithin(other), other).toBeUndefined();
  }
  expect(storageKeyOf('own-runs')).not.toBe('own-runs');
});

it.each(['', '__BASE_PATH__'])(
  'without one leaves paths as they are, with %j in the page',
  async (content) => {
    const { addressOf, pathWithin, storageKeyOf } = await loadedWith(content);
    expect(addressOf('/api/runs')).toBe('/api/runs');
    expect(pathWithin('/')).toBe('/');
    expect(pathWithin('/runs?status=failed')).toBe('/runs?status=failed');
    // A click on something else than a link has no address.
    for (const other of ['', '#view', 'https://example.com/'])
      expect(pathWithin(other), other).toBeUndefined();
    expect(storageKeyOf('own-runs')).toBe('own-runs');
  },
);

it('is in every address that neither the router nor a request to the API adds it to', () => {
  const folder = import.meta.dirname;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(?<!\.test)\.tsx?$/.test(name),
  );
  expect(files.length).toBeGreaterThan(200);
  const stray = files.flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    // Requests without `callApi`, images, and plain links: an element of React that is no router link.
    const all = text.matchAll(
      /(?:fetch|EventSource|location\.(?:assign|replace))\(\s*['"`]\/|\bsrc=\{?['"`]\/|<a\s[^>]*?\bhref=\{?['"`]\/|component="a"[^>]*?\bhref=\{?['"`]\//g,
    );
    return [...all].map(([use]) => `${name}: ${use}`);
  });
  expect(stray).toEqual([]);
});
