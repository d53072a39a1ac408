import { z } from 'zod';
import { Fault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import { createHttpClient, describeHttpError } from '../http/http-client.ts';
import { labelSwitch } from './session-label.ts';

/** The address of Selenium, as seen from this process. */
export interface SeleniumAddress {
  protocol: string;
  host: string;
  port: number;
  /** `/wd/hub`, or `/` for a bare chromedriver. */
  path: string;
}

export interface SeleniumStatus {
  /** Grid 4 lists its nodes; a standalone driver (chromedriver) or an older hub does not. */
  kind: 'grid' | 'driver';
  ready: boolean;
  message: string;
  /** A node of the grid keeps the files that its browsers download, see `ManagedDownloads`. */
  managesDownloads: boolean;
  /** The maximum number of concurrent sessions; `undefined` when it is not reported. */
  capacity: number | undefined;
  sessions: SeleniumSession[];
}

export interface SeleniumSession {
  id: string;
  /** The name of the session, see `session-label.ts`; `undefined` when it has none, or its browser does not answer now. */
  label: string | undefined;
  /** The path of its DevTools at a Grid. */
  devToolsPath?: string | undefined;
  /** The host and port of its DevTools, as its driver sees them. */
  debuggerAddress?: string | undefined;
}

/** A Selenium server: Grid 4, or a standalone chromedriver. */
export interface Selenium {
  /** To show: `http://hub:4444/wd/hub`. */
  readonly address: string;
  /** Errors: SELENIUM_UNREACHABLE. */
  status(): Promise<SeleniumStatus>;
  /** The WebSocket of the Chrome DevTools Protocol of a session's browser; `undefined` when none can be reached from here. */
  devTools(session: SeleniumSession): Promise<string | undefined>;
  /** Ends a session and its browser. False when it does not exist. Errors: SELENIUM_UNREACHABLE. */
  end(sessionId: string): Promise<boolean>;
}

export interface SeleniumLimits {
  /** For requests of a grid, which answers in milliseconds, or not at all when its event bus is stuck. */
  timeoutMs: number;
  /** For the label of a session, which answers after its page has loaded; the next status asks again. */
  labelTimeoutMs: number;
}

/** For workers, which read the status often. */
const workerLimits: SeleniumLimits = { timeoutMs: 5_000, labelTimeoutMs: 1_000 };
/** The status of a grid of 1,000 slots has less than 2 MB. */
const maxBytes = 16 * 1024 * 1024;
/** What Chrome tells about its version has 400 bytes. */
const maxVersionBytes = 16 * 1024;

/** `value.nodes` of Grid 4 (seen in the answer of 4.48). It includes the requested capabilities `se:...`. */
const gridNode = z.object({
  availability: z.string().default('UP'),
  maxSessions: z.number(),
  slots: z
    .array(
      z.object({
        stereotype: z.record(z.string(), z.unknown()).default({}),
        session: z
          .object({ sessionId: z.string(), capabilities: z.record(z.string(), z.unknown()).default({}) })
          .nullish(),
      }),
    )
    .default([]),
});
const statusAnswer = z.object({
  value: z.object({
    ready: z.boolean().default(true),
    message: z.string().default(''),
    nodes: z.array(gridNode).optional(),
  }),
});
/** The list of chromedriver and of hubs before Grid 4; it is not part of W3C. */
const sessionsAnswer = z.object({
  value: z.array(z.object({ id: z.string(), capabilities: z.record(z.string(), z.unknown()).default({}) })),
});
const commandLineAnswer = z.object({ value: z.object({ arguments: z.array(z.string()) }) });
const chromeOptions = z.object({ debuggerAddress: z.string() });
const versionAnswer = z.object({ webSocketDebuggerUrl: z.string() });

/**
 * The session id that the distributor of Grid 4 shows for a slot whose browser is starting (LocalGridModel, seen in 4.48). It has
 * no label yet, so it would count as a session of another client.
 */
const reservedSlot = 'reserved';

/** A client of the server at an address. Nothing is requested yet. */
export function createSelenium(
  { protocol, host, port, path }: SeleniumAddress,
  { timeoutMs, labelTimeoutMs } = workerLimits,
): Selenium {
  const address = `${protocol}://${host}:${port}${path.replace(/\/+$/, '')}`;
  const http = createHttpClient();
  /** By session, of a standalone driver. A label never changes, and reading it takes the browser a moment. */
  const labels = new Map<string, string | undefined>();

  async function ask(
    method: string,
    below: string,
    body?: unknown,
    limitMs = timeoutMs,
  ): Promise<{ ok: boolean; status: number; value: unknown }> {
    try {
      const { status, text } = await http.request(address + below, {
        method,
        timeoutMs: limitMs,
        maxBytes,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json; charset=utf-8' },
        }),
      });
      return { ok: status >= 200 && status < 300, status, value: parseJson(text) };
    } catch (error) {
      throw new Fault(
        'SELENIUM_UNREACHABLE',
        asSentence(`Selenium at ${address} does not answer: ${describeHttpError(error)}`),
        {
          cause: error,
        },
      );
    }
  }

  /** Reads the switches that Chrome was started with; chromedriver's list of sessions does not have them. */
  async function readLabel(sessionId: string): Promise<string | undefined> {
    if (labels.has(sessionId)) return labels.get(sessionId);
    const command = { cmd: 'Browser.getBrowserCommandLine', params: {} };
    try {
      const path = `/session/${sessionId}/goog/cdp/execute`;
      const answer = commandLineAnswer.safeParse((await ask('POST', path, command, labelTimeoutMs)).value);
      if (!answer.success) return undefined;
      const commandLineArgument = answer.data.value.arguments.find((argument) =>
        argument.startsWith(labelSwitch),
      );
      labels.set(sessionId, commandLineArgument?.slice(labelSwitch.length));
      return labels.get(sessionId);
    } catch {
      return undefined;
    }
  }

  async function driverSessions(): Promise<SeleniumSession[]> {
    const listed = sessionsAnswer.safeParse((await ask('GET', '/sessions')).value);
    const open = listed.success ? listed.data.value : [];
    for (const id of labels.keys()) if (!open.some((session) => session.id === id)) labels.delete(id);
    return Promise.all(
      open.map(async ({ id, capabilities }) => {
        const options = chromeOptions.safeParse(capabilities['goog:chromeOptions']);
        return { id, label: await readLabel(id), debuggerAddress: options.data?.debuggerAddress };
      }),
    );
  }

  return {
    address,

    async status() {
      const { status, value } = await ask('GET', '/status');
      const answer = statusAnswer.safeParse(value);
      if (!answer.success) {
        const hint = 'Is SELENIUM_PATH right (/wd/hub for Selenium, / for a standalone chromedriver)?';
        throw new Fault('SELENIUM_UNREACHABLE', `${address}/status answers ${status}, not a status. ${hint}`);
      }
      const { ready, message, nodes } = answer.data.value;
      if (!nodes) {
        const sessions = await driverSessions();
        return { kind: 'driver', ready, message, managesDownloads: false, capacity: undefined, sessions };
      }
      const sessions = nodes.flatMap(({ slots }) =>
        slots.flatMap(({ session }) => {
          if (!session || session.sessionId === reservedSlot) return [];
          const { 'se:name': name, 'se:cdp': devTools } = session.capabilities;
          return [
            {
              id: session.sessionId,
              label: typeof name === 'string' ? name : undefined,
              devToolsPath: pathOf(devTools),
            },
          ];
        }),
      );
      const up = nodes.filter(({ availability }) => availability === 'UP');
      const capacity = up.reduce((sum, { maxSessions }) => sum + maxSessions, 0);
      const managesDownloads = up.some(({ slots }) =>
        slots.some(({ stereotype }) => stereotype['se:downloadsEnabled'] === true),
      );
      return { kind: 'grid', ready, message, managesDownloads, capacity, sessions };
    },

    async devTools({ devToolsPath, debuggerAddress }) {
      // The host that a Grid names is its own idea of itself, which may not be reachable; this one is.
      const webSocket = protocol === 'https' ? 'wss' : 'ws';
      if (devToolsPath !== undefined) return `${webSocket}://${host}:${port}${devToolsPath}`;
      // Chrome listens on the loopback interface of the host of its driver.
      const debuggerPort = /^(?:localhost|127\.0\.0\.1|\[::1\]):(\d{1,5})$/.exec(debuggerAddress ?? '')?.[1];
      if (debuggerPort === undefined || !isLoopback(host)) return undefined;
      const browser = `127.0.0.1:${debuggerPort}`;
      const limits = { timeoutMs: labelTimeoutMs, maxBytes: maxVersionBytes };
      const response = await http.request(`http://${browser}/json/version`, limits).catch(() => undefined);
      const version = versionAnswer.safeParse(parseJson(response?.text ?? ''));
      const path = pathOf(version.data?.webSocketDebuggerUrl);
      return path && `ws://${browser}${path}`;
    },

    async end(sessionId) {
      const { ok } = await ask('DELETE', `/session/${encodeURIComponent(sessionId)}`);
      return ok;
    },
  };
}

/** The path of an address; `undefined` for what is none. */
function pathOf(address: unknown): string | undefined {
  return typeof address === 'string' && URL.canParse(address) ? new URL(address).pathname : undefined;
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\])$/.test(host);
}

/** The value of a JSON text; `undefined` for another text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
