import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { SubmissionSummary } from '#src/operations/submissions/submission-view.ts';
import type { listSubmissions, showMatrix, showSubmission } from '#src/operations/submissions/submissions.ts';
import { get } from '../api/request.ts';

/** The page path of a submission. */
export const submissionPage = (id: number) => `/submissions/${id}`;
/** The page path that leads to the newest finished submission of a schedule. */
export const latestPage = (schedule: string) => `/schedules/${encodeURIComponent(schedule)}/latest`;

/** The first part of keys that a change of any run makes stale (api/freshness.ts). */
const key = 'submissions';
/** Of what no run of another submission changes: its answer is large. */
const finishedKey = 'finished submissions';

export interface SubmissionFilter {
  schedule?: string | undefined;
  saved?: string | undefined;
  before?: string | number | undefined;
  limit?: number;
  finished?: boolean;
}

export const submissionsQuery = (filter: SubmissionFilter) =>
  queryOptions({
    queryKey: [key, 'list', filter],
    queryFn: ({ signal }) => get<typeof listSubmissions>('/api/submissions', { query: filter, signal }),
    placeholderData: keepPreviousData,
  });

/** The newest finished submission of a schedule; null before the first. */
export const latestQuery = (schedule: string) =>
  queryOptions({
    queryKey: [key, 'latest', schedule],
    queryFn: async ({ signal }) => {
      const query: SubmissionFilter = { schedule, finished: true, limit: 1 };
      const { submissions } = await get<typeof listSubmissions>('/api/submissions', { query, signal });
      return submissions[0] ?? null;
    },
  });

export const submissionQuery = (id: number) =>
  queryOptions({
    queryKey: [key, 'one', id],
    queryFn: ({ signal }) => get<typeof showSubmission>(`/api/submissions/${id}`, { signal }),
  });

/** `notable`: only the tests that differ between environments, failed, or have a class. */
export const matrixQuery = (
  { id, finishedAt, classes }: Pick<SubmissionSummary, 'id' | 'finishedAt' | 'classes'>,
  rows: 'notable' | 'all',
) =>
  queryOptions({
    // Its classes come soon after its end, and again after the end of a retry.
    queryKey:
      finishedAt === null || classes === null
        ? [key, 'matrix', id, rows]
        : [finishedKey, 'matrix', id, rows, finishedAt, classes],
    queryFn: ({ signal }) =>
      get<typeof showMatrix>(`/api/submissions/${id}/matrix`, { query: { rows }, signal }),
    placeholderData: keepPreviousData,
  });

/** About three months, with one each night. */
const stripPerRequest = 100;
const stripRecheckMs = 60_000;

/** The submissions of a schedule or saved selection, the newest first. */
export const stripQuery = (of: { schedule?: string; saved?: string }) =>
  infiniteQueryOptions({
    queryKey: [finishedKey, 'strip', of],
    refetchInterval: stripRecheckMs,
    staleTime: stripRecheckMs,
    queryFn: ({ signal, pageParam }) =>
      get<typeof listSubmissions>('/api/submissions', {
        query: { ...of, limit: stripPerRequest, before: pageParam },
        signal,
      }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
  });
