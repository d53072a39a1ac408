import { addressOf } from '../base-path.ts';
import type { createFreshness } from './freshness.ts';

/** `connecting` until the first response; `lost` while the server is unreachable. */
export type Connection = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; since: Date };

/** The events without an id. */
const kinds = [
  'environment',
  'workers',
  'schedules',
  'alerts',
  'channels',
  'messages',
  'reservations',
] as const;

const defaults = {
  /** The page does not report outages shorter than this, such as a quick restart. */
  graceMs: 2_000,
  /** The browser reconnects itself unless it gets an error response, for example from a proxy without its server. */
  retryMs: 3_000,
};

/**
 * The one connection of the page to `/api/events`. It reconnects automatically with `Last-Event-ID`; the server then sends
 * the missed events, or `reload`.
 */
export function openLive(
  freshness: Pick<ReturnType<typeof createFreshness>, 'runChanged' | 'kindChanged' | 'anythingChanged'>,
  /** Called on an error response: the session may have ended. */
  onRejected: () => void,
  options: Partial<typeof defaults> = {},
) {
  const { graceMs, retryMs } = { ...defaults, ...options };
  const watchers = new Set<() => void>();
  let connection: Connection = { state: 'connecting' };
  let source: EventSource;
  let graceTimer: ReturnType<typeof setTimeout> | undefined;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  const setConnection = (next: Connection) => {
    clearTimeout(graceTimer);
    graceTimer = undefined;
    if (next.state === connection.state) return;
    connection = next;
    for (const watcher of watchers) watcher();
  };

  const open = () => {
    source = new EventSource(addressOf('/api/events'));
    source.addEventListener('open', () => setConnection({ state: 'live' }));
    source.addEventListener('run', ({ data }) => freshness.runChanged(Number(data)));
    for (const what of kinds) {
      source.addEventListener(what, () => freshness.kindChanged(what));
    }
    source.addEventListener('reload', () => freshness.anythingChanged());
    source.addEventListener('error', () => {
      const since = new Date();
      graceTimer ??= setTimeout(() => setConnection({ state: 'lost', since }), graceMs);
      if (source.readyState !== EventSource.CLOSED) return;
      onRejected();
      clearTimeout(retryTimer);
      retryTimer = setTimeout(open, retryMs);
    });
  };
  open();

  return {
    connection: () => connection,
    /** Calls `watcher` after each change of `connection`. Returns a function that unsubscribes. */
    watch(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    close(): void {
      clearTimeout(graceTimer);
      clearTimeout(retryTimer);
      source.close();
    },
  };
}
export type Live = ReturnType<typeof openLive>;
