import { formatBytes } from '../model/bytes.ts';
import type { ReplayEntry } from '../model/replay.ts';
import { type DevToolsEnd, type DevToolsEvent, openDevTools } from './dev-tools.ts';
import { describeConsole, describeException, limited } from './page-texts.ts';
import { createPictureReel, type PictureReel } from './picture-reel.ts';
import { createScreencast } from './screencast.ts';

/** What a browser session showed and reported. */
export interface SessionRecording {
  reel: PictureReel;
  entries: ReplayEntry[];
  /** Entries that are left out because of the limits. */
  leftOut: number;
  /** What is missing, and why. */
  missing: string | undefined;
}

/** A recording under way. */
export interface RecordingSession {
  recording: SessionRecording;
  /** Resolves with the first picture; what happens in that window from then on is recorded. */
  begun: Promise<void>;
  /** Resolves when the browser, or this side, has ended it. */
  ended: Promise<DevToolsEnd>;
  stop(): void;
}

/** Bytes of the pictures of a session, in base64: with its texts a file has less than 5 MB. */
export const maxPictureBytes = 3_700_000;
/** Entries of a session; the last ones are kept. */
const maxEntries = 500;
/** Requests whose end is not known yet. */
const maxOpenRequests = 1_000;
/** Windows and frames of other sites of a session. */
const maxTargets = 50;
/** Beyond so many bytes of texts, a page is only pictured: one that logs in a loop sends as much in a minute. */
const maxTextBytes = 64 * 1024 * 1024;
/** Objects of the console stay in the page until they are released. */
const releaseMs = 1_000;

const attach = { autoAttach: true, waitForDebuggerOnStart: false, flatten: true };

type Handler = (params: Params, session: string | undefined) => void;
// biome-ignore lint/suspicious/noExplicitAny: it is what a browser sends; each handler checks what it uses
type Params = Record<string, any>;

export interface RecordingOptions {
  /** Its console and requests are recorded, too. */
  texts: boolean;
  /** Whether the browser may send so many bytes more; see `createAllowance`. */
  allows(bytes: number): boolean;
  /** Earlier parts of the recording, which this one continues. */
  recording?: SessionRecording;
}

export const newRecording = (): SessionRecording => ({
  reel: createPictureReel(maxPictureBytes),
  entries: [],
  leftOut: 0,
  missing: undefined,
});

/**
 * Records a session by a connection of its own to the browser, beside that of the driver: the commands of the test do not pass through it,
 * and its end changes nothing for them. Rejects when there is no connection.
 */
export async function recordSession(
  address: string,
  { texts, allows, recording = newRecording() }: RecordingOptions,
): Promise<RecordingSession> {
  const targets = new Set<string>();
  const timers = new Set<NodeJS.Timeout>();
  const releasing = new Set<string | undefined>();
  let readsTexts = texts;
  let textBytes = 0;
  let resolveEnded: (end: DevToolsEnd) => void;
  const ended = new Promise<DevToolsEnd>((resolve) => {
    resolveEnded = resolve;
  });
  let resolveBegun: () => void;
  const begun = new Promise<void>((resolve) => {
    resolveBegun = resolve;
  });
  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const windows = createScreencast((...command) => devTools.send(...command), later);

  const handlers: Record<string, Handler> = {
    'Target.attachedToTarget': ({ sessionId, targetInfo }) => {
      const type = targetInfo?.type;
      if (typeof sessionId !== 'string' || targets.size >= maxTargets) return;
      if (type !== 'page' && type !== 'iframe') return;
      targets.add(sessionId);
      if (type === 'page') {
        onPage(recording, targetInfo.url);
        devTools.send('Page.enable', {}, sessionId);
      }
      if (readsTexts) {
        for (const [domain, params] of textDomains) devTools.send(`${domain}.enable`, params, sessionId);
        // Frames of other sites are targets of their own.
        devTools.send('Target.setAutoAttach', attach, sessionId);
      }
      if (type === 'page') windows.begin(sessionId);
    },
    'Target.detachedFromTarget': ({ sessionId }) => {
      targets.delete(sessionId);
      windows.end(sessionId);
    },
    'Page.screencastFrame': ({ data, sessionId: frame }, session) => {
      resolveBegun();
      if (typeof data === 'string') recording.reel.add({ at: Date.now(), data });
      windows.onFrame(session, frame);
    },
    ...textHandlers(recording, (session) => {
      if (releasing.has(session)) return;
      releasing.add(session);
      later(releaseMs, () => {
        releasing.delete(session);
        devTools.send('Runtime.releaseObjectGroup', { objectGroup: 'console' }, session);
      });
    }),
  };

  const onEvent = ({ method, params, session }: DevToolsEvent, bytes: number) => {
    if (method !== 'Page.screencastFrame') textBytes += bytes;
    if (readsTexts && textBytes > maxTextBytes) {
      readsTexts = false;
      recording.missing = `The pages reported more than ${formatBytes(maxTextBytes)}; what followed is left out.`;
      for (const target of targets) {
        for (const [domain] of textDomains) devTools.send(`${domain}.disable`, {}, target);
      }
    }
    handlers[method]?.(params, session);
  };
  const devTools = await openDevTools(address, new Set(Object.keys(handlers)), {
    allows,
    onEvent,
    onLeftOut() {
      recording.leftOut += 1;
    },
    onEnd(end) {
      for (const timer of timers) clearTimeout(timer);
      resolveEnded(end);
    },
  });
  devTools.send('Target.setAutoAttach', attach);
  return { recording, begun, ended, stop: () => devTools.close() };
}

/** A page is shown in a window. A session begins with an empty one. */
function onPage(recording: SessionRecording, address: unknown): void {
  const url = limited(address);
  if (url !== '' && !/^(data:,|about:blank)$/.test(url))
    addEntry(recording, { at: Date.now(), kind: 'page', url });
}

function addEntry(recording: SessionRecording, entry: ReplayEntry): void {
  recording.entries.push(entry);
  if (recording.entries.length <= maxEntries) return;
  recording.entries.shift();
  recording.leftOut += 1;
}

/** What texts come from. Of responses, Chrome needs to keep nothing for us. */
const textDomains = [
  ['Runtime', {}],
  ['Log', {}],
  ['Network', { maxTotalBufferSize: 0, maxResourceBufferSize: 0 }],
] as const;

/** Calls of the console that only arrange others, or show a stack. */
const withoutText: ReadonlySet<unknown> = new Set(['clear', 'trace', 'endGroup', 'profile', 'profileEnd']);

/** What pages report. `onObjects`: the console of a target shows objects, which stay in memory until they are released. */
function textHandlers(
  recording: SessionRecording,
  onObjects: (session: string | undefined) => void,
): Record<string, Handler> {
  const requests = new Map<string, { method: string; url: string }>();
  const add = (entry: ReplayEntry) => addEntry(recording, entry);
  const addRequest = (id: unknown, url: unknown, problem: string) => {
    const request = requests.get(String(id));
    const address = limited(url ?? request?.url);
    // An image in the page itself is no request.
    if (/^(data|blob):/.test(address)) return;
    add({ at: Date.now(), kind: 'request', method: request?.method ?? 'GET', url: address, problem });
  };

  return {
    'Page.frameNavigated': ({ frame }) => {
      if (frame?.parentId === undefined) add({ at: Date.now(), kind: 'page', url: limited(frame?.url) });
    },
    'Page.javascriptDialogOpening': ({ type, message }) =>
      add({ at: Date.now(), kind: 'dialog', text: limited(`${type}: ${message}`) }),
    'Runtime.consoleAPICalled': ({ type, args }, session) => {
      if (withoutText.has(type)) return;
      const { hasObjects, ...entry } = describeConsole(type, args);
      add({ at: Date.now(), kind: 'console', ...entry });
      if (hasObjects) onObjects(session);
    },
    'Runtime.exceptionThrown': ({ exceptionDetails }) =>
      add({ at: Date.now(), kind: 'console', level: 'error', text: describeException(exceptionDetails) }),
    'Log.entryAdded': ({ entry }) => {
      // Failed requests are entries of their own.
      if (entry?.source === 'network' || (entry?.level !== 'error' && entry?.level !== 'warning')) return;
      add({ at: Date.now(), kind: 'console', level: entry.level, text: limited(entry.text) });
    },
    'Network.requestWillBeSent': ({ requestId, request }) => {
      requests.set(String(requestId), { method: limited(request?.method, 20), url: limited(request?.url) });
      const [oldest] = requests.keys();
      if (requests.size > maxOpenRequests && oldest !== undefined) requests.delete(oldest);
    },
    'Network.responseReceived': ({ requestId, response }) => {
      if (response?.status >= 400) addRequest(requestId, response.url, String(response.status));
    },
    'Network.loadingFailed': ({ requestId, errorText, canceled, blockedReason, corsErrorStatus }) => {
      // A page that is left cancels its requests.
      if (canceled && blockedReason === undefined && corsErrorStatus === undefined) return;
      const reason = corsErrorStatus?.corsError ?? blockedReason;
      addRequest(requestId, undefined, limited(reason ? `${errorText} (${reason})` : errorText, 200));
    },
  };
}
