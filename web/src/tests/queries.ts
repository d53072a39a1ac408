import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { showTestHistory } from '#src/operations/tests/test-history.ts';
import type { showTestSteps } from '#src/operations/tests/test-steps.ts';
import type { listTestStatistics, listTests } from '#src/operations/tests/tests.ts';
import { get, type OutputOf } from '../api/request.ts';
import { rowsOfPlaywright } from './playwright-rows.ts';

export type Catalog = OutputOf<typeof listTests>;
export type TestStatistics = OutputOf<typeof listTestStatistics>['tests'][number];
export type History = OutputOf<typeof showTestHistory>;

export const catalogQuery = queryOptions({
  queryKey: ['tests', 'catalog'],
  queryFn: ({ signal }) => get<typeof listTests>('/api/tests', { signal }),
  staleTime: 60_000,
});

/** Polled: some of thousands of tests change with every event. */
export const statisticsQuery = queryOptions({
  queryKey: ['tests', 'figures'],
  queryFn: ({ signal }) => get<typeof listTestStatistics>('/api/tests/figures', { signal }),
  refetchInterval: 30_000,
});

/** The most that the server accepts. */
const maxSearchLength = 200;

/** A test of the catalog; null when the catalog does not have it. */
export const catalogTestQuery = (name: string) =>
  queryOptions({
    queryKey: ['tests', 'catalog', name],
    queryFn: async ({ signal }) => {
      const search = name.slice(0, maxSearchLength);
      const catalog = await get<typeof listTests>('/api/tests', { query: { search }, signal });
      const all = [...catalog.tests, ...rowsOfPlaywright(catalog)];
      return all.find((test) => test.name === name) ?? null;
    },
    staleTime: 60_000,
  });

export const testStepsQuery = (name: string, environment: string | undefined, ref: string | undefined) =>
  queryOptions({
    queryKey: ['tests', 'steps', name, environment ?? '', ref ?? ''],
    queryFn: ({ signal }) =>
      get<typeof showTestSteps>(`/api/tests/${encodeURIComponent(name)}/steps`, {
        query: { environment, ref },
        signal,
      }),
    staleTime: 60_000,
  });

const shownColumns = 50;

export const historyQuery = (name: string, suite: string | undefined) =>
  queryOptions({
    queryKey: ['test', name, suite ?? ''],
    queryFn: ({ signal }) =>
      get<typeof showTestHistory>(`/api/tests/${encodeURIComponent(name)}/history`, {
        query: { suite, runs: shownColumns },
        signal,
      }),
    placeholderData: keepPreviousData,
  });
