import type { Status } from '../../model/result.ts';
import type { ResultClass } from '../../model/result-class.ts';
import type { Queryable } from '../database/database.ts';

/** A test of a finished run, with the earlier outcomes of the same test in the same suite on the same environment. */
export interface TestToCompare {
  position: number;
  test: string;
  suite: string;
  /** Of its last attempt; `undefined` without a result. */
  status: Status | undefined;
  /** It failed in an earlier attempt of the run. */
  failedBefore: boolean;
  durationMs: number;
  cause: string | undefined;
  /** The oldest first, without those that were executed after this run. */
  earlier: EarlierOutcome[];
}

/** An outcome in the table `test_outcomes`. */
export interface EarlierOutcome {
  runId: number;
  outcome: 'passed' | 'failed';
  /** It failed in an earlier attempt of its run. */
  flaky: boolean;
  durationMs: number;
  cause: string | undefined;
}

/** What is written of a test that was compared. */
export interface ComparedTest extends Omit<TestToCompare, 'earlier' | 'failedBefore'> {
  flakyInRun: boolean;
  usualMs: number | undefined;
  classes: readonly ResultClass[];
}

/** The letters of `test_outcomes`. */
const letters = { passed: '.', failed: 'x', flaky: '~' } as const;

/** The tests of a run at the positions from `first` to `last` in its plan; without these those that failed. */
export async function readTestsToCompare(
  database: Queryable,
  { runId, environmentId }: { runId: number; environmentId: number },
  positions?: { first: number; last: number },
): Promise<TestToCompare[]> {
  const rows = await database.query<TestRow>(
    // Arrays as JSON, because that is parsed several times as fast as their text.
    `SELECT position, planned.test, planned.suite, statuses[1] AS status, 'failed' = ANY (statuses[2:]) AS failed_before,
       executed.duration_ms, executed.cause, outcomes.outcomes, to_json(run_ids) AS run_ids, to_json(durations_ms) AS durations_ms,
       to_json(causes) AS causes
     FROM (SELECT * FROM planned_test WHERE run_id = $1 AND ($3::int IS NULL OR position BETWEEN $3 AND $4::int)) AS planned
     LEFT JOIN LATERAL (
       SELECT array_agg(status ORDER BY attempt DESC) AS statuses,
         (array_agg(duration_ms ORDER BY attempt DESC))[1] AS duration_ms,
         (array_agg(cause ORDER BY attempt DESC))[1] AS cause
       FROM result WHERE run_id = $1 AND result.test = planned.test AND result.suite = planned.suite
     ) AS executed ON true
     LEFT JOIN test_outcomes AS outcomes ON outcomes.environment_id = $2 AND outcomes.test = planned.test
       AND outcomes.suite = planned.suite
     WHERE $3::int IS NOT NULL OR statuses[1] = 'failed'
     ORDER BY position`,
    [runId, environmentId, positions?.first ?? null, positions?.last ?? null],
  );
  return rows.map((row) => ({
    position: row.position,
    test: row.test,
    suite: row.suite,
    status: row.status ?? undefined,
    failedBefore: row.failed_before ?? false,
    durationMs: row.duration_ms ?? 0,
    cause: row.cause ?? undefined,
    earlier: earlierOutcomes(row, runId),
  }));
}

function earlierOutcomes(row: TestRow, runId: number): EarlierOutcome[] {
  const { outcomes, run_ids, durations_ms, causes } = row;
  if (outcomes === null || run_ids === null) return [];
  // A run that executed tests again has its place among the outcomes already.
  const own = run_ids.indexOf(runId);
  return run_ids.slice(0, own === -1 ? undefined : own).map((id, index) => ({
    runId: id,
    outcome: outcomes[index] === letters.failed ? 'failed' : 'passed',
    flaky: outcomes[index] === letters.flaky,
    durationMs: durations_ms?.[index] ?? 0,
    cause: causes?.[index] ?? undefined,
  }));
}

/**
 * Writes tests of a run that was compared: their outcomes in the plan, in the history of its environment, of which the newest
 * `keptOutcomes` stay, and in the sums of `day`. What they wrote when the run was compared before is replaced.
 */
export async function writeComparedTests(
  transaction: Queryable,
  { runId, environmentId, day }: { runId: number; environmentId: number; day: Date },
  tests: readonly ComparedTest[],
  keptOutcomes: number,
): Promise<void> {
  await transaction.query(
    `WITH compared AS (
       SELECT * FROM unnest($5::int[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::int[], $11::int[], $12::text[], $13::text[])
         AS compared (position, test, suite, outcome, flaky_in_run, duration_ms, usual_ms, cause, classes)
     ), before AS (
       SELECT planned.test, planned.suite, planned.outcome, planned.flaky_in_run, planned.duration_ms
       FROM planned_test AS planned JOIN compared USING (position) WHERE run_id = $1
     ), ${outcomesWritten}, day_written AS (
       INSERT INTO test_day (day, environment_id, test, suite, passed, failed, flaky, broken, total_ms)
       SELECT ($3::timestamptz AT TIME ZONE 'UTC')::date, $2::int, test, suite, sum(passed), sum(failed), sum(flaky), sum(broken), sum(ms)
       FROM (${dayRows('compared', 1)} UNION ALL ${dayRows('before', -1)}) AS changes
       GROUP BY test, suite
       ON CONFLICT (day, environment_id, test, suite) DO UPDATE SET
         passed = test_day.passed + excluded.passed, failed = test_day.failed + excluded.failed,
         flaky = test_day.flaky + excluded.flaky, broken = test_day.broken + excluded.broken,
         total_ms = test_day.total_ms + excluded.total_ms
     )
     UPDATE planned_test SET outcome = compared.outcome, flaky_in_run = compared.flaky_in_run,
       duration_ms = compared.duration_ms, usual_ms = compared.usual_ms, cause = compared.cause,
       classes = string_to_array(compared.classes, ','),
       notable = compared.outcome IS DISTINCT FROM 'passed' OR compared.classes <> ''
     FROM compared WHERE run_id = $1 AND planned_test.position = compared.position`,
    [
      runId,
      environmentId,
      day,
      keptOutcomes,
      tests.map(({ position }) => position),
      tests.map(({ test }) => test),
      tests.map(({ suite }) => suite),
      tests.map(({ status }) => status ?? null),
      tests.map(({ flakyInRun }) => flakyInRun),
      tests.map(({ status, durationMs }) => (status === undefined ? null : durationMs)),
      tests.map(({ usualMs }) => usualMs ?? null),
      tests.map(({ cause }) => cause ?? null),
      tests.map(({ classes }) => classes.join(',')),
    ],
  );
}

/** SQL of what tests add to the sums of their day; with the sign -1 of what they added when their run was compared before. */
const dayRows = (table: string, sign: 1 | -1) => `
  SELECT test, suite, ${sign} * (outcome = 'passed')::int AS passed, ${sign} * (outcome = 'failed')::int AS failed,
    ${sign} * flaky_in_run::int AS flaky, ${sign} * (outcome = 'broken')::int AS broken,
    ${sign} * (CASE WHEN outcome IN ('passed', 'failed') THEN duration_ms ELSE 0 END)::bigint AS ms
  FROM ${table} WHERE outcome IS NOT NULL`;

const ownPlace = 'array_position(test_outcomes.run_ids, $1::bigint)';

/** SQL of an array with its new value, if there is one, in the place of the old one of the run, or at its end. */
const placed = (array: string) => `CASE WHEN ${ownPlace} IS NULL
  THEN (test_outcomes.${array} || excluded.${array})[greatest(1, cardinality(test_outcomes.${array}) + 2 - $4::int):]
  ELSE test_outcomes.${array}[:${ownPlace} - 1] || excluded.${array} || test_outcomes.${array}[${ownPlace} + 1:] END`;

/**
 * SQL of statements that write the outcomes of `compared`. The outcome that a test had in this run `before` is replaced in its place, and
 * removed when the test has none now; when it is too old to be among the newest, nothing is written.
 */
const outcomesWritten = `executed AS (
    SELECT compared.test, compared.suite, compared.duration_ms,
      CASE compared.outcome WHEN 'failed' THEN compared.cause END AS cause,
      CASE WHEN compared.flaky_in_run THEN '${letters.flaky}' WHEN compared.outcome = 'passed' THEN '${letters.passed}'
        WHEN compared.outcome = 'failed' THEN '${letters.failed}' END AS letter
    FROM compared JOIN before USING (test, suite)
    LEFT JOIN test_outcomes AS own ON own.environment_id = $2 AND own.test = compared.test AND own.suite = compared.suite
    WHERE own.run_ids @> ARRAY[$1::bigint]
      OR (compared.outcome IN ('passed', 'failed') AND coalesce(before.outcome, '') NOT IN ('passed', 'failed'))
  ), outcomes_written AS (
    INSERT INTO test_outcomes (test, suite, environment_id, run_ids, outcomes, durations_ms, causes)
    SELECT test, suite, $2, CASE WHEN letter IS NULL THEN '{}' ELSE ARRAY[$1::bigint] END, coalesce(letter, ''),
      CASE WHEN letter IS NULL THEN '{}' ELSE ARRAY[duration_ms] END, CASE WHEN letter IS NULL THEN '{}' ELSE ARRAY[cause] END
    FROM executed
    ON CONFLICT (environment_id, test, suite) DO UPDATE SET
      run_ids = ${placed('run_ids')}, durations_ms = ${placed('durations_ms')}, causes = ${placed('causes')},
      outcomes = CASE WHEN ${ownPlace} IS NULL THEN right(test_outcomes.outcomes || excluded.outcomes, $4::int)
        ELSE overlay(test_outcomes.outcomes PLACING excluded.outcomes FROM ${ownPlace} FOR 1) END
  )`;

interface TestRow {
  position: number;
  test: string;
  suite: string;
  status: Status | null;
  failed_before: boolean | null;
  duration_ms: number | null;
  cause: string | null;
  outcomes: string | null;
  run_ids: number[] | null;
  durations_ms: number[] | null;
  causes: (string | null)[] | null;
}
