import type { Queryable } from './database.ts';

/** How long a test of a run is likely to take. */
export interface ExpectedDuration {
  test: string;
  suite: string | undefined;
  expectedMs: number;
}

export type Durations = ReturnType<typeof createDurations>;

/** What a run is expected to take hardly changes while it runs, and it is asked for with every test that ends. */
const remembered = 64;

export function createDurations(deps: { database: Queryable }) {
  const known = new Map<number, ExpectedDuration[]>();
  return {
    /**
     * How long some tests will probably take on an environment, in milliseconds, one after the other. A test that never
     * ran is taken for an average one; `undefined` when none of them ran anywhere.
     */
    async estimate(
      environmentId: number,
      tests: readonly { name: string; suite: string | undefined }[],
    ): Promise<number | undefined> {
      const [row] = await deps.database.query<{ mean: number | null }>(
        `SELECT avg(expected_ms)::float8 AS mean FROM (
           SELECT DISTINCT ON (test, suite) (SELECT avg(ms) FROM unnest(recent_ms) AS ms) AS expected_ms
           FROM test_duration
           JOIN unnest($2::text[], $3::text[]) AS wanted (test, suite) USING (test, suite)
           ORDER BY test, suite, environment_id = $1 DESC, updated_at DESC
         ) AS known`,
        [environmentId, tests.map(({ name }) => name), tests.map(({ suite }) => suite ?? '')],
      );
      return typeof row?.mean === 'number' ? Math.round(row.mean * tests.length) : undefined;
    },

    /**
     * Of the planned tests of a run, those that ran to their end before: on its environment, else on the one where that was
     * last. The mean of the last five. Remembered for each run from the first time that it has a plan.
     */
    async expected(runId: number): Promise<readonly ExpectedDuration[]> {
      const before = known.get(runId);
      if (before !== undefined) return before;
      const rows = await deps.database.query<{ test: string; suite: string; expected_ms: number | null }>(
        `SELECT planned.test, planned.suite,
           (SELECT avg(ms)::float8 FROM unnest(coalesce(own.recent_ms, other.recent_ms)) AS ms) AS expected_ms
         FROM planned_test AS planned JOIN run ON run.id = planned.run_id
         LEFT JOIN test_duration AS own ON own.test = planned.test AND own.suite = planned.suite
           AND own.environment_id = run.environment_id
         LEFT JOIN LATERAL (
           SELECT recent_ms FROM test_duration
           WHERE own.recent_ms IS NULL AND test = planned.test AND suite = planned.suite
           ORDER BY updated_at DESC LIMIT 1
         ) AS other ON true
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
