import { z } from 'zod';
import type { Attachment, Status } from '../../model/result.ts';
import { attachmentKinds } from '../../model/result.ts';
import type { ResultClass } from '../../model/result-class.ts';
import type { ResultPlace } from '../../model/result-place.ts';
import type { Queryable } from '../database/database.ts';
import { storedPlace } from './stored-place.ts';

/** A failed or broken test of a submission, by its latest attempt. */
export interface SubmissionFailure {
  runId: number;
  test: string;
  suite: string;
  status: Extract<Status, 'failed' | 'broken'>;
  classes: ResultClass[];
  quarantined: boolean;
  cause: string | undefined;
  /** At most `maxMessageCharacters`. */
  message: string;
  recordedAt: Date;
  attachments: Attachment[];
  /** Where it comes from, as far as that is known. */
  place?: ResultPlace | undefined;
  /** How many failures its run has. */
  ofRun: number;
}

/** A cause of failures of a submission. */
export interface SubmissionCause {
  cause: string;
  tests: number;
  environments: string[];
  /** One of its failures. */
  example: { runId: number; test: string; suite: string };
}

const maxMessageCharacters = 4_000;

export type MessageFactsTable = ReturnType<typeof createMessageFactsTable>;

/** The failures that messages show. All lists are bounded, so that thousands of failures cost no more than some. */
export function createMessageFactsTable(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Failures of runs, at most `max`: new ones first, and of each run as many as of the others. */
    async failures(runIds: readonly number[], max: number): Promise<SubmissionFailure[]> {
      const rows = await database.query<FailureRow>(
        `WITH ${failuresOfRuns}, ranked AS (
           SELECT *, coalesce('new' = ANY (classes), false) AS is_new,
             count(*) OVER (PARTITION BY run_id)::int AS of_run,
             row_number() OVER (
               PARTITION BY run_id, coalesce('new' = ANY (classes), false) ORDER BY quarantined, test COLLATE "C", suite COLLATE "C"
             ) AS place
           FROM failure
         ), shown AS (
           SELECT * FROM ranked ORDER BY is_new DESC, place, run_id LIMIT $2
         )
         SELECT shown.run_id, shown.test, shown.suite, outcome, array_to_string(classes, ' ') AS classes, quarantined, shown.cause,
           of_run, left(result.message, ${maxMessageCharacters}) AS message, result.recorded_at, result.attachments, result.place
         FROM shown JOIN LATERAL (
           SELECT message, recorded_at, attachments, place FROM result
           WHERE result.run_id = shown.run_id AND result.test = shown.test AND result.suite = shown.suite
           ORDER BY attempt DESC LIMIT 1
         ) AS result ON true
         ORDER BY is_new DESC, shown.run_id, place`,
        [runIds, max],
      );
      return rows.map((row) => ({
        ...{ runId: row.run_id, test: row.test, suite: row.suite, status: row.outcome },
        classes: (row.classes ? row.classes.split(' ') : []) as ResultClass[],
        ...{ quarantined: row.quarantined, cause: row.cause ?? undefined, message: row.message ?? '' },
        ...{ recordedAt: row.recorded_at, ofRun: row.of_run },
        attachments: storedAttachments.parse(row.attachments),
        place: row.place === null ? undefined : storedPlace.parse(row.place),
      }));
    },

    /** The causes of the most failures of runs, at most `max`. */
    async causes(runIds: readonly number[], max: number): Promise<SubmissionCause[]> {
      const rows = await database.query<CauseRow>(
        `WITH ${failuresOfRuns}
         SELECT cause, count(DISTINCT (test, suite))::int AS tests, array_agg(DISTINCT code ORDER BY code) AS environments,
           min(run_id) AS run_id, (array_agg(test ORDER BY run_id, test))[1] AS test, (array_agg(suite ORDER BY run_id, test))[1] AS suite
         FROM failure JOIN run ON run.id = run_id JOIN environment ON environment.id = environment_id
         WHERE cause IS NOT NULL GROUP BY cause ORDER BY count(*) DESC, cause LIMIT $2`,
        [runIds, max],
      );
      return rows.map(({ cause, tests, environments, run_id, test, suite }) => ({
        ...{ cause, tests, environments },
        example: { runId: run_id, test, suite },
      }));
    },
  };
}

/** SQL: the failed and broken tests of the runs `$1`; of those that were not compared yet, by their latest results. */
const failuresOfRuns = `named AS (
    SELECT id, compared_at IS NOT NULL AS compared FROM run WHERE id = ANY ($1::bigint[])
  ), failure AS (
    SELECT run_id, test, suite, outcome, classes, cause, quarantine_id IS NOT NULL AS quarantined
    FROM planned_test JOIN named ON named.id = run_id
    WHERE compared AND notable AND outcome IN ('failed', 'broken') AND run_id = ANY ($1::bigint[])
    UNION ALL
    SELECT planned_test.run_id, planned_test.test, planned_test.suite, latest.status, NULL, latest.cause, quarantine_id IS NOT NULL
    FROM planned_test JOIN named ON named.id = planned_test.run_id
    JOIN LATERAL (
      SELECT status, cause FROM result
      WHERE result.run_id = planned_test.run_id AND result.test = planned_test.test AND result.suite = planned_test.suite
      ORDER BY attempt DESC LIMIT 1
    ) AS latest ON latest.status IN ('failed', 'broken')
    WHERE NOT compared AND planned_test.run_id = ANY ($1::bigint[])
  )`;

const storedAttachments: z.ZodType<Attachment[]> = z.array(
  z.object({ name: z.string(), kind: z.enum(attachmentKinds), path: z.string() }),
);

interface FailureRow {
  run_id: number;
  test: string;
  suite: string;
  outcome: SubmissionFailure['status'];
  classes: string | null;
  quarantined: boolean;
  cause: string | null;
  of_run: number;
  message: string | null;
  recorded_at: Date;
  attachments: unknown;
  place: unknown;
}

interface CauseRow {
  cause: string;
  tests: number;
  environments: string[];
  run_id: number;
  test: string;
  suite: string;
}
