import { z } from 'zod';
import type { OutcomeHistory } from '../../model/failure.ts';
import { type Attachment, attachmentKinds, type Result, type Status } from '../../model/result.ts';
import type { Queryable } from '../database/database.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';
import { storedPlace } from './stored-place.ts';
import { storedWaits } from './stored-waits.ts';

/** A result with its classification at the time when it was recorded. */
export interface RecordedResult extends Result {
  /** The earlier outcomes of the test; `undefined` for results that an older version recorded. */
  history: OutcomeHistory | undefined;
  /** The cause of a failure; see `causeOf`. */
  cause: string | undefined;
  /** The step that failed; `of`: the number of steps when the test last passed on this environment. */
  step: { title: string; number: number; of: number | undefined } | undefined;
}

/** A result in the history of its test. */
export interface PastResult {
  runId: number;
  environment: string;
  suite: string | undefined;
  status: Status;
  durationMs: number;
  /** At most 300 characters. */
  message: string | undefined;
  at: Date;
  commit: { id: string; subject: string } | undefined;
}

const maxMessageCharacters = 300;

/**
 * Characters of the messages of a run that are read, beyond the first 1,000 of each: a run may have 20,000 results with 64 kB each. Of a
 * run with many long messages each is cut.
 */
export const maxLongCharacters = 4 * 1024 * 1024;
/** Those of `ResultRow` but the message. */
export const resultColumns = [
  ...[
    'run_id',
    'test',
    'suite',
    'attempt',
    'status',
    'reason_code',
    'reason_message',
    'started_at',
    'duration_ms',
  ],
  ...['attachments', 'history', 'cause', 'step_title', 'step_number', 'step_of', 'waits', 'place'],
].map((name) => `result.${name}`);
const readColumns = `${resultColumns.join(', ')}, CASE WHEN length(message) > 1000
  THEN left(message, greatest(1000, ${maxLongCharacters} / count(*) FILTER (WHERE length(message) > 1000) OVER ())::int)
  ELSE message END AS message`;

/** A run with a result of a cause. */
export interface SameCause {
  cause: string;
  runId: number;
  environment: string;
}

export type Results = ReturnType<typeof createResults>;

/** The number of results of a cause that are read to find their runs. */
const resultsPerCause = 40;

export function createResults(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** All results of all attempts, in the order of the plan, and those of a test in the order of attempts. */
    async list(runId: number): Promise<RecordedResult[]> {
      const rows = await database.query<ResultRow>(
        `SELECT ${readColumns} FROM result JOIN planned_test USING (run_id, test, suite)
         WHERE run_id = $1 ORDER BY position, attempt`,
        [runId],
      );
      return rows.map((row) => ({
        ...toResult(row),
        history: row.history ?? undefined,
        cause: row.cause ?? undefined,
        step:
          row.step_title === null
            ? undefined
            : { title: row.step_title, number: row.step_number ?? 0, of: row.step_of ?? undefined },
      }));
    },

    /** The newest failure of each of these causes: its message, at most 1,000 characters, and when it was recorded. */
    async newestOf(causes: readonly string[]): Promise<Map<string, { message: string; at: Date }>> {
      if (causes.length === 0) return new Map();
      const rows = await database.query<{ cause: string; message: string; at: Date }>(
        `SELECT wanted.cause, left(message, 1000) AS message, recorded_at AS at
         FROM (SELECT DISTINCT unnest($1::text[]) AS cause) AS wanted
         CROSS JOIN LATERAL (
           SELECT message, recorded_at FROM result WHERE cause = wanted.cause ORDER BY recorded_at DESC LIMIT 1
         ) AS newest`,
        [causes],
      );
      return new Map(rows.map(({ cause, message, at }) => [cause, { message, at }]));
    },

    /** Other runs with these causes, the newest first, at most `max` of each. */
    async sameCauses(runId: number, causes: readonly string[], max: number): Promise<SameCause[]> {
      if (causes.length === 0) return [];
      const rows = await database.query<{ cause: string; run_id: number; code: string }>(
        `SELECT wanted.cause, run_id, code
         FROM unnest($2::text[]) AS wanted (cause)
         CROSS JOIN LATERAL (
           SELECT DISTINCT run_id FROM (
             SELECT run_id FROM result WHERE cause = wanted.cause ORDER BY recorded_at DESC LIMIT ${resultsPerCause}
           ) AS latest
           WHERE run_id <> $1 ORDER BY run_id DESC LIMIT $3
         ) AS same
         JOIN run ON run.id = run_id AND removal_at IS NULL JOIN environment ON environment.id = environment_id
         ORDER BY run_id DESC`,
        [runId, causes, max],
      );
      return rows.map(({ cause, run_id, code }) => ({ cause, runId: run_id, environment: code }));
    },

    /** The newest results of a test, in and outside of suites, the latest of each run. At most `max`; the oldest first. */
    async history(test: string, max: number): Promise<PastResult[]> {
      const rows = await database.query<PastRow>(
        `SELECT * FROM (
           SELECT run_id, code, suite, result.attempt, result.status, duration_ms, left(message, ${maxMessageCharacters}) AS message,
             recorded_at, commit_id, commit_subject
           FROM result JOIN run ON run.id = run_id JOIN environment ON environment.id = environment_id
           WHERE test = $1 AND removal_at IS NULL ORDER BY recorded_at DESC LIMIT $2
         ) AS latest ORDER BY recorded_at, run_id, attempt`,
        [test, max],
      );
      // Later attempts come later, and replace the earlier ones of their run.
      const latest = new Map(rows.map((row) => [`${row.run_id} ${row.suite}`, row]));
      return [...latest.values()].map((row) => ({
        runId: row.run_id,
        environment: row.code,
        suite: row.suite || undefined,
        status: row.status,
        durationMs: row.duration_ms,
        message: row.message ?? undefined,
        at: row.recorded_at,
        commit: row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
      }));
    },

    /** The latest result of each test, which counts for the run. In the order of the plan. */
    async listLatest(runId: number): Promise<(Result & { cause: string | undefined })[]> {
      const rows = await database.query<ResultRow>(
        `SELECT DISTINCT ON (position) ${readColumns} FROM result JOIN planned_test USING (run_id, test, suite)
         WHERE run_id = $1 ORDER BY position, attempt DESC`,
        [runId],
      );
      return rows.map((row) => ({ ...toResult(row), cause: row.cause ?? undefined }));
    },
  };
}

interface PastRow {
  run_id: number;
  code: string;
  suite: string;
  attempt: number;
  status: Status;
  duration_ms: number;
  message: string | null;
  recorded_at: Date;
  commit_id: string | null;
  commit_subject: string | null;
}

export interface ResultRow extends ReasonColumns {
  run_id: number;
  test: string;
  suite: string;
  attempt: number;
  status: Status;
  message: string | null;
  started_at: Date;
  duration_ms: number;
  attachments: unknown;
  history: string | null;
  cause: string | null;
  step_title: string | null;
  step_number: number | null;
  step_of: number | null;
  waits: unknown;
  place: unknown;
}

const storedAttachments: z.ZodType<Attachment[]> = z.array(
  z.object({
    name: z.string(),
    kind: z.enum(attachmentKinds),
    path: z.string(),
  }),
);

export function toResult(row: ResultRow): Result {
  return {
    runId: row.run_id,
    test: row.test,
    suite: row.suite || undefined,
    attempt: row.attempt,
    status: row.status,
    message: row.message ?? undefined,
    reason: toReason(row),
    startedAt: row.started_at,
    durationMs: row.duration_ms,
    attachments: storedAttachments.parse(row.attachments),
    waits: row.waits === null ? undefined : storedWaits.parse(row.waits),
    place: row.place === null ? undefined : storedPlace.parse(row.place),
  };
}
