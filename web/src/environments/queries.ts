import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { showContainer, showEffective } from '#src/operations/environments/environment-detail.ts';
import type { showEnvironment } from '#src/operations/environments/environments.ts';
import type { showModules } from '#src/operations/environments/modules-view.ts';
import type {
  compareVariables,
  listVariableUsers,
  showVariableUsage,
} from '#src/operations/environments/variable-usage.ts';
import type { listVariables } from '#src/operations/environments/variables.ts';
import type { listHooks } from '#src/operations/hooks/hooks.ts';
import type { showOverview } from '#src/operations/overview/overview.ts';
import type { listRuns } from '#src/operations/runs/list-runs.ts';
import { get, type OutputOf } from '../api/request.ts';

/** The current state of all environments and the queue. Covers finished runs of the last minute only. */
export const nowQuery = queryOptions({
  queryKey: ['environments', 'now'],
  queryFn: ({ signal }) => {
    const from = new Date(Date.now() - 60_000).toISOString();
    return get<typeof showOverview>('/api/overview', { query: { from }, signal });
  },
});
export type Now = OutputOf<typeof showOverview>;
export type Lane = Now['lanes'][number];

export const environmentQuery = (code: string) =>
  queryOptions({
    queryKey: ['environment', code],
    queryFn: ({ signal }) => get<typeof showEnvironment>(`/api/environments/${code}`, { signal }),
  });

/** Polled: it inspects the container, which is too expensive for every event of a run. */
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

/** The variables of all environments. */
export const globalVariablesQuery = queryOptions({
  queryKey: ['variables', 'global'],
  queryFn: ({ signal }) => get<typeof listVariables>('/api/variables', { signal }),
});

/** How many tests read each value of an environment. It reads the catalog, so it is requested on demand. */
export const variableUsageQuery = (code: string) =>
  queryOptions({
    queryKey: ['variables', 'usage', code],
    queryFn: ({ signal }) =>
      get<typeof showVariableUsage>('/api/variables/usage', { query: { environment: code }, signal }),
  });

export const variableUsersQuery = (code: string, name: string) =>
  queryOptions({
    queryKey: ['variables', 'users', code, name],
    queryFn: ({ signal }) =>
      get<typeof listVariableUsers>(`/api/variables/${name}/usage`, { query: { environment: code }, signal }),
  });

export const comparedVariablesQuery = (environment: string, other: string) =>
  queryOptions({
    queryKey: ['variables', 'compared', environment, other],
    queryFn: ({ signal }) =>
      get<typeof compareVariables>('/api/variables/compare', { query: { environment, other }, signal }),
    enabled: environment !== '' && other !== '',
  });

/** The enabled modules of the shop, compared with those of other environments. */
export const modulesQuery = (code: string) =>
  queryOptions({
    queryKey: ['environment', code, 'modules'],
    queryFn: ({ signal }) => get<typeof showModules>(`/api/environments/${code}/modules`, { signal }),
  });

/** The hooks of an environment, in their order. */
export const hooksQuery = (code: string) =>
  queryOptions({
    queryKey: ['hooks', code],
    queryFn: ({ signal }) => get<typeof listHooks>('/api/hooks', { query: { environment: code }, signal }),
  });

export const lastRunsQuery = (code: string, limit = 30) =>
  queryOptions({
    queryKey: ['runs', 'last', code, limit],
    queryFn: ({ signal }) =>
      get<typeof listRuns>('/api/runs', { query: { environment: code, limit }, signal }),
  });

/** The keys of the queries about an environment, to invalidate after a change. Its container is polled instead. */
export const environmentKeys = (code: string) => [
  ['environments'],
  ['overview'],
  ['environment', code],
  ['effective', code],
  ['variables'],
  ['preview'],
];
