import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * The first part of a query key decides which events invalidate it: `['run', 44, ...]` on a change of run 44, the keys listed
 * here on a change of that kind, all others only when anything may have changed.
 */
const queriesByEvent = {
  run: new Set<unknown>([
    'overview',
    'attention',
    'runs',
    'environments',
    'environment',
    'hooks',
    'pool',
    'locks',
    'test',
    'schedules',
    'submissions',
  ]),
  environment: new Set<unknown>([
    'overview',
    'environments',
    'environment',
    'hooks',
    'effective',
    'variables',
    'container',
    'containers',
    'preview',
  ]),
  workers: new Set<unknown>(['overview', 'environments', 'workers', 'session']),
  schedules: new Set<unknown>(['schedules', 'saved-selections']),
  alerts: new Set<unknown>(['alerts', 'attention']),
  reservations: new Set<unknown>(['overview', 'environments', 'environment', 'reservations']),
  channels: new Set<unknown>(['channels', 'rules', 'rule trial', 'subscriptions', 'templates']),
  // Channels show how many messages wait for them, and whether the last one arrived.
  messages: new Set<unknown>(['messages', 'channels']),
};

const defaults = {
  /** Minimum time between two refreshes. The first change after a quiet period is shown immediately. */
  minIntervalMs: 250,
};

/**
 * Refetches the queries on the page that may have changed. Simultaneous changes cause one refresh. A query in flight is
 * refetched after its response, so the same query never runs twice at a time.
 */
export function createFreshness(
  client: Pick<QueryClient, 'invalidateQueries' | 'getQueryCache'>,
  options: Partial<typeof defaults> = {},
) {
  const { minIntervalMs } = { ...defaults, ...options };
  const staleQueries = new Set<Query>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const refresh = () => {
    timer = undefined;
    if (staleQueries.size === 0) return;
    for (const query of staleQueries) {
      // The response in flight may predate the change, so the query stays stale until the next refresh.
      if (query.state.fetchStatus === 'fetching') continue;
      staleQueries.delete(query);
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
    timer = setTimeout(refresh, minIntervalMs);
  };
  const markStale = (isAffected: (key: QueryKey) => boolean) => {
    for (const query of client.getQueryCache().findAll()) {
      if (isAffected(query.queryKey)) staleQueries.add(query);
    }
    // Batches the events of one turn of the event loop.
    timer ??= setTimeout(refresh, 0);
  };

  return {
    runChanged(id: number): void {
      markStale(([what, which]) => (what === 'run' ? which === id : queriesByEvent.run.has(what)));
    },
    kindChanged(what: Exclude<keyof typeof queriesByEvent, 'run'>): void {
      markStale(([word]) => queriesByEvent[what].has(word));
    },
    anythingChanged(): void {
      markStale(() => true);
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}
