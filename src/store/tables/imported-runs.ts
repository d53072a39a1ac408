import { causeOf, keptOutcomes } from '../../model/failure.ts';
import type { Attachment, Status } from '../../model/result.ts';
import type { Counts, Verdict } from '../../model/run.ts';
import type { Selection } from '../../model/selection.ts';
import { advisoryLocks } from '../database/advisory-locks.ts';
import { type Database, notifyChange, type Queryable, storable } from '../database/database.ts';

/** A result of another system. */
export interface ImportedResult {
  test: string;
  suite?: string | undefined;
  status: Status;
  message: string | undefined;
  startedAt: Date;
  durationMs: number;
  recordedAt: Date;
  attachments: Attachment[];
}

/** A finished run of another system. */
export interface ImportedRun {
  /** Its number here, which must be free; `undefined`: the next one. */
  id: number | undefined;
  sourceId: number;
  environmentId: number;
  verdict: Verdict;
  /** Why it is broken. */
  reason: string | undefined;
  counts: Counts;
  queuedAt: Date;
  startedAt: Date | undefined;
  finishedAt: Date;
  /** In the order of execution, each test once. */
  results: ImportedResult[];
  /** Whether files of it are copied later, see `runsWithoutFiles`. */
  hasFiles: boolean;
}

/** Runs that were requested together in another system. */
export interface ImportedSubmission {
  name: string | undefined;
  scheduleName: string | undefined;
  selection: Selection;
  requestedBy: string;
  createdAt: Date;
  runs: ImportedRun[];
}

/** Where imported runs come from, and who imports them. */
export interface RunImport {
  source: string;
  by: string;
  /** What the event of a run says; by default its number in the source. */
  event?: string;
}

/** Results of one statement: a message has up to 64 kB, and a value of the database at most 255 MB. */
const resultsOfStatement = 1_000;

/** The worker that attempts of imported runs name. */
const workerName = (source: string) => `imported from ${source}`;

/**
 * Writes a finished submission with its runs, results and origins, in the transaction. No message announces it; a worker compares its
 * runs with the history later. Returns the ids of the runs, in their order.
 */
export async function insertImported(
  transaction: Queryable,
  submission: ImportedSubmission & { scheduleId: number | undefined; savedSelectionId: number | undefined },
  { source, by, event }: RunImport,
): Promise<number[]> {
  const { runs, selection, requestedBy, createdAt } = submission;
  const [row] = await transaction.query<{ id: number }>(
    // The first failure counts as announced.
    `INSERT INTO submission (name, schedule_id, saved_selection_id, selection, requested_by, created_at, environment_ids, imported_from,
       first_failure_at)
     SELECT $1, $2::int, $3::int, $4::jsonb, $5, $6::timestamptz, array_agg(DISTINCT id ORDER BY id), $8, $6::timestamptz
     FROM unnest($7::int[]) AS id RETURNING id`,
    [
      ...[submission.name ?? null, submission.scheduleId ?? null, submission.savedSelectionId ?? null],
      ...[JSON.stringify(selection), requestedBy, createdAt],
      ...[runs.map(({ environmentId }) => environmentId), source],
    ],
  );
  const submissionId = (row as { id: number }).id;
  const ids: number[] = [];
  for (const run of runs) {
    const fields = { submissionId, scheduleId: submission.scheduleId, selection, requestedBy };
    const id = await insertRun(transaction, run, fields);
    ids.push(id);
    await insertResults(transaction, id, run.results, 0);
    await transaction.query(
      `WITH attempt AS (
         INSERT INTO attempt (run_id, attempt, fence, worker_id, started_at, ended_at, outcome, reason_code, reason_message)
         SELECT $1::bigint, 1, 0, $2, $3::timestamptz, $4::timestamptz, $5, $6, $7 WHERE $3::timestamptz IS NOT NULL
       ), event AS (
         INSERT INTO run_event (run_id, code, message) VALUES ($1, 'IMPORTED', $8)
       )
       INSERT INTO import_source (source, kind, source_id, target, imported_by)
       SELECT $9, kind, $10, $1::text, $11 FROM unnest($12::text[]) AS kind`,
      [
        ...[id, workerName(source), run.startedAt ?? null, run.finishedAt, outcomeOf(run)],
        ...[
          run.reason === undefined ? null : importedCode,
          run.reason === undefined ? null : storable(run.reason),
        ],
        event ?? `Imported from ${source}, where it was run ${run.sourceId}.`,
        ...[source, String(run.sourceId), by, run.hasFiles ? ['run', withoutFiles] : ['run']],
      ],
    );
  }
  return ids;
}

const importedCode = 'IMPORTED_FAILURE';

/** The kind of a row in `import_source` for a run that was imported, and whose files are not all copied. */
const withoutFiles = 'run without files';

/** The imported runs whose files are to be copied, by their ids there: also those of an import that was interrupted. */
export async function runsWithoutFiles(database: Queryable, source: string): Promise<Map<number, number>> {
  const rows = await database.query<{ source_id: string; target: string }>(
    'SELECT source_id, target FROM import_source WHERE source = $1 AND kind = $2',
    [source, withoutFiles],
  );
  return new Map(rows.map(({ source_id, target }) => [Number(source_id), Number(target)]));
}

/** Records that an imported run has its files. */
export async function recordFiles(database: Queryable, source: string, sourceId: number): Promise<void> {
  await database.query('DELETE FROM import_source WHERE source = $1 AND kind = $2 AND source_id = $3', [
    ...[source, withoutFiles, String(sourceId)],
  ]);
}

function outcomeOf({ verdict, reason }: ImportedRun): string {
  if (verdict === 'cancelled') return 'cancelled';
  return reason === undefined ? 'finished' : 'broken';
}

async function insertRun(
  transaction: Queryable,
  run: ImportedRun,
  fields: { submissionId: number; scheduleId: number | undefined; selection: Selection; requestedBy: string },
): Promise<number> {
  const { verdict, reason, counts, startedAt } = run;
  const columns = `environment_id, selection, state, verdict, reason_code, reason_message, attempt, requested_by, schedule_id, counts,
    queued_at, started_at, finished_at, submission_id`;
  const values = `$1, $2::jsonb, 'finished', $3, $4, $5, $6::int, $7, $8::int, $9::jsonb, $10, $11, $12, $13`;
  const [row] = await transaction.query<{ id: number }>(
    run.id === undefined
      ? `INSERT INTO run (${columns}) VALUES (${values}) RETURNING id`
      : `INSERT INTO run (id, ${columns}) OVERRIDING SYSTEM VALUE VALUES ($14, ${values}) RETURNING id`,
    [
      ...[run.environmentId, JSON.stringify(fields.selection), verdict],
      ...[reason === undefined ? null : importedCode, reason === undefined ? null : storable(reason)],
      ...[
        startedAt === undefined ? 0 : 1,
        fields.requestedBy,
        fields.scheduleId ?? null,
        JSON.stringify(counts),
      ],
      ...[run.queuedAt, startedAt ?? null, run.finishedAt, fields.submissionId],
      ...(run.id === undefined ? [] : [run.id]),
    ],
  );
  return (row as { id: number }).id;
}

/** Adds tests with their results to a run, after the `position` tests that it has. */
export async function insertResults(
  transaction: Queryable,
  runId: number,
  results: readonly ImportedResult[],
  position: number,
): Promise<void> {
  for (let from = 0; from < results.length; from += resultsOfStatement) {
    await insertSome(transaction, runId, results.slice(from, from + resultsOfStatement), position + from);
  }
}

async function insertSome(
  transaction: Queryable,
  runId: number,
  results: readonly ImportedResult[],
  /** Of the last test before them. */
  position: number,
): Promise<void> {
  await transaction.query(
    `WITH given AS (
       SELECT * FROM jsonb_to_recordset($2::jsonb) AS given (position int, test text, suite text, status text, message text, started_at timestamptz,
         duration_ms int, recorded_at timestamptz, attachments jsonb, cause text)
     ), planned AS (
       INSERT INTO planned_test (run_id, position, test, suite) SELECT $1, position, test, suite FROM given
     )
     INSERT INTO result (run_id, test, suite, attempt, status, message, started_at, duration_ms, recorded_at, attachments, cause, reason_code,
       reason_message)
     SELECT $1, test, suite, 1, status, message, started_at, duration_ms, recorded_at, attachments, cause,
       CASE status WHEN 'broken' THEN '${importedCode}' END, CASE status WHEN 'broken' THEN coalesce(message, '') END
     FROM given`,
    [
      runId,
      JSON.stringify(
        results.map((result, index) => ({
          position: position + index + 1,
          test: result.test,
          suite: result.suite ?? '',
          status: result.status,
          message: result.message === undefined ? null : withoutSurrogates(storable(result.message)),
          started_at: result.startedAt,
          duration_ms: result.durationMs,
          recorded_at: result.recordedAt,
          attachments: result.attachments,
          cause: isBad(result.status) ? (causeOf(result.message ?? '') ?? null) : null,
        })),
      ),
    ],
  );
}

const isBad = (status: Status) => status === 'failed' || status === 'broken';

/** A text that was cut may end in half of a character, which JSON of the database refuses. */
const withoutSurrogates = (text: string) => text.replace(/\p{Cs}/gu, '\uFFFD');

/** The numbers that are in use: of runs, and of those that retention has removed. */
const usedIds = '(SELECT id FROM run UNION ALL SELECT id FROM run_rollup)';

/**
 * Whether imported runs can have their own numbers: there are no others. If so, new runs get numbers after `highest` from now on, so that
 * none is taken meanwhile.
 */
export function reserveRunIds(database: Database, highest: number): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const [other] = await transaction.query(
      `SELECT id FROM ${usedIds} AS used
       WHERE NOT EXISTS (SELECT FROM import_source WHERE kind = 'run' AND target = used.id::text) LIMIT 1`,
    );
    if (other) return false;
    await transaction.query(
      `SELECT setval(pg_get_serial_sequence('run', 'id'), greatest($1::bigint, (SELECT coalesce(max(id), 1) FROM ${usedIds} AS used)))`,
      [highest],
    );
    return true;
  });
}

/** The numbers among these that are in use. */
export async function takenRunIds(database: Queryable, ids: readonly number[]): Promise<Set<number>> {
  const rows = await database.query<{ id: number }>(
    `SELECT id FROM ${usedIds} AS used WHERE id = ANY ($1::bigint[])`,
    [ids],
  );
  return new Set(rows.map(({ id }) => id));
}

/**
 * Makes the history of an environment anew after an import: imported runs belong before those that were executed here. The outcomes of all
 * its tests are compared again, in that order, by a worker.
 */
export function rebuildHistory(database: Database, environmentId: number): Promise<void> {
  return database.transaction(async (transaction) => {
    await transaction.query(`SELECT pg_advisory_xact_lock(${advisoryLocks.comparison}, $1::int)`, [
      environmentId,
    ]);
    const own = 'run_id IN (SELECT id FROM run WHERE environment_id = $1 AND removal_at IS NULL)';
    await transaction.query(
      `UPDATE planned_test SET outcome = NULL, flaky_in_run = NULL, duration_ms = NULL, usual_ms = NULL, cause = NULL, classes = NULL,
         notable = false WHERE ${own} AND (outcome IS NOT NULL OR notable)`,
      [environmentId],
    );
    await transaction.query('DELETE FROM test_day WHERE environment_id = $1', [environmentId]);
    await keepRemovedOutcomes(transaction, environmentId);
    await transaction.query(
      `UPDATE run SET compared_at = NULL, slowness = NULL WHERE environment_id = $1 AND state = 'finished' AND compared_at IS NOT NULL
         AND removal_at IS NULL`,
      [environmentId],
    );
    await transaction.query(
      `INSERT INTO test_duration (test, suite, environment_id, recent_ms, recent, updated_at)
       SELECT test, suite, $1, array_agg(duration_ms ORDER BY age) FILTER (WHERE age <= 5),
         string_agg(CASE status WHEN 'passed' THEN '.' ELSE 'x' END, '' ORDER BY age DESC), max(recorded_at)
       FROM (
         SELECT test, suite, status, duration_ms, recorded_at,
           row_number() OVER (PARTITION BY test, suite ORDER BY recorded_at DESC) AS age
         FROM result JOIN run ON run.id = run_id WHERE environment_id = $1 AND status IN ('passed', 'failed')
       ) AS latest
       WHERE age <= ${keptOutcomes} GROUP BY test, suite
       ON CONFLICT (test, suite, environment_id) DO UPDATE
         SET recent_ms = excluded.recent_ms, recent = excluded.recent, updated_at = excluded.updated_at`,
      [environmentId],
    );
    await transaction.query(
      // Twice as many rows as outcomes: broken and skipped results have none.
      `UPDATE result SET history = earlier.history
       FROM (
         SELECT run_id, test, suite, result.attempt, right(coalesce(string_agg(
             CASE status WHEN 'passed' THEN '.' WHEN 'failed' THEN 'x' END, ''
           ) OVER (PARTITION BY test, suite ORDER BY recorded_at, run_id
             ROWS BETWEEN ${2 * keptOutcomes} PRECEDING AND 1 PRECEDING), ''), ${keptOutcomes}) AS history
         FROM result JOIN run ON run.id = run_id WHERE environment_id = $1
       ) AS earlier
       WHERE result.run_id = earlier.run_id AND result.test = earlier.test AND result.suite = earlier.suite
         AND result.attempt = earlier.attempt AND result.history IS NULL`,
      [environmentId],
    );
    await notifyChange(transaction, `environment ${environmentId}`);
  });
}

/** Leaves only the outcomes of runs that were removed, which nothing else has. */
async function keepRemovedOutcomes(transaction: Queryable, environmentId: number): Promise<void> {
  await transaction.query(
    `UPDATE test_outcomes SET run_ids = left_over.run_ids, outcomes = left_over.outcomes, durations_ms = left_over.durations_ms,
       causes = left_over.causes
     FROM (
       SELECT test, suite, coalesce(array_agg(run_id ORDER BY place) FILTER (WHERE removed), '{}') AS run_ids,
         coalesce(string_agg(substr(outcomes, place::int, 1), '' ORDER BY place) FILTER (WHERE removed), '') AS outcomes,
         coalesce(array_agg(duration_ms ORDER BY place) FILTER (WHERE removed), '{}') AS durations_ms,
         coalesce(array_agg(cause ORDER BY place) FILTER (WHERE removed), '{}') AS causes
       FROM test_outcomes, unnest(run_ids, durations_ms, causes) WITH ORDINALITY AS past (run_id, duration_ms, cause, place),
         LATERAL (SELECT EXISTS (SELECT FROM run_rollup WHERE id = run_id) AS removed) AS judged
       WHERE environment_id = $1 GROUP BY test, suite
     ) AS left_over
     WHERE environment_id = $1 AND test_outcomes.test = left_over.test AND test_outcomes.suite = left_over.suite`,
    [environmentId],
  );
}

/** The environments with imported results whose history was not made yet: also those of an import that was interrupted. */
export async function environmentsToRebuild(database: Queryable): Promise<number[]> {
  const rows = await database.query<{ environment_id: number }>(
    `SELECT DISTINCT run.environment_id FROM run JOIN submission ON submission.id = submission_id
     WHERE imported_from IS NOT NULL AND EXISTS (SELECT FROM result WHERE run_id = run.id AND history IS NULL)
     ORDER BY environment_id`,
  );
  return rows.map(({ environment_id }) => environment_id);
}

/** A run and its results, to compare them with those of the other system. */
export interface StoredImport {
  id: number;
  environmentId: number;
  verdict: Verdict;
  queuedAt: Date;
  finishedAt: Date;
  results: { test: string; status: Status; durationMs: number; message: string | undefined }[];
}

/** Runs that were imported, with their results in the order of execution. */
export async function readImported(database: Queryable, ids: readonly number[]): Promise<StoredImport[]> {
  const rows = await database.query<{
    id: number;
    environment_id: number;
    verdict: Verdict;
    queued_at: Date;
    finished_at: Date;
    results: { test: string; status: Status; durationMs: number; message: string | null }[];
  }>(
    `SELECT id, environment_id, verdict, queued_at, finished_at, (
       SELECT coalesce(jsonb_agg(jsonb_build_object(
         'test', result.test, 'status', status, 'durationMs', result.duration_ms, 'message', message) ORDER BY position), '[]')
       FROM planned_test JOIN result USING (run_id, test, suite) WHERE run_id = run.id AND attempt = 1
     ) AS results
     FROM run WHERE id = ANY ($1::bigint[]) AND state = 'finished' ORDER BY id`,
    [ids],
  );
  return rows.map((row) => ({
    ...{ id: row.id, environmentId: row.environment_id, verdict: row.verdict },
    ...{ queuedAt: row.queued_at, finishedAt: row.finished_at },
    results: row.results.map((result) => ({ ...result, message: result.message ?? undefined })),
  }));
}
