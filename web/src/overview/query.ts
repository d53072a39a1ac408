import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { showOverview } from '#src/operations/overview/overview.ts';
import { get } from '../api/request.ts';
import { type Span, spanOf } from './lanes/spans.ts';

/** Runs have events. Workers, locks and containers change without one, so the overview polls as well. */
const recheckMs = 15_000;

export function overviewQuery(span: Span) {
  return queryOptions({
    queryKey: ['overview', span.name],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - span.past).toISOString();
      return get<typeof showOverview>('/api/overview', { query: { from }, signal });
    },
    refetchInterval: recheckMs,
    placeholderData: keepPreviousData,
  });
}

/** Prefetches the overview while the view loads. `search` is the query string of the address. */
export function prefetchOverview(client: QueryClient, search: string): void {
  const span = spanOf(new URLSearchParams(search).get('span') ?? '');
  void client.prefetchQuery(overviewQuery(span));
}
