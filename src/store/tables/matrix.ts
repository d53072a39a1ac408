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

/** Where a cause was seen first, and some of the failures that have it. */
export interface SeenCause {
  cause: string;
  /** Of some failures of the matrix, at most `messagesPerCause`; each at most `maxMessageCharacters` long. */
  messages: string[];
  first: {
    runId: number;
    submissionId: number | undefined;
    at: Date;
    /** Of the test module. */
    commit: { id: string; subject: string } | undefined;
  };
}

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
        first: {
          runId: row.run_id,
          submissionId: row.submission_id ?? undefined,
          at: row.recorded_at,
          commit:
            row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
        },
      }));
    },
  };
}

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

interface CauseRow {
  cause: string;
  run_id: number;
  recorded_at: Date;
  submission_id: number | null;
  commit_id: string | null;
  commit_subject: string | null;
  messages: string[] | null;
}

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
