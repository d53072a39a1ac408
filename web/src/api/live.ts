import type { createFreshness } from './freshness.ts';

/** `connecting` before the first answer; `lost` while the server does not answer. */
export type Connection = { state: 'connecting' } | { state: 'live' } | { state: 'lost'; since: Date };

const defaults = {
  /** A restart of the server that is shorter than this is nobody's business. */
  graceMs: 2_000,
  /** A browser gives up by itself only on an answer that is an error, such as that of a proxy without its server. */
  againMs: 3_000,
};

/**
 * The one connection of the page to `/api/events`. It comes back by itself, with `Last-Event-ID`; what was missed
 * is then sent, or `reload`. Returns how to watch and to close it.
 */
export function openLive(
  freshness: Pick<ReturnType<typeof createFreshness>, 'runChanged' | 'changed' | 'anythingChanged'>,
  /** An answer came that is an error: perhaps the session has ended. */
  onRefused: () => void,
  options: Partial<typeof defaults> = {},
) {
  const { graceMs, againMs: retryMs } = { ...defaults, ...options };
  const watchers = new Set<() => void>();
  let connection: Connection = { state: 'connecting' };
  let source: EventSource;
  let grace: ReturnType<typeof setTimeout> | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;

  const become = (next: Connection) => {
    clearTimeout(grace);
    grace = undefined;
    if (next.state === connection.state) return;
    connection = next;
    for (const watcher of watchers) watcher();
  };

  const open = () => {
    source = new EventSource('/api/events');
    source.addEventListener('open', () => become({ state: 'live' }));
    source.addEventListener('run', ({ data }) => freshness.runChanged(Number(data)));
    for (const what of ['environment', 'workers', 'schedules'] as const) {
      source.addEventListener(what, () => freshness.changed(what));
    }
    source.addEventListener('reload', () => freshness.anythingChanged());
    source.addEventListener('error', () => {
      const since = new Date();
      grace ??= setTimeout(() => become({ state: 'lost', since }), graceMs);
      if (source.readyState !== EventSource.CLOSED) return;
      onRefused();
      clearTimeout(again);
      again = setTimeout(open, retryMs);
    });
  };
  open();

  return {
    connection: () => connection,
    /** Calls back after each change of `connection`; returns how to stop that. */
    watch(watcher: () => void): () => void {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    close(): void {
      clearTimeout(grace);
      clearTimeout(again);
      source.close();
    },
  };
}
export type Live = ReturnType<typeof openLive>;
