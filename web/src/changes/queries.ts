import { queryOptions } from '@tanstack/react-query';
import type { showChangesSincePass } from '#src/operations/results/changes-since-pass.ts';
import { get, type OutputOf } from '../api/request.ts';

export type ChangesSincePass = OutputOf<typeof showChangesSincePass>;

/** How a test of a run differs from the last run in which it passed. Commits do not change, so it is read once. */
export const changesQuery = (run: number, test: string, suite: string | null, step: string | null) =>
  queryOptions({
    queryKey: ['changes since pass', run, test, suite, step],
    queryFn: ({ signal }) =>
      get<typeof showChangesSincePass>(`/api/runs/${run}/changes`, { query: { test, suite, step }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
