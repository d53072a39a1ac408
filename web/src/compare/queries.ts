import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { compare } from '#src/operations/compare/compare.ts';
import { get } from '../api/request.ts';

/** More rows are counted. The table renders only those in view. */
const maxRows = 5_000;

/** The comparison of two sides, such as `run:12` and `before:12`. */
export const compareQuery = (a: string, b: string) =>
  queryOptions({
    queryKey: ['compare', a, b],
    queryFn: ({ signal }) => get<typeof compare>('/api/compare', { query: { a, b, limit: maxRows }, signal }),
    enabled: a !== '' && b !== '',
    placeholderData: keepPreviousData,
    retry: false,
  });

/** The address of the page with a comparison. */
export const comparePage = (a: string, b: string): string => `/compare?${new URLSearchParams({ a, b })}`;
