import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { withTimeout } from '../../async/timeout.ts';
import type { Engine } from '../../engine/engine.ts';
import { superviseTo } from '../../engine/supervise-to.ts';
import type { ExecutionDeadline } from '../../engine/supervised.ts';
import { toFault } from '../../faults/fault.ts';
import { splitBaseUrl } from '../../model/address/base-url.ts';
import { runFolder } from '../../pool/specification.ts';
import type { Layout } from '../container/layout.ts';
import { putValues } from '../container/prepare.ts';
import type { EnvFiles } from '../module/env-files.ts';
import { seleniumAddress } from '../module/selenium-address.ts';
import { proxyScripts } from './scripts.ts';

/** The proxies of a run, one for each container, through which its tests use Selenium. */
export interface BrowserReuse {
  /** Starts the proxy of a container; without it tests use Selenium directly. Never rejects. */
  start(containerId: string): Promise<void>;
  /** Ends the proxies and the browsers that they keep. Never rejects. */
  stop(): Promise<void>;
}

export interface BrowserReuseRequest {
  engine: Engine;
  layout: Layout;
  files: Pick<EnvFiles, 'env' | 'credentials' | 'values'>;
  /** The PHP program in the container. */
  php: string;
  token: string;
  fence: number;
  heartbeatMs: number;
  deadlineOf(containerId: string): Promise<ExecutionDeadline>;
  pace(bytes: number): Promise<void>;
  signal: AbortSignal;
  /** For the log of the run. */
  log(line: string): void;
  /**
   * Called when a proxy exited unexpectedly, before tests use Selenium directly. Returns what ends the sessions that it had: they are open.
   * Never rejects, as the function does not.
   */
  onLost(containerId: string): Promise<() => Promise<void>>;
}

/** How many sessions a browser serves: its memory grows. */
const maxSessions = 25;
/** A file of 64 MB that a test uploads is in memory several times. */
const memoryLimit = '512M';
const readyMs = 10_000;
/** For ending the sessions of Selenium, each of which closes a browser. */
const graceMs = 10_000;
/** Of the output of a proxy: it says why browsers are not kept, in a line each. */
const maxLines = 1_000;
const maxLineLength = 1_000;
/** The line of the proxy when it can be used. */
const readyLine = 'listens';

/** Why the browsers of a run cannot be kept, as a sentence; `undefined` when they can. */
export function reuseObstacle(
  { values }: Pick<EnvFiles, 'values'>,
  { isChrome }: { isChrome: boolean },
): string | undefined {
  if (!isChrome) return 'Only Chrome can be cleared.';
  const baseUrl = values.find(({ name }) => name === 'MAGENTO_BASE_URL')?.value ?? '';
  if (splitBaseUrl(baseUrl).credentials !== undefined) {
    return 'The shop asks for a user and password, which Chrome would send in the next test as well.';
  }
  const address = seleniumAddress(values);
  if (!URL.canParse(address) || new URL(address).username !== '') {
    return 'The address of Selenium is invalid, or has a user.';
  }
  return undefined;
}

/**
 * Takes output apart, and calls back with its first lines. Tests can write to the output of the proxy: it may be endless, with or without
 * line ends, and must cost neither memory nor the log of the run.
 */
export function firstLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let count = 0;
  return (chunk) => {
    if (count >= maxLines) return;
    const lines = (rest + decoder.write(chunk)).split('\n', maxLines - count + 1);
    // What follows the last line end; with so many lines nothing is needed any more.
    rest = (lines.pop() ?? '').slice(0, maxLineLength);
    count += lines.length;
    for (const line of lines) onLine(line.slice(0, maxLineLength));
  };
}

/** Keeps the browsers of a run. */
export function createBrowserReuse(request: BrowserReuseRequest): BrowserReuse {
  const { engine, files, layout, log } = request;
  const stopping = new AbortController();
  const signal = AbortSignal.any([request.signal, stopping.signal]);
  const proxies: Promise<void>[] = [];

  /** Runs the proxy of a container until it ends; `onLine` gets its output. */
  async function run(containerId: string, onLine: (line: string) => void): Promise<void> {
    const output = new PassThrough();
    output.on('data', firstLines(onLine));
    const php = [request.php, '-d', 'display_errors=stderr', '-d', `memory_limit=${memoryLimit}`];
    const address = seleniumAddress(files.values);
    const options = [address, `${runFolder}/.env`, layout.downloads, String(maxSessions)];
    const argv = ['sh', proxyScripts.shell, ...php, proxyScripts.php, ...options];
    try {
      const deadline = await request.deadlineOf(containerId);
      await superviseTo(
        engine,
        containerId,
        { argv, cwd: layout.acceptance },
        {
          token: request.token,
          fence: request.fence,
          deadline,
          limitMs: request.heartbeatMs,
          graceMs,
          signal,
          output,
          pace: request.pace,
        },
      );
    } catch (error) {
      if (!signal.aborted) log(`Browsers: ${toFault(error).message}`);
    } finally {
      output.end();
    }
  }

  /** After the end of a proxy. */
  async function useSelenium(containerId: string): Promise<void> {
    if (signal.aborted) return;
    log('Browsers are not kept any more: their proxy has ended. Tests use Selenium directly.');
    // The next test may have the label of these sessions.
    const endSessions = await request.onLost(containerId);
    // They name a proxy that is gone.
    await putValues(engine, containerId, files).catch((error) => log(toFault(error).message));
    await endSessions();
  }

  return {
    async start(containerId) {
      let isPending = true;
      await new Promise<void>((resolve) => {
        const settle = () => {
          isPending = false;
          resolve();
        };
        const onLine = (line: string) => (line === readyLine ? settle() : log(`Browsers: ${line}`));
        const ended = run(containerId, onLine)
          .then(() => useSelenium(containerId))
          .then(settle);
        proxies.push(ended);
        void withTimeout(readyMs, () => ended, resolve);
      });
      if (isPending) log('Browsers are not kept yet: their proxy does not listen.');
    },

    async stop() {
      stopping.abort();
      await Promise.all(proxies);
    },
  };
}
