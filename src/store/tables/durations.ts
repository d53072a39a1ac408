import type { OutcomeHistory } from '../../model/failure.ts';
import type { Queryable } from '../database/database.ts';

/** The expected duration of a test of a run. */
export interface ExpectedDuration {
  /** Position in the plan, from 1. */
  position: number;
  test: string;
  suite: string | undefined;
  expectedMs: number;
}

/** Recent statistics of a test, over all environments and all suites that it runs in. */
export interface TestStatistics {
  test: string;
  /** The number of environments where it passed last. */
  passing: number;
  /** The number of environments where it failed last. */
  failing: number;
  /** The number of pairs of neighbouring outcomes, among the last ten on each environment. */
  pairs: number;
  /** The number of such pairs whose outcomes differ. */
  changes: number;
  /** The mean duration of the last five executions on each environment. */
  meanMs: number;
  lastAt: Date;
}

export type Durations = ReturnType<typeof createDurations>;

/** The expected durations of a run hardly change while it runs, and are read for every test that ends. */
const maxCachedRuns = 256;

export function createDurations(deps: { database: Queryable }) {
  const { database } = deps;
  const cache = new Map<number, ExpectedDuration[]>();
  return {
    /**
     * The expected duration of some tests on an environment, one after the other, in milliseconds. A test that never ran counts as an
     * average one; `undefined` when none of them ever ran.
     */
    async estimate(
      environmentId: number,
      tests: readonly { name: string; suite: string | undefined }[],
    ): Promise<number | undefined> {
      const [row] = await database.query<{ mean: number | null }>(
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
     * The planned tests of a run that were executed to their end before, with the mean duration of the last five executions: on its
     * environment, else on the one where it was executed last. Cached for each run once it has a plan.
     */
    expected: async (runId: number): Promise<readonly ExpectedDuration[]> =>
      (await expectedOf([runId])).get(runId) ?? [],

    /** As `expected`, for several runs. */
    expectedOf,

    /** The statistics of all tests that were ever executed to their end on an environment that still exists. */
    async statistics(): Promise<TestStatistics[]> {
      const rows = await database.query<{
        test: string;
        passing: number;
        failing: number;
        pairs: number;
        changes: number;
        mean_ms: number;
        last_at: Date;
      }>(
        // Outcomes without repeats (`..xx.` as `.x.`) are one character longer than the number of changes.
        `SELECT test,
           (count(*) FILTER (WHERE right(recent, 1) = '.'))::int AS passing,
           (count(*) FILTER (WHERE right(recent, 1) = 'x'))::int AS failing,
           sum(greatest(length(recent) - 1, 0))::int AS pairs,
           sum(greatest(length(regexp_replace(recent, '(.)\\1+', '\\1', 'g')) - 1, 0))::int AS changes,
           avg((SELECT avg(ms) FROM unnest(recent_ms) AS ms))::float8 AS mean_ms,
           max(updated_at) AS last_at
         FROM test_duration JOIN environment ON environment.id = environment_id
         WHERE removed_at IS NULL
         GROUP BY test`,
      );
      return rows.map(({ mean_ms, last_at, ...rest }) => ({
        ...rest,
        meanMs: Math.round(mean_ms),
        lastAt: last_at,
      }));
    },

    /** The outcome histories of the tests of a run on its environment, by `<suite>:<test>`; without tests that have none. */
    async outcomes(runId: number): Promise<Map<string, OutcomeHistory>> {
      const rows = await database.query<{ name: string; recent: string }>(
        `SELECT suite || ':' || test AS name, recent
         FROM planned_test JOIN run ON run.id = run_id JOIN test_duration USING (test, suite, environment_id)
         WHERE run_id = $1`,
        [runId],
      );
      return new Map(rows.map(({ name, recent }) => [name, recent]));
    },
  };

  async function expectedOf(runIds: readonly number[]): Promise<Map<number, readonly ExpectedDuration[]>> {
    const missing = runIds.filter((id) => !cache.has(id));
    const read = missing.length === 0 ? new Map<number, ExpectedDuration[]>() : await readExpected(missing);
    for (const [runId, expected] of read) {
      if (cache.size >= maxCachedRuns) cache.delete(cache.keys().next().value as number);
      cache.set(runId, expected);
    }
    return new Map(runIds.map((id) => [id, cache.get(id) ?? read.get(id) ?? []]));
  }

  /** By run; without runs that have no plan. */
  async function readExpected(runIds: readonly number[]): Promise<Map<number, ExpectedDuration[]>> {
    const rows = await database.query<{
      run_id: number;
      position: number;
      test: string;
      suite: string;
      expected_ms: number | null;
    }>(
      `SELECT run_id, position, planned.test, planned.suite,
         (SELECT avg(ms)::float8 FROM unnest(coalesce(own.recent_ms, other.recent_ms)) AS ms) AS expected_ms
       FROM planned_test AS planned JOIN run ON run.id = planned.run_id
       LEFT JOIN test_duration AS own ON own.test = planned.test AND own.suite = planned.suite
         AND own.environment_id = run.environment_id
       LEFT JOIN LATERAL (
         SELECT recent_ms FROM test_duration
         WHERE own.recent_ms IS NULL AND test = planned.test AND suite = planned.suite
         ORDER BY updated_at DESC LIMIT 1
       ) AS other ON true
       WHERE planned.run_id = ANY ($1::bigint[]) ORDER BY run_id, position`,
      [runIds],
    );
    const read = new Map<number, ExpectedDuration[]>();
    for (const { run_id, position, test, suite, expected_ms } of rows) {
      const expected = read.get(run_id) ?? [];
      read.set(run_id, expected);
      if (expected_ms !== null)
        expected.push({ position, test, suite: suite || undefined, expectedMs: expected_ms });
    }
    return read;
  }
}
