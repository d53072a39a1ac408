import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BrowserProxy, envBefore, hasPhp, startBrowserProxy } from '../../support/browser-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

/** The proxy in front of a Selenium that opens and ends sessions, and does nothing with any other command but those of a new session. */
describe.skipIf(!hasPhp)('the proxy that keeps browsers', () => {
  let selenium: Server;
  let commands: string[];
  let proxy: BrowserProxy;
  beforeEach(async () => {
    commands = [];
    const answers: Record<string, object | null> = {
      'POST /session': { sessionId: 'one' },
      'GET /session/one/window/rect': {},
      'GET /session/one/timeouts': {},
      'DELETE /session/one': null,
      'GET /status': {},
    };
    selenium = createServer(({ method, url }, response) => {
      const command = `${method} ${url}`;
      commands.push(command);
      const value = answers[command];
      // What is never answered is not read either.
      if (value !== undefined) response.end(JSON.stringify({ value }));
    });
    await new Promise<void>((resolve) => selenium.listen(0, '127.0.0.1', resolve));
    const { port } = selenium.address() as AddressInfo;
    proxy = await startBrowserProxy(`http://127.0.0.1:${port}`);
  });
  afterEach(() => {
    selenium.closeAllConnections();
    selenium.close();
  });

  const request = (method: string, path: string, options: RequestInit = {}) =>
    fetch(proxy.address + path, { method, ...options });
  const open = () => request('POST', '/session', { body: '{}' });

  it('ends while it clears a browser that does not answer', async () => {
    await open();
    await request('DELETE', '/session/one');
    await waitFor(() => commands.includes('POST /session/one/alert/dismiss'));
    expect(await proxy.stop()).toBe(envBefore);
    expect(proxy.lines).toEqual(['1 for 1 sessions']);
    expect(commands.at(-1)).toBe('DELETE /session/one');
  });

  it('ends, and serves others after a test that has gone, while Selenium does not read', async () => {
    await open();
    const file = { body: 'x'.repeat(30_000_000) };
    const test = new AbortController();
    const upload = request('POST', '/session/one/se/file', { ...file, signal: test.signal }).catch(() => {});
    await waitFor(() => commands.includes('POST /session/one/se/file'));
    test.abort();
    await upload;
    expect((await request('GET', '/status')).status).toBe(200);
    const uploads = () => commands.filter((command) => command.endsWith('/se/file')).length;
    const last = request('POST', '/session/one/se/file', file).catch(() => {});
    await waitFor(() => uploads() === 2);
    expect(await proxy.stop()).toBe(envBefore);
    await last;
    expect(commands.at(-1)).toBe('DELETE /session/one');
  });
});

describe.skipIf(!hasPhp)('where a proxy of the network answers for every address', () => {
  it.each([
    [{ http_proxy: 'http://proxy:3128' }, '', 'http_proxy is set'],
    [{}, 'http_proxy="http://proxy:3128"\n', 'http_proxy is set'],
    [{ ALL_PROXY: 'http://proxy:3128', NO_PROXY: 'grid' }, '', 'ALL_PROXY is set'],
    [{ http_proxy: 'http://proxy:3128', NO_PROXY: 'grid, 127.0.0.1' }, '', 'listens'],
    [{}, 'http_proxy=\nOTHER=value\n', 'listens'],
  ])('%o and "%s": it says %s', async (variables, line, output) => {
    const home = await mkdtemp(join(tmpdir(), 'matre-browser-proxy-'));
    const env = join(home, '.env');
    await writeFile(env, envBefore + line);
    const script = new URL('../../../src/mftf/browser-reuse/proxy.php', import.meta.url).pathname;
    const argv = [script, 'http://127.0.0.1:1', env, '/nowhere', '1'];
    // It ends with its input.
    const { stdout } = spawnSync('php', argv, {
      input: '',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], ...variables },
    });
    expect(stdout.split('\n')[0]).toContain(output);
    expect(await readFile(env, 'utf8')).toBe(envBefore + line);
    await rm(home, { recursive: true });
  });
});
