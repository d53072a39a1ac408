import { queryOptions } from '@tanstack/react-query';
import type { showChangesSincePass } from '#src/operations/results/changes-since-pass.ts';
import type { showTestChanges } from '#src/operations/tests/changed-tests.ts';
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

/** The commits and the image that a test is compared at. */
export interface TestComparison {
  test: string;
  since: string;
  environment: string | undefined;
  ref: string | undefined;
}

/** How a test differs between two commits. */
export const testChangesQuery = ({ test, ...query }: TestComparison) =>
  queryOptions({
    queryKey: ['tests', 'changes', test, query],
    queryFn: ({ signal }) =>
      get<typeof showTestChanges>(`/api/tests/${encodeURIComponent(test)}/changes`, { query, signal }),
    staleTime: 60_000,
  });
