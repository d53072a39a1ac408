import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  showContainer,
  showEffective,
} from '../../../src/operations/environments/environment-detail.ts';
import type { showEnvironment } from '../../../src/operations/environments/environments.ts';
import type { showOverview } from '../../../src/operations/overview/overview.ts';
import type { listRuns } from '../../../src/operations/runs/runs.ts';
import { type Answer, get } from '../api/request.ts';

/** What all environments do at this moment, and what waits. Of what has finished only the last minute is asked for. */
export const nowQuery = queryOptions({
  queryKey: ['environments', 'now'],
  queryFn: ({ signal }) => {
    const from = new Date(Date.now() - 60_000).toISOString();
    return get<typeof showOverview>('/api/overview', { query: { from }, signal });
  },
});
export type Now = Answer<typeof showOverview>;
export type Lane = Now['lanes'][number];

export const environmentQuery = (code: string) =>
  queryOptions({
    queryKey: ['environment', code],
    queryFn: ({ signal }) => get<typeof showEnvironment>(`/api/environments/${code}`, { signal }),
  });

/** Asked for by time: the container is looked into for it, which is too much for every event of a run. */
export const containerQuery = (code: string) =>
  queryOptions({
    queryKey: ['container', code],
    queryFn: ({ signal }) => get<typeof showContainer>(`/api/environments/${code}/container`, { signal }),
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });

export const effectiveQuery = (code: string) =>
  queryOptions({
    queryKey: ['effective', code],
    queryFn: ({ signal }) => get<typeof showEffective>(`/api/environments/${code}/effective`, { signal }),
  });

export const lastRunsQuery = (code: string, limit = 30) =>
  queryOptions({
    queryKey: ['runs', 'last', code, limit],
    queryFn: ({ signal }) =>
      get<typeof listRuns>('/api/runs', { query: { environment: code, limit }, signal }),
  });

/** Keys of what tells of an environment, for what changes one. Its container is looked into again by time. */
export const environmentKeys = (code: string) => [
  ['environments'],
  ['overview'],
  ['environment', code],
  ['effective', code],
  ['preview'],
];
