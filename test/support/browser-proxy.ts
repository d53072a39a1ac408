import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from './wait-for.ts';

const folder = new URL('../../src/mftf/browser-reuse/', import.meta.url).pathname;

/** The proxy that keeps browsers needs PHP, as every image of Magento has it. */
export const hasPhp = spawnSync('php', ['--version']).status === 0;

/** A proxy in front of a Selenium server, executed by the PHP of this machine. */
export interface BrowserProxy {
  address: string;
  pid: number;
  /** Its output, such as why browsers were not kept. */
  lines: string[];
  /** Ends it as the supervisor does. Returns the file that names Selenium to tests, as it is then. */
  stop(): Promise<string>;
}

export interface BrowserProxyOptions {
  /** The folder in which tests look for their downloads. */
  downloads?: string;
  maxSessions?: number;
}

/** That file without a proxy. */
export const envBefore = 'SELENIUM_HOST=grid\nNAME=value\n';

/** Starts a proxy for the WebDriver at an address. */
export async function startBrowserProxy(
  selenium: string,
  { downloads = '/nowhere', maxSessions = 100 }: BrowserProxyOptions = {},
): Promise<BrowserProxy> {
  const home = await mkdtemp(join(tmpdir(), 'matre-browser-proxy-'));
  const env = join(home, '.env');
  await writeFile(env, envBefore);
  const argv = ['php', join(folder, 'proxy.php'), selenium, env, downloads, String(maxSessions)];
  const child: ChildProcess = spawn('sh', [join(folder, 'proxy.sh'), ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const exit = once(child, 'exit');
  const lines: string[] = [];
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await waitFor(() => lines.shift() === 'listens');
  const text = await readFile(env, 'utf8');
  const value = (name: string) => new RegExp(`^SELENIUM_${name}=(.*)$`, 'm').exec(text)?.[1];
  return {
    address: `${value('PROTOCOL')}://${value('HOST')}:${value('PORT')}${value('PATH')}`,
    pid: child.pid ?? 0,
    lines,
    async stop() {
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      await exit;
      const after = await readFile(env, 'utf8');
      await rm(home, { recursive: true, force: true });
      return after;
    },
  };
}
