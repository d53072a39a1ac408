import type { OutcomeHistory } from '../../model/failure.ts';
import type { Queryable } from '../database/database.ts';

/** How long a test of a run is likely to take. */
export interface ExpectedDuration {
  /** Of the test in the plan, from 1. */
  position: number;
  test: string;
  suite: string | undefined;
  expectedMs: number;
}

/** How a test went lately, over all environments and all suites that it runs in. */
export interface TestStatistics {
  test: string;
  /** On how many environments its last answer was a pass, and on how many a failure. */
  passing: number;
  failing: number;
  /** Of neighbouring answers on one environment, how many there are, and how many differ; of the last ten of each. */
  pairs: number;
  changes: number;
  /** The mean of the last five of each environment. */
  meanMs: number;
  lastAt: Date;
}

export type Durations = ReturnType<typeof createDurations>;

/** What a run is expected to take hardly changes while it runs, and it is asked for with every test that ends. */
const cachedWithTimeout = 256;

export function createDurations(deps: { database: Queryable }) {
  const { database } = deps;
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
     * Of the planned tests of a run, those that ran to their end before: on its environment, else on the one where that was
     * last. The mean of the last five. Remembered for each run from the first time that it has a plan.
     */
    expected: async (runId: number): Promise<readonly ExpectedDuration[]> =>
      (await expectedOf([runId])).get(runId) ?? [],

    /** The same for several runs at once. */
    expectedOf,

    /** Of all tests that ever ran to their end on an environment that is still there. */
    async metrics(): Promise<TestStatistics[]> {
      const rows = await database.query<{
        test: string;
        passing: number;
        failing: number;
        pairs: number;
        changes: number;
        mean_ms: number;
        last_at: Date;
      }>(
        // Answers without their repeats (`..xx.` as `.x.`) are one longer than how often they change.
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

    /** How the tests of a run answered lately on its environment, by `<suite>:<test>`; those that never did are not in it. */
    async answers(runId: number): Promise<Map<string, OutcomeHistory>> {
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
    const unknown = runIds.filter((id) => !known.has(id));
    const read = unknown.length === 0 ? new Map<number, ExpectedDuration[]>() : await readExpected(unknown);
    for (const [runId, expected] of read) {
      if (known.size >= cachedWithTimeout) known.delete(known.keys().next().value as number);
      known.set(runId, expected);
    }
    return new Map(runIds.map((id) => [id, known.get(id) ?? read.get(id) ?? []]));
  }

  /** Of those runs that have a plan. */
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
      const of = read.get(run_id) ?? [];
      read.set(run_id, of);
      if (expected_ms !== null)
        of.push({ position, test, suite: suite || undefined, expectedMs: expected_ms });
    }
    return read;
  }
}
