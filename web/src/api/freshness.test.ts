import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFreshness } from './freshness.ts';

describe('query invalidation', () => {
  let client: QueryClient;
  let refetched: string[];
  let freshness: ReturnType<typeof createFreshness>;
  /** Resolves the requests that the test holds back. */
  let pendingRequests: (() => void)[] | undefined;

  beforeEach(async () => {
    vi.useFakeTimers();
    client = new QueryClient();
    refetched = [];
    pendingRequests = undefined;
    freshness = createFreshness(client, { minIntervalMs: 250 });
    for (const queryKey of [['overview', '2h'], ['runs', 'list'], ['run', 44], ['run', 45], ['users']]) {
      await client.prefetchQuery({ queryKey, queryFn: () => queryKey });
      client
        .getQueryCache()
        .find({ queryKey })
        ?.setOptions({
          queryKey,
          queryFn: async () => {
            refetched.push(queryKey.join(' '));
            if (pendingRequests) await new Promise<void>((resolve) => pendingRequests?.push(resolve));
            return queryKey;
          },
        });
    }
    // The real client refetches only mounted queries; here, all of them.
    vi.spyOn(client, 'invalidateQueries').mockImplementation(async ({ queryKey = [] } = {}) => {
      await client.getQueryCache().find({ queryKey })?.fetch();
    });
  });
  afterEach(() => {
    freshness.stop();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('refetches the queries of a changed run and of run lists, once for many events', async () => {
    for (let event = 0; event < 20; event += 1) freshness.runChanged(44);
    await vi.advanceTimersByTimeAsync(1);
    expect(refetched).toEqual(['overview 2h', 'runs list', 'run 44']);
  });

  it('waits before it refetches the same query again', async () => {
    freshness.runChanged(44);
    await vi.advanceTimersByTimeAsync(1);
    refetched = [];
    freshness.runChanged(44);
    await vi.advanceTimersByTimeAsync(200);
    expect(refetched).toEqual([]);
    await vi.advanceTimersByTimeAsync(60);
    expect(refetched).toContain('run 44');
  });

  it('refetches the queries of environments, workers or schedules when one of those changed', async () => {
    freshness.kindChanged('environment');
    await vi.advanceTimersByTimeAsync(1);
    expect(refetched).toEqual(['overview 2h']);
    freshness.kindChanged('schedules');
    await vi.advanceTimersByTimeAsync(300);
    expect(refetched).toEqual(['overview 2h']);
  });

  it('refetches everything when anything may have changed', async () => {
    freshness.anythingChanged();
    await vi.advanceTimersByTimeAsync(1);
    expect(refetched).toHaveLength(5);
  });

  it('waits for a request in flight before it refetches a query', async () => {
    pendingRequests = [];
    freshness.runChanged(45);
    await vi.advanceTimersByTimeAsync(1);
    freshness.runChanged(45);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(refetched.filter((each) => each === 'run 45')).toHaveLength(1);
    const resolvers = pendingRequests;
    pendingRequests = undefined;
    for (const resolve of resolvers) resolve();
    await vi.advanceTimersByTimeAsync(300);
    expect(refetched.filter((each) => each === 'run 45')).toHaveLength(2);
  });
});
