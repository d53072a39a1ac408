import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * The first part of a query key decides which events invalidate it: `['run', 44, ...]` on a change of run 44, the keys listed
 * here on a change of that kind, all others only when anything may have changed.
 */
const follows = {
  run: new Set<unknown>([
    'overview',
    'runs',
    'environments',
    'environment',
    'pool',
    'locks',
    'test',
    'schedules',
  ]),
  environment: new Set<unknown>([
    'overview',
    'environments',
    'environment',
    'effective',
    'container',
    'containers',
    'preview',
  ]),
  workers: new Set<unknown>(['overview', 'environments', 'workers']),
  schedules: new Set<unknown>(['schedules']),
};

const defaults = {
  /** Minimum time between two refreshes. The first change after a quiet period is shown immediately. */
  pauseMs: 250,
};

/**
 * Refetches the queries on the page that may have changed. Simultaneous changes cause one refresh. A query in flight is
 * refetched after its response, so the same query never runs twice at a time.
 */
export function createFreshness(
  client: Pick<QueryClient, 'invalidateQueries' | 'getQueryCache'>,
  options: Partial<typeof defaults> = {},
) {
  const { pauseMs } = { ...defaults, ...options };
  const old = new Set<Query>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const refresh = () => {
    timer = undefined;
    if (old.size === 0) return;
    for (const query of old) {
      // The response in flight may predate the change, so the query stays stale until the next refresh.
      if (query.state.fetchStatus === 'fetching') continue;
      old.delete(query);
      void client.invalidateQueries({ queryKey: query.queryKey, exact: true });
    }
    timer = setTimeout(refresh, pauseMs);
  };
  const mark = (isTouched: (key: QueryKey) => boolean) => {
    for (const query of client.getQueryCache().findAll()) {
      if (isTouched(query.queryKey)) old.add(query);
    }
    // Batches the events of one turn of the event loop.
    timer ??= setTimeout(refresh, 0);
  };

  return {
    runChanged(id: number): void {
      mark(([what, which]) => (what === 'run' ? which === id : follows.run.has(what)));
    },
    changed(what: Exclude<keyof typeof follows, 'run'>): void {
      mark(([word]) => follows[what].has(word));
    },
    anythingChanged(): void {
      mark(() => true);
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}
