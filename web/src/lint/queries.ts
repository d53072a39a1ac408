import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { checkLint, completeUsed, showUses } from '#src/operations/lint/lint.ts';
import { get, type InputOf, type OutputOf } from '../api/request.ts';

export type LintPage = OutputOf<typeof checkLint>;
export type Finding = LintPage['findings'][number];
export type Level = Finding['level'];
export type Uses = OutputOf<typeof showUses>;
export type UsableName = OutputOf<typeof completeUsed>['names'][number];
export type LintFilter = Pick<
  InputOf<typeof checkLint>,
  'environment' | 'ref' | 'level' | 'code' | 'search' | 'only'
>;

/** Findings of a request: the list renders only those in view, and the server has the others ready. */
const pageLength = 500;

/** The test modules change with commits, which no event tells. */
const staleTime = 60_000;

export const lintQuery = (filter: LintFilter) =>
  infiniteQueryOptions({
    queryKey: ['lint', filter],
    queryFn: ({ signal, pageParam }) =>
      get<typeof checkLint>('/api/lint', {
        query: { ...filter, order: 'level', offset: pageParam, limit: pageLength },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ more }, pages) => (more === 0 ? undefined : pages.length * pageLength),
    placeholderData: keepPreviousData,
    staleTime,
  });

export const usesQuery = (query: { name: string; environment: string }) =>
  queryOptions({
    queryKey: ['uses', query],
    queryFn: ({ signal }) => get<typeof showUses>('/api/lint/uses', { query, signal }),
    enabled: query.name !== '',
    staleTime,
  });

export const usableNamesQuery = (query: { text: string; environment: string }) =>
  queryOptions({
    queryKey: ['usable', query],
    queryFn: ({ signal }) =>
      get<typeof completeUsed>('/api/lint/names', { query: { ...query, limit: 50 }, signal }),
    placeholderData: keepPreviousData,
    staleTime,
  });

/** The address of who uses a name. */
export function usedByPage(name: string, environment = ''): string {
  return `/used-by?${new URLSearchParams({ name, ...(environment !== '' && { environment }) })}`;
}

/** The address of a definition: a test has a view of its own. */
export function definitionPage({ kind, name }: { kind: string; name: string }, environment = ''): string {
  return kind === 'test' ? `/tests/${encodeURIComponent(name)}` : usedByPage(name, environment);
}
