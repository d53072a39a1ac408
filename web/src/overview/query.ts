import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { showOverview } from '../../../src/operations/overview/overview.ts';
import { get } from '../api/request.ts';
import { type Span, spanOf } from './lanes/spans.ts';

/** Events tell of runs. Workers, locks and containers come and go without one, and are looked at from time to time. */
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

/** Before the view is there. `search` is that of the address. */
export function askForOverview(client: QueryClient, search: string): void {
  const span = spanOf(new URLSearchParams(search).get('span') ?? '');
  void client.prefetchQuery(overviewQuery(span));
}
