import type { Queryable } from './database.ts';

/** How long a test of a run is likely to take. */
export interface ExpectedDuration {
  test: string;
  suite: string | undefined;
  expectedMs: number;
}

export type Durations = ReturnType<typeof createDurations>;

/** Of so many results of a test the mean is taken. */
const sample = 5;
/** What a run is expected to take hardly changes while it runs, and it is asked for with every test that ends. */
const remembered = 64;

export function createDurations(deps: { database: Queryable }) {
  const known = new Map<number, ExpectedDuration[]>();
  return {
    /**
     * Of the planned tests of a run, those that ran before: on its environment, else on any. Only tests that ran to their
     * end count. Remembered for each run from the first time that it has a plan.
     */
    async expected(runId: number): Promise<readonly ExpectedDuration[]> {
      const before = known.get(runId);
      if (before !== undefined) return before;
      const rows = await deps.database.query<{ test: string; suite: string; expected_ms: number | null }>(
        `SELECT planned.test, planned.suite, coalesce(own.ms, other.ms)::float8 AS expected_ms
         FROM planned_test AS planned JOIN run ON run.id = planned.run_id
         LEFT JOIN LATERAL (${latestOf('AND earlier.environment_id = run.environment_id')}) AS own ON true
         LEFT JOIN LATERAL (${latestOf('')}) AS other ON own.ms IS NULL
         WHERE planned.run_id = $1`,
        [runId],
      );
      const expected = rows.flatMap(({ test, suite, expected_ms }) =>
        expected_ms === null ? [] : [{ test, suite: suite || undefined, expectedMs: expected_ms }],
      );
      if (rows.length > 0) {
        if (known.size >= remembered) known.delete(known.keys().next().value as number);
        known.set(runId, expected);
      }
      return expected;
    },
  };
}

const latestOf = (condition: string) => `
  SELECT avg(duration_ms) AS ms FROM (
    SELECT duration_ms FROM result JOIN run AS earlier ON earlier.id = result.run_id
    WHERE result.test = planned.test AND result.suite = planned.suite AND result.run_id <> $1
      AND result.status IN ('passed', 'failed') ${condition}
    ORDER BY recorded_at DESC LIMIT ${sample}
  ) AS latest`;
