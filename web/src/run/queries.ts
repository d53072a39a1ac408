import { queryOptions } from '@tanstack/react-query';
import type { listRunHooks } from '#src/operations/hooks/hooks.ts';
import type { showOverview } from '#src/operations/overview/overview.ts';
import type { listResults, listSteps } from '#src/operations/results/run-results.ts';
import type { listRuns } from '#src/operations/runs/list-runs.ts';
import type { showLiveView } from '#src/operations/runs/live-view.ts';
import type { showProgress } from '#src/operations/runs/progress.ts';
import type { showRun } from '#src/operations/runs/run-record.ts';
import type { listFaults } from '#src/operations/system/faults.ts';
import { get } from '../api/request.ts';
import { addressOf } from '../base-path.ts';

export const progressQuery = (id: number) =>
  queryOptions({
    queryKey: ['run', id, 'progress'],
    queryFn: ({ signal }) => get<typeof showProgress>(`/api/runs/${id}/progress`, { signal }),
  });

export const resultsQuery = (id: number) =>
  queryOptions({
    queryKey: ['run', id, 'results'],
    queryFn: ({ signal }) => get<typeof listResults>(`/api/runs/${id}/results`, { signal }),
  });

/** The hooks of a run. */
export const hooksQuery = (id: number) =>
  queryOptions({
    queryKey: ['run', id, 'hooks'],
    queryFn: ({ signal }) => get<typeof listRunHooks>(`/api/runs/${id}/hooks`, { signal }),
  });

/** The attempts and events of a run, loaded on demand. */
export const recordQuery = (id: number) =>
  queryOptions({
    queryKey: ['run', id, 'record'],
    queryFn: ({ signal }) => get<typeof showRun>(`/api/runs/${id}`, { signal }),
  });

/** Links to the live views of its browsers. They change with the tests, and each test is an event of the run. */
export const liveQuery = (id: number) =>
  queryOptions({
    queryKey: ['run', id, 'live'],
    queryFn: ({ signal }) => get<typeof showLiveView>(`/api/runs/${id}/live`, { signal }),
  });

/** The steps of a finished attempt, which never change. */
export const stepsQuery = (id: number, test: string, suite: string | null, attempt: number | null) =>
  queryOptions({
    queryKey: ['steps', id, test, suite, attempt],
    queryFn: ({ signal }) =>
      get<typeof listSteps>(`/api/runs/${id}/steps`, { query: { test, suite, attempt }, signal }),
  });

/** The queue with the reasons why runs wait. The time window is empty, because the lanes are not needed. */
export const queueQuery = queryOptions({
  queryKey: ['overview', 'queue'],
  queryFn: ({ signal }) => {
    const now = new Date().toISOString();
    return get<typeof showOverview>('/api/overview', { query: { from: now, to: now }, signal });
  },
  select: ({ queue }) => queue,
});

/** The retries of a run, among the newest 100 runs of its environment. */
export const retriesQuery = (id: number, environment: string) =>
  queryOptions({
    queryKey: ['runs', 'of environment', environment],
    queryFn: ({ signal }) =>
      get<typeof listRuns>('/api/runs', { query: { environment, limit: 100 }, signal }),
    select: ({ runs }) => runs.filter(({ retryOf }) => retryOf === id).reverse(),
  });

/** The meaning and remedy of each fault code. */
export const faultsQuery = queryOptions({
  queryKey: ['faults'],
  queryFn: ({ signal }) => get<typeof listFaults>('/api/faults', { signal }),
  gcTime: Number.POSITIVE_INFINITY,
});

/** The URL of a file of a run. */
export const fileOf = (id: number, path: string) =>
  addressOf(`/api/runs/${id}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`);
