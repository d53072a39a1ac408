import { keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query';
import type { showOverview } from '#src/operations/overview/overview.ts';
import { get } from '../api/request.ts';
import { pastTime } from './lanes/past-time.ts';
import { type Span, spanOf } from './lanes/spans.ts';

/** Runs have events. Workers, locks and containers change without one, so the overview polls as well. */
const recheckMs = 15_000;

/** The overview with the runs of a time span: up to now, or until a time in the past. */
export function overviewQuery(span: Span, until?: Date) {
  return queryOptions({
    queryKey: ['overview', span.name, until?.toISOString() ?? ''],
    queryFn: ({ signal }) => {
      const from = new Date(until ? until.getTime() - span.past - span.ahead : Date.now() - span.past);
      const query = { from: from.toISOString(), to: until?.toISOString() };
      return get<typeof showOverview>('/api/overview', { query, signal });
    },
    refetchInterval: recheckMs,
    placeholderData: keepPreviousData,
  });
}

/** Prefetches the overview while the view loads. `search` is the query string of the address. */
export function prefetchOverview(client: QueryClient, search: string): void {
  const parameters = new URLSearchParams(search);
  const span = spanOf(parameters.get('span') ?? '');
  void client.prefetchQuery(overviewQuery(span, pastTime(parameters.get('until') ?? '')));
}
