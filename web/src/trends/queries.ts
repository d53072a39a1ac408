import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { showTrends } from '#src/operations/trends/trends.ts';
import { get, type OutputOf } from '../api/request.ts';

export type Trends = OutputOf<typeof showTrends>;

export interface TrendFilter {
  environment: string;
  group: string;
  module: string;
  days: string;
}

/** Days change slowly; a run that ends changes the last of them. */
const recheckMs = 5 * 60_000;

export const trendsQuery = (filter: TrendFilter) =>
  queryOptions({
    queryKey: ['trends', filter],
    queryFn: ({ signal }) => get<typeof showTrends>('/api/trends', { query: filter, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: recheckMs,
    staleTime: recheckMs,
  });
