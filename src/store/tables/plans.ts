import type { Status } from '../../model/result.ts';
import type { Queryable } from '../database/database.ts';

/** A planned test of a run, and its progress. */
export interface PlannedProgress {
  test: string;
  suite: string | undefined;
  /** Set while the test is under way. */
  startedAt: Date | undefined;
  /** The status of its latest result. */
  status: Status | undefined;
}

export type Plans = ReturnType<typeof createPlans>;

export function createPlans(deps: { database: Queryable }) {
  return {
    /** The planned tests of a run, in the order of the plan. */
    async list(runId: number): Promise<PlannedProgress[]> {
      const rows = await deps.database.query<{
        test: string;
        suite: string;
        started_at: Date | null;
        status: Status | null;
      }>(
        `SELECT DISTINCT ON (position) test, suite, planned_test.started_at, result.status
         FROM planned_test LEFT JOIN result USING (run_id, test, suite)
         WHERE run_id = $1 ORDER BY position, attempt DESC`,
        [runId],
      );
      return rows.map(({ test, suite, started_at, status }) => ({
        test,
        suite: suite || undefined,
        startedAt: started_at ?? undefined,
        status: status ?? undefined,
      }));
    },
  };
}
