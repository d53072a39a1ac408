import type { Status } from '../../model/result.ts';
import type { ResultClass } from '../../model/result-class.ts';
import type { Queryable } from '../database/database.ts';

/** The outcome of a planned test in a run. */
export interface MatrixCell {
  runId: number;
  test: string;
  suite: string;
  /** `undefined` while it has no result. */
  outcome: Status | undefined;
  classes: ResultClass[];
  durationMs: number | undefined;
  /** The median duration of its earlier passes on the environment. */
  usualMs: number | undefined;
  cause: string | undefined;
  /** A quarantine covered the failure when the run was judged. */
  quarantined: boolean;
}

/** The run in which something was seen first. */
export interface FirstSeen {
  runId: number;
  submissionId: number | undefined;
  at: Date;
  /** Of the test module. */
  commit: { id: string; subject: string } | undefined;
}

/** Where a cause was seen first, and some of the failures that have it. */
export interface SeenCause {
  cause: string;
  /** Of some failures of the matrix, at most `messagesPerCause`; each at most `maxMessageCharacters` long. */
  messages: string[];
  first: FirstSeen;
}

/** A test that failed or was slower in a run. */
type TestToDate = Pick<MatrixCell, 'runId' | 'test' | 'suite' | 'outcome'>;

/** More messages of a cause add few values. */
const messagesPerCause = 10;
const maxMessageCharacters = 4_000;

export type Matrix = ReturnType<typeof createMatrix>;

export function createMatrix({ database }: { database: Queryable }) {
  return {
    /**
     * The outcomes of the planned tests of runs, in any order. `notable`: only of tests that did not pass in one of the
     * runs, or have a class there; of a run that was not compared yet, of all tests.
     */
    async cells(runIds: readonly number[], { notable }: { notable: boolean }): Promise<MatrixCell[]> {
      const rows = await database.query<CellRow>(
        `WITH shown AS (SELECT id, compared_at IS NOT NULL AS compared FROM run WHERE id = ANY ($1::bigint[]))
         SELECT run_id, test, suite, outcome, array_to_string(classes, ' ') AS classes, duration_ms, usual_ms, cause,
           outcome = 'failed' AND quarantine_id IS NOT NULL AS quarantined
         FROM planned_test JOIN shown ON shown.id = run_id
         WHERE compared AND run_id = ANY ($1::bigint[])${notable ? ` AND (test, suite) IN (${notableTests})` : ''}
         UNION ALL
         SELECT planned_test.run_id, planned_test.test, planned_test.suite, latest.status, NULL, latest.duration_ms, NULL, latest.cause,
           status = 'failed' AND quarantine_id IS NOT NULL
         FROM planned_test JOIN shown ON shown.id = planned_test.run_id
         LEFT JOIN LATERAL (
           SELECT status, duration_ms, cause FROM result
           WHERE result.run_id = planned_test.run_id AND result.test = planned_test.test AND result.suite = planned_test.suite
           ORDER BY attempt DESC LIMIT 1
         ) AS latest ON true
         WHERE NOT compared AND planned_test.run_id = ANY ($1::bigint[])`,
        [runIds],
      );
      return rows.map(toCell);
    },

    /** The number of different tests that runs have planned. */
    async countTests(runIds: readonly number[]): Promise<number> {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*) AS count FROM (
           SELECT DISTINCT test, suite FROM planned_test WHERE run_id = ANY ($1::bigint[])
         ) AS tests`,
        [runIds],
      );
      return row?.count ?? 0;
    },

    /** Where causes were seen first, and the messages of some of `failures`. */
    async causes(
      causes: readonly string[],
      failures: readonly Pick<MatrixCell, 'runId' | 'test' | 'suite' | 'cause'>[],
    ): Promise<SeenCause[]> {
      if (causes.length === 0) return [];
      const examples = someOfEach(failures);
      const rows = await database.query<CauseRow>(
        `SELECT seen.cause, first.*, messages
         FROM unnest($1::text[]) AS seen (cause)
         JOIN LATERAL (
           SELECT * FROM (
             (SELECT run_id, recorded_at, submission_id, commit_id, commit_subject FROM result JOIN run ON run.id = run_id
              WHERE result.cause = seen.cause ORDER BY recorded_at LIMIT 1)
             UNION ALL SELECT run_id, first_at, submission_id, commit_id, commit_subject FROM cause_rollup
             WHERE cause_rollup.cause = seen.cause
           ) AS times ORDER BY recorded_at LIMIT 1
         ) AS first ON true
         LEFT JOIN LATERAL (
           SELECT array_agg(DISTINCT left(message, ${maxMessageCharacters})) AS messages
           FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[]) AS example (cause, run_id, test, suite)
           JOIN result USING (run_id, test, suite, cause)
           WHERE example.cause = seen.cause
         ) AS failed ON true`,
        [
          causes,
          examples.map(({ cause }) => cause),
          examples.map(({ runId }) => runId),
          examples.map(({ test }) => test),
          examples.map(({ suite }) => suite),
        ],
      );
      return rows.map((row) => ({
        cause: row.cause,
        messages: row.messages ?? [],
        first: toFirstSeen(row),
      }));
    },

    /**
     * Since which run tests fail, or are slower than usual, on their environment: the first failure after their last pass; the first slower
     * pass after their last usual one, whatever failed between them. Without tests whose history does not reach back to the run.
     */
    async since(tests: readonly TestToDate[]): Promise<(TestToDate & { first: FirstSeen })[]> {
      if (tests.length === 0) return [];
      const rows = await database.query<FirstSeenRow & { now_run_id: number; test: string; suite: string }>(
        `SELECT now.run_id AS now_run_id, now.test, now.suite, run.id AS run_id, run.submission_id, run.commit_id,
           run.commit_subject, run.queued_at AS recorded_at
         FROM unnest($1::bigint[], $2::text[], $3::text[], $4::boolean[]) AS now (run_id, test, suite, failed)
         JOIN run AS own ON own.id = now.run_id
         JOIN test_outcomes AS outcomes ON outcomes.environment_id = own.environment_id AND outcomes.test = now.test
           AND outcomes.suite = now.suite
         JOIN LATERAL (SELECT array_position(outcomes.run_ids, now.run_id) AS place) AS last ON last.place IS NOT NULL
         JOIN run ON run.id = CASE WHEN now.failed
           THEN outcomes.run_ids[length(rtrim(left(outcomes.outcomes, last.place - 1), 'x')) + 1]
           ELSE (${firstSlower}) END`,
        [
          tests.map(({ runId }) => runId),
          tests.map(({ test }) => test),
          tests.map(({ suite }) => suite),
          tests.map(({ outcome }) => outcome === 'failed'),
        ],
      );
      const byPlace = new Map(
        rows.map((row) => [keyOf({ ...row, runId: row.now_run_id }), toFirstSeen(row)]),
      );
      return tests.flatMap((test) => {
        const first = byPlace.get(keyOf(test));
        return first ? [{ ...test, first }] : [];
      });
    },
  };
}

/** SQL of the runs of a test up to the last one that counts, with their places in its history. */
const pastRuns = (join: 'JOIN' | 'LEFT JOIN') => `
  unnest(outcomes.run_ids) WITH ORDINALITY AS earlier (run_id, place)
  ${join} planned_test AS past ON past.run_id = earlier.run_id AND past.test = now.test AND past.suite = now.suite`;

/** SQL of the first run in which a test was slower after its last usual pass. A removed run counts as usual: it is unknown. */
const firstSlower = `
  SELECT past.run_id FROM ${pastRuns('JOIN')}
  WHERE place <= last.place AND 'slower' = ANY (past.classes) AND place > coalesce((
    SELECT place FROM ${pastRuns('LEFT JOIN')}
    WHERE place < last.place AND (past.run_id IS NULL OR past.outcome = 'passed' AND NOT 'slower' = ANY (past.classes))
    ORDER BY place DESC LIMIT 1
  ), 0)
  ORDER BY place LIMIT 1`;

/** SQL of the tests that are notable in one of the runs. */
const notableTests = 'SELECT test, suite FROM planned_test WHERE run_id = ANY ($1::bigint[]) AND notable';

/** The first `messagesPerCause` failures of each cause. */
function someOfEach<Failure extends Pick<MatrixCell, 'cause'>>(failures: readonly Failure[]): Failure[] {
  const counts = new Map<string | undefined, number>();
  return failures.filter(({ cause }) => {
    const count = (counts.get(cause) ?? 0) + 1;
    counts.set(cause, count);
    return count <= messagesPerCause;
  });
}

interface CellRow {
  run_id: number;
  test: string;
  suite: string;
  outcome: Status | null;
  classes: string | null;
  duration_ms: number | null;
  usual_ms: number | null;
  cause: string | null;
  quarantined: boolean | null;
}

interface FirstSeenRow {
  run_id: number;
  recorded_at: Date;
  submission_id: number | null;
  commit_id: string | null;
  commit_subject: string | null;
}

interface CauseRow extends FirstSeenRow {
  cause: string;
  messages: string[] | null;
}

const keyOf = ({ runId, test, suite }: Pick<MatrixCell, 'runId' | 'test' | 'suite'>) =>
  `${runId} ${suite}:${test}`;

const toFirstSeen = (row: FirstSeenRow): FirstSeen => ({
  runId: row.run_id,
  submissionId: row.submission_id ?? undefined,
  at: row.recorded_at,
  commit: row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
});

const toCell = (row: CellRow): MatrixCell => ({
  runId: row.run_id,
  test: row.test,
  suite: row.suite,
  outcome: row.outcome ?? undefined,
  classes: row.classes ? (row.classes.split(' ') as ResultClass[]) : [],
  durationMs: row.duration_ms ?? undefined,
  usualMs: row.usual_ms ?? undefined,
  cause: row.cause ?? undefined,
  quarantined: row.quarantined ?? false,
});
