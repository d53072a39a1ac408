import type { Query, QueryClient, QueryKey } from '@tanstack/react-query';

/**
 * When a query is asked again is said by the first word of its key: `['run', 44, ...]` when run 44 changed, those listed here
 * when something of that kind changed, all others only when anything may have.
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
  /** From one refresh to the next. The first change after a pause is shown at once. */
  pauseMs: 250,
};

/**
 * Asks again for what is shown and may have changed. Changes that come together make one refresh; a query whose answer
 * is still on its way is asked again after it, so a busy server is never asked the same thing twice at a time.
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
      // What is under way may have been answered before the change.
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
    // Events that arrive together are told of in one turn of the event loop.
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
