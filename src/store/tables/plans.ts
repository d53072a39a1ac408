import type { Status } from '../../model/result.ts';
import type { Queryable } from '../database/database.ts';

/** A test of a run, and how far it is. */
export interface PlannedProgress {
  test: string;
  suite: string | undefined;
  /** Set while it is under way. */
  startedAt: Date | undefined;
  /** Of its latest result. */
  status: Status | undefined;
}

export type Plans = ReturnType<typeof createPlans>;

export function createPlans(deps: { database: Queryable }) {
  return {
    /** In the order of execution. */
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
