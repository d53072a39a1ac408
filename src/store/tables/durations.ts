import type { Environment } from '../../model/environment.ts';
import type { OutcomeHistory } from '../../model/failure.ts';
import { groupBy } from '../../model/group-by.ts';
import type { PlannedTest, Selection } from '../../model/selection.ts';
import { overheadOf, type RunOverhead, runDuration } from '../../model/time-left.ts';
import type { Queryable } from '../database/database.ts';
import { meanOfSimilarRuns } from './similar-runs.ts';

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
/** The number of runs whose mean overhead counts. */
const overheadRuns = 5;
/** The overhead of an environment hardly changes, and every view of a running run needs it; reading it reads all results of five runs. */
const overheadMaxAgeMs = 5 * 60_000;

export function createDurations(deps: { database: Queryable }) {
  const { database } = deps;
  const cache = new Map<number, ExpectedDuration[]>();
  const overheadCache = new Map<number, { overhead: RunOverhead; readAt: number }>();
  return {
    /**
     * The expected duration of a run from its start, in milliseconds: the mean of the last runs with the same selection, as for queued
     * runs; else by its tests and what runs take besides them. `undefined` when fewer than half of the tests ever ran.
     */
    async estimate(
      { id, slots }: Pick<Environment, 'id' | 'slots'>,
      { selection, tests }: { selection: Selection; tests: readonly PlannedTest[] },
    ): Promise<number | undefined> {
      const [similar] = await database.query<{ ms: number | null }>(
        `SELECT coalesce(own.ms, elsewhere.ms) AS ms
         FROM (SELECT $1::integer AS environment_id, $2::jsonb AS selection) AS run
         LEFT JOIN LATERAL (${meanOfSimilarRuns('AND past.environment_id = run.environment_id')}) AS own ON true
         LEFT JOIN LATERAL (${meanOfSimilarRuns('AND own.ms IS NULL')}) AS elsewhere ON true`,
        [id, JSON.stringify(selection)],
      );
      if (typeof similar?.ms === 'number') return Math.round(similar.ms);
      const rows = await database.query<{ expected_ms: number }>(
        `SELECT DISTINCT ON (test, suite) (SELECT avg(ms)::float8 FROM unnest(recent_ms) AS ms) AS expected_ms
         FROM test_duration
         JOIN unnest($2::text[], $3::text[]) AS planned (test, suite) USING (test, suite)
         ORDER BY test, suite, environment_id = $1 DESC, updated_at DESC`,
        [id, tests.map(({ name }) => name), tests.map(({ suite }) => suite ?? '')],
      );
      const expectedMs = rows.map(({ expected_ms }) => expected_ms);
      const ms = runDuration({ planned: tests.length, expectedMs, slots }, (await overheads([id])).get(id));
      return ms === undefined ? undefined : Math.round(ms);
    },

    /** What runs take besides their tests, by the id of the environment: as its last runs, else as the last on others. */
    overheads,

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

  async function overheads(environmentIds: readonly number[]): Promise<Map<number, RunOverhead>> {
    const now = performance.now();
    const stale = environmentIds.filter((id) => {
      return now - (overheadCache.get(id)?.readAt ?? Number.NEGATIVE_INFINITY) > overheadMaxAgeMs;
    });
    for (const [id, overhead] of await readOverheads(database, stale, 'environment_id = environment.id')) {
      overheadCache.set(id, { overhead, readAt: now });
    }
    const [first] = environmentIds.filter((id) => !overheadCache.has(id));
    // Of no environment in particular, so one answer serves all that have no runs.
    const elsewhere =
      first === undefined ? undefined : (await readOverheads(database, [first], 'true')).get(first);
    return new Map(
      environmentIds.flatMap((id) => {
        const overhead = overheadCache.get(id)?.overhead ?? elsewhere;
        return overhead ? [[id, overhead] as const] : [];
      }),
    );
  }

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

/** `condition`: which runs count for an environment. */
async function readOverheads(
  database: Queryable,
  environmentIds: readonly number[],
  condition: string,
): Promise<Map<number, RunOverhead>> {
  if (environmentIds.length === 0) return new Map();
  const rows = await database.query<{
    environment_id: number;
    slots: number;
    before_ms: number;
    tests_ms: number;
    after_ms: number;
    tests: number;
    sum_ms: number;
    longest_ms: number;
  }>(
    // The last runs that were not interrupted. Those of a worker whose clock is far from that of the database say nothing.
    `SELECT environment.id AS environment_id, slots, tests, sum_ms, longest_ms,
       (extract(epoch FROM first_at - past.started_at) * 1000)::float8 AS before_ms,
       (extract(epoch FROM last_at - first_at) * 1000)::float8 AS tests_ms,
       (extract(epoch FROM past.finished_at - last_at) * 1000)::float8 AS after_ms
     FROM environment
     CROSS JOIN LATERAL (
       SELECT id, started_at, finished_at FROM run
       WHERE ${condition} AND verdict IN ('passed', 'failed') AND attempt = 1
       ORDER BY id DESC LIMIT ${overheadRuns}
     ) AS past
     CROSS JOIN LATERAL (
       SELECT count(*)::int AS tests, min(started_at) AS first_at,
         max(started_at + duration_ms * interval '1 millisecond') AS last_at,
         sum(duration_ms)::float8 AS sum_ms, max(duration_ms)::float8 AS longest_ms
       FROM result WHERE run_id = past.id
     ) AS recorded
     WHERE environment.id = ANY ($1::int[]) AND tests > 0
       AND first_at > past.started_at - interval '5 seconds' AND last_at < past.finished_at + interval '5 seconds'`,
    [environmentIds],
  );
  const overheadById = new Map<number, RunOverhead>();
  for (const [id, own] of groupBy(rows, ({ environment_id }) => environment_id)) {
    const runs = own.map(({ before_ms, tests_ms, after_ms, tests, sum_ms, longest_ms }) => ({
      beforeMs: before_ms,
      testsMs: tests_ms,
      afterMs: after_ms,
      tests,
      sumMs: sum_ms,
      longestMs: longest_ms,
    }));
    const overhead = overheadOf(runs, own[0]?.slots ?? 1);
    if (overhead) overheadById.set(id, overhead);
  }
  return overheadById;
}
