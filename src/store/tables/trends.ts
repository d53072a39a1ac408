import type { Queryable } from '../database/database.ts';

/** Which results are summed up. */
export interface TrendFilter {
  environmentId: number | undefined;
  /** Only tests with these names; `undefined`: all. */
  tests: readonly string[] | undefined;
}

/** The sums of a day (UTC, by the time when its runs were queued), or of an environment. Removed runs count for the Monday of their week. */
export interface TrendSums {
  passed: number;
  failed: number;
  broken: number;
  /** Of those that passed: they failed in an earlier attempt. */
  flaky: number;
  /** Duration of the tests that passed or failed; `undefined` without a filter of tests. */
  totalMs: number | undefined;
  runs: number;
  /** Sums over the runs. */
  waitingMs: number;
  durationMs: number;
}

/** What a test did over some days. Executions are those that passed or failed. */
export interface TestTrend {
  test: string;
  suite: string | undefined;
  executions: number;
  failed: number;
  flaky: number;
  totalMs: number;
  /**
   * The mean duration in the first and in the last part of the time, over the environments that have both, each counted as often as in
   * the last part: an environment that was added does not count as growth. `undefined` without enough executions.
   */
  beforeMs: number | undefined;
  afterMs: number | undefined;
  /** In the time for tests that never failed. */
  executionsLongTerm: number;
  failuresLongTerm: number;
  totalMsLongTerm: number;
}

/** So many executions in each part of the time, on each environment, make a mean. */
const minExecutions = 3;

export type Trends = ReturnType<typeof createTrends>;

/** Sums over days, from `test_history` and `environment_day`. */
export function createTrends(deps: { database: Queryable }) {
  const { database } = deps;

  /** The sums by `key`, which is a column of both tables. */
  async function sumsBy<Key extends string | number>(
    key: 'day' | 'environment_id',
    since: Date,
    { environmentId, tests }: TrendFilter,
  ): Promise<Map<Key, TrendSums>> {
    const keyColumn = key === 'day' ? 'day::text' : key;
    const parameters = [dayOf(since), environmentId ?? null];
    const rows = await database.query<SumsRow>(
      `SELECT ${keyColumn} AS key, sum(passed)::int AS passed, sum(failed)::int AS failed, sum(broken)::int AS broken,
         sum(flaky)::int AS flaky, sum(runs)::int AS runs, sum(waiting_ms)::float8 AS waiting_ms,
         sum(duration_ms)::float8 AS duration_ms
       FROM environment_day
       WHERE day >= $1::date AND ($2::integer IS NULL OR environment_id = $2)
       GROUP BY ${key} ORDER BY ${key}`,
      parameters,
    );
    const sums = new Map(rows.map((row) => [row.key as Key, toSums(row)]));
    if (tests === undefined) return sums;
    const ofTests = await database.query<SumsRow & { total_ms: number }>(
      `SELECT ${keyColumn} AS key, sum(passed)::int AS passed, sum(failed)::int AS failed, sum(broken)::int AS broken,
         sum(flaky)::int AS flaky, sum(total_ms)::float8 AS total_ms
       FROM test_history
       WHERE day >= $1::date AND ($2::integer IS NULL OR environment_id = $2) AND test = ANY ($3::text[])
       GROUP BY ${key} ORDER BY ${key}`,
      [...parameters, tests],
    );
    return new Map(
      ofTests.map(({ key, passed, failed, broken, flaky, total_ms }) => {
        const { runs, waitingMs, durationMs } = sums.get(key as Key) ?? noRuns;
        return [
          key as Key,
          { passed, failed, broken, flaky, totalMs: total_ms, runs, waitingMs, durationMs },
        ];
      }),
    );
  }

  return {
    /** The sums of each day with finished runs, by `2026-11-28`, the oldest first. With a filter of tests, only days with one of them. */
    byDay: (since: Date, filter: TrendFilter) => sumsBy<string>('day', since, filter),

    /** The sums of each environment, by its id. */
    byEnvironment: (since: Date, filter: TrendFilter) => sumsBy<number>('environment_id', since, filter),

    /** What each test did from `since` on. Durations before `firstUntil` are compared with those from `lastFrom` on. */
    async tests(
      times: { since: Date; firstUntil: Date; lastFrom: Date; longTerm: Date },
      { environmentId, tests }: TrendFilter,
    ): Promise<TestTrend[]> {
      const { since, firstUntil, lastFrom, longTerm } = times;
      const rows = await database.query<TestRow>(
        `WITH days AS (
           SELECT test, suite, environment_id,
             coalesce(sum(passed + failed) FILTER (WHERE day >= $1::date), 0) AS executions,
             coalesce(sum(failed) FILTER (WHERE day >= $1::date), 0) AS failed,
             coalesce(sum(flaky) FILTER (WHERE day >= $1::date), 0) AS flaky,
             coalesce(sum(total_ms) FILTER (WHERE day >= $1::date), 0) AS total_ms,
             coalesce(sum(passed + failed) FILTER (WHERE day >= $1::date AND day < $2::date), 0) AS first,
             coalesce(sum(total_ms) FILTER (WHERE day >= $1::date AND day < $2::date), 0) AS first_ms,
             coalesce(sum(passed + failed) FILTER (WHERE day >= $3::date), 0) AS last,
             coalesce(sum(total_ms) FILTER (WHERE day >= $3::date), 0) AS last_ms,
             coalesce(sum(passed + failed) FILTER (WHERE day >= $4::date), 0) AS long_term,
             coalesce(sum(failed + flaky) FILTER (WHERE day >= $4::date), 0) AS long_term_failed,
             coalesce(sum(total_ms) FILTER (WHERE day >= $4::date), 0) AS long_term_ms
           FROM test_history
           WHERE day >= least($1::date, $4::date) AND ($5::integer IS NULL OR environment_id = $5)
             AND ($6::text[] IS NULL OR test = ANY ($6::text[]))
           GROUP BY test, suite, environment_id
         ), means AS (
           SELECT *, CASE WHEN first >= ${minExecutions} AND last >= ${minExecutions} THEN last END AS weight FROM days
         )
         SELECT test, suite, sum(executions)::int AS executions, sum(failed)::int AS failed, sum(flaky)::int AS flaky,
           sum(total_ms)::float8 AS total_ms,
           (sum(first_ms::float8 / nullif(first, 0) * weight) / sum(weight))::float8 AS before_ms,
           (sum(last_ms::float8 / nullif(last, 0) * weight) / sum(weight))::float8 AS after_ms,
           sum(long_term)::int AS long_term, sum(long_term_failed)::int AS long_term_failed,
           sum(long_term_ms)::float8 AS long_term_ms
         FROM means GROUP BY test, suite ORDER BY test, suite`,
        [
          dayOf(since),
          dayOf(firstUntil),
          dayOf(lastFrom),
          dayOf(longTerm),
          environmentId ?? null,
          tests ?? null,
        ],
      );
      return rows.map(toTestTrend);
    },
  };
}

const noRuns = { runs: 0, waitingMs: 0, durationMs: 0 };

/** A date in UTC, as the tables have them. */
const dayOf = (at: Date) => at.toISOString().slice(0, 10);

interface SumsRow {
  key: string | number;
  passed: number;
  failed: number;
  broken: number;
  flaky: number;
  runs: number;
  waiting_ms: number;
  duration_ms: number;
}

function toSums({ passed, failed, broken, flaky, runs, waiting_ms, duration_ms }: SumsRow): TrendSums {
  return {
    ...{ passed, failed, broken, flaky, totalMs: undefined },
    ...{ runs, waitingMs: waiting_ms, durationMs: duration_ms },
  };
}

interface TestRow {
  test: string;
  suite: string;
  executions: number;
  failed: number;
  flaky: number;
  total_ms: number;
  before_ms: number | null;
  after_ms: number | null;
  long_term: number;
  long_term_failed: number;
  long_term_ms: number;
}

function toTestTrend(row: TestRow): TestTrend {
  return {
    ...{ test: row.test, suite: row.suite || undefined, executions: row.executions },
    ...{ failed: row.failed, flaky: row.flaky, totalMs: row.total_ms },
    ...{ beforeMs: row.before_ms ?? undefined, afterMs: row.after_ms ?? undefined },
    executionsLongTerm: row.long_term,
    failuresLongTerm: row.long_term_failed,
    totalMsLongTerm: row.long_term_ms,
  };
}
