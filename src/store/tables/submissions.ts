import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { forges } from '../../model/commit-link.ts';
import { groupBy } from '../../model/group-by.ts';
import { resultClasses } from '../../model/result-class.ts';
import type { RunState, Verdict } from '../../model/run.ts';
import type { ClassCounts, Submission, SubmittedRun } from '../../model/submission.ts';
import type { Queryable } from '../database/database.ts';
import { toPinnedModules } from './pinned-modules.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';
import { readCounts, toCounts } from './run-counts.ts';
import { storedSelection } from './stored-selection.ts';

export interface SubmissionFilter {
  /** Only those of this schedule. */
  scheduleId?: number;
  /** Only those of this saved selection, also by schedules. */
  savedSelectionId?: number;
  /** Only those that are finished, or not finished. */
  finished?: boolean;
  /** Only those with a smaller id: the next page. */
  before?: number;
  limit: number;
}

/** The submissions that a submission is shown with. */
export interface RelatedSubmissions {
  /** The one that it is compared with: the newest finished one before it of its series, on the same environments. */
  reference: { id: number; createdAt: Date; verdict: Verdict } | undefined;
  /** The ids of those before and after it in its series. */
  previous: number | undefined;
  next: number | undefined;
}

export type Submissions = ReturnType<typeof createSubmissions>;

export function createSubmissions(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** The submissions that match a filter, the newest first. */
    list({ scheduleId, savedSelectionId, finished, before, limit }: SubmissionFilter): Promise<Submission[]> {
      const parameters: unknown[] = [];
      const conditions: string[] = [];
      /** The placeholder of a value. */
      const value = (each: unknown) => `$${parameters.push(each)}`;
      if (scheduleId !== undefined) conditions.push(`submission.schedule_id = ${value(scheduleId)}::int`);
      if (savedSelectionId !== undefined) {
        conditions.push(`submission.saved_selection_id = ${value(savedSelectionId)}::int`);
      }
      if (finished !== undefined) conditions.push(`finished_at IS ${finished ? 'NOT NULL' : 'NULL'}`);
      if (before !== undefined) conditions.push(`submission.id < ${value(before)}::bigint`);
      const where = conditions.length > 0 ? conditions.join(' AND ') : 'true';
      return select(`${where} ORDER BY submission.id DESC LIMIT ${value(limit)}::int`, parameters);
    },

    /** Errors: SUBMISSION_UNKNOWN. */
    async get(id: number): Promise<Submission> {
      const [submission] = await select('submission.id = $1', [id]);
      if (!submission) throw new Fault('SUBMISSION_UNKNOWN', `There is no submission ${id}.`);
      return submission;
    },

    /** See `RelatedSubmissions`. */
    async related(id: number): Promise<RelatedSubmissions> {
      const [row] = await database.query<{
        previous: number | null;
        next: number | null;
        reference_id: number | null;
        reference_at: Date | null;
        reference_verdict: Verdict | null;
      }>(
        `SELECT (${neighbour('<', 'DESC')}) AS previous, (${neighbour('>', 'ASC')}) AS next,
           reference.id AS reference_id, reference.created_at AS reference_at, reference.verdict AS reference_verdict
         FROM submission AS own LEFT JOIN submission AS reference
           ON reference.id = coalesce(own.reference_id, ${referenceOfOwn}) AND reference.verdict IS NOT NULL
         WHERE own.id = $1`,
        [id],
      );
      const { reference_id, reference_at, reference_verdict } = row ?? {};
      return {
        reference:
          reference_id && reference_at && reference_verdict
            ? { id: reference_id, createdAt: reference_at, verdict: reference_verdict }
            : undefined,
        previous: row?.previous ?? undefined,
        next: row?.next ?? undefined,
      };
    },

    /**
     * The usual duration of runs in milliseconds, by run: the median of the last ten runs before it on its environment with its selection
     * that passed or failed. Without runs that have none.
     */
    async usualDurations(runIds: readonly number[]): Promise<Map<number, number>> {
      const rows = await database.query<{ id: number; ms: number | null }>(
        `SELECT run.id, (
           SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM (
             SELECT extract(epoch FROM past.finished_at - past.started_at) * 1000 AS ms FROM run AS past
             WHERE md5(past.selection::text) = md5(run.selection::text) AND past.environment_id = run.environment_id
               AND past.verdict IN ('passed', 'failed') AND past.id < run.id
             ORDER BY past.id DESC LIMIT 10
           ) AS latest
         ) AS ms
         FROM run WHERE id = ANY ($1::bigint[])`,
        [runIds],
      );
      return new Map(rows.flatMap(({ id, ms }) => (ms === null ? [] : [[id, Math.round(ms)] as const])));
    },
  };

  /** Of finished submissions as stored; those of the others are counted so far, once one of their runs was compared. */
  async function readClasses(
    rows: readonly SubmissionRow[],
    runs: ReadonlyMap<number, readonly SubmittedRun[]>,
  ): Promise<Map<number, ClassCounts>> {
    const uncounted = rows.filter(
      ({ id, result_classes }) => result_classes === null && runs.get(id)?.some(({ classes }) => classes),
    );
    const counted =
      uncounted.length === 0
        ? []
        : await database.query<Pick<SubmissionRow, 'id' | 'result_classes'>>(
            `SELECT id, (${classCountsOfOwn}) AS result_classes FROM unnest($1::bigint[]) AS own (id)`,
            [uncounted.map(({ id }) => id)],
          );
    const stored = [...rows, ...counted].filter(({ result_classes }) => result_classes !== null);
    return new Map(stored.map(({ id, result_classes }) => [id, storedClasses.parse(result_classes)]));
  }

  async function select(condition: string, parameters: unknown[]): Promise<Submission[]> {
    const rows = await database.query<SubmissionRow>(
      `SELECT submission.*, schedule.name AS schedule, saved_selection.name AS saved
       FROM submission LEFT JOIN schedule ON schedule.id = schedule_id
       LEFT JOIN saved_selection ON saved_selection.id = submission.saved_selection_id WHERE ${condition}`,
      parameters,
    );
    const runs = await readSubmittedRuns(
      database,
      rows.map(({ id }) => id),
    );
    const classes = await readClasses(rows, runs);
    return rows.map((row) => ({
      id: row.id,
      name: row.name ?? undefined,
      schedule: row.schedule ?? undefined,
      saved: row.saved ?? undefined,
      selection: storedSelection.parse(row.selection),
      requestedBy: row.requested_by,
      commitLink: storedCommitLink.parse(row.commit_link ?? undefined),
      createdAt: row.created_at,
      classes: classes.get(row.id),
      runs: runs.get(row.id) ?? [],
    }));
  }
}

/** SQL of the class counts of a submission, whose id `own.id` is. */
export const classCountsOfOwn = `
  SELECT jsonb_build_object(
    ${resultClasses
      .map((name) => `'${name}', count(DISTINCT (test, suite)) FILTER (WHERE '${name}' = ANY (classes))`)
      .join(`,
    `)},
    'broken', count(DISTINCT (test, suite)) FILTER (WHERE outcome = 'broken'),
    'other', count(DISTINCT (test, suite)) FILTER (WHERE outcome = 'failed' AND NOT classes && ARRAY['new', 'known']))
  FROM planned_test JOIN run ON run.id = run_id WHERE run.submission_id = own.id AND notable`;

/**
 * SQL conditions on `other`, each of which finds the submissions that belong together with `own`: those of its schedule, those of its
 * saved selection, and those with its selection. Each has its own index.
 */
const ofSchedule = 'other.schedule_id = own.schedule_id';
const ofSaved = 'other.saved_selection_id = own.saved_selection_id';
const ofSelection = 'md5(other.selection::text) = md5(own.selection::text)';

/** SQL of the id of the next submission of the series of `own` in a direction. */
function neighbour(operator: '<' | '>', direction: 'ASC' | 'DESC'): string {
  const first = (condition: string) => `(
    SELECT other.id FROM submission AS other WHERE ${condition} AND other.id ${operator} own.id
    ORDER BY other.id ${direction} LIMIT 1)`;
  return `SELECT CASE WHEN own.schedule_id IS NOT NULL THEN ${first(ofSchedule)}
    WHEN own.saved_selection_id IS NOT NULL THEN ${first(`${ofSaved} AND other.schedule_id IS NULL`)}
    ELSE ${first(`${ofSelection} AND other.schedule_id IS NULL AND other.saved_selection_id IS NULL`)} END`;
}

/** SQL of the id of the reference of `own`. A cancelled submission is none: it says too little. */
export const referenceOfOwn = `coalesce(${[ofSchedule, ofSaved, ofSelection]
  .map(
    (condition) => `(
      SELECT other.id FROM submission AS other
      WHERE ${condition} AND other.id < own.id AND other.environment_ids = own.environment_ids
        AND other.finished_at IS NOT NULL AND other.verdict <> 'cancelled'
      ORDER BY other.id DESC LIMIT 1)`,
  )
  .join(', ')})`;

/** The runs of submissions, by submission, in the order of the codes of their environments. */
async function readSubmittedRuns(
  database: Queryable,
  submissionIds: readonly number[],
): Promise<Map<number, SubmittedRun[]>> {
  if (submissionIds.length === 0) return new Map();
  const rows = await database.query<SubmittedRunRow>(
    `SELECT run.id, submission_id, environment_id, code, state, verdict, reason_code, reason_message, attempt, counts,
       result_classes, commit_id, commit_subject, ref, module_commits, started_at, finished_at
     FROM run JOIN environment ON environment.id = environment_id
     WHERE submission_id = ANY ($1::bigint[]) AND removal_at IS NULL ORDER BY code, run.id`,
    [submissionIds],
  );
  const uncounted = rows.filter(({ counts, attempt }) => counts === null && attempt > 0);
  const counted = await readCounts(
    database,
    uncounted.map(({ id }) => id),
  );
  const bySubmission = groupBy(rows, ({ submission_id }) => submission_id);
  return new Map(
    [...bySubmission].map(([id, own]) => [
      id,
      own.map((row) => ({
        id: row.id,
        environmentId: row.environment_id,
        environmentCode: row.code,
        state: row.state,
        verdict: row.verdict ?? undefined,
        reason: toReason(row),
        counts: counted.get(row.id) ?? toCounts(row.counts ?? {}),
        classes: row.result_classes === null ? undefined : storedClasses.parse(row.result_classes),
        flaky: storedFlaky.parse(row.result_classes ?? {}).flakyInRun,
        commit: row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
        ref: row.ref ?? undefined,
        modules: toPinnedModules(row.module_commits),
        startedAt: row.started_at ?? undefined,
        finishedAt: row.finished_at ?? undefined,
      })),
    ]),
  );
}

const count = z.number().default(0);
const storedClasses: z.ZodType<ClassCounts> = z.object({
  new: count,
  known: count,
  fixed: count,
  flaky: count,
  slower: count,
  broken: count,
  // Submissions and runs that an earlier version compared have none.
  other: count,
});
const storedCommitLink = z
  .object({
    forge: z.enum(forges).optional(),
    baseUrl: z.string(),
    project: z.string(),
    sha: z.string(),
    pullRequest: z.number().optional(),
  })
  .optional();
const storedFlaky = z.object({ flakyInRun: count });

interface SubmissionRow {
  id: number;
  result_classes: unknown;
  name: string | null;
  schedule: string | null;
  saved: string | null;
  selection: unknown;
  requested_by: string;
  commit_link: unknown;
  created_at: Date;
}

interface SubmittedRunRow extends ReasonColumns {
  id: number;
  submission_id: number;
  environment_id: number;
  code: string;
  state: RunState;
  verdict: Verdict | null;
  attempt: number;
  counts: unknown;
  result_classes: unknown;
  commit_id: string | null;
  commit_subject: string | null;
  ref: string | null;
  module_commits: unknown;
  started_at: Date | null;
  finished_at: Date | null;
}
