import { Fault, transientCodes } from '../faults/fault.ts';
import { causeOf, keptOutcomes } from '../model/failure.ts';
import type { PinnedModule } from '../model/module-source.ts';
import type { RunPatch } from '../model/patch.ts';
import type { Attachment, Result, Status } from '../model/result.ts';
import type { RunPhase } from '../model/run.ts';
import type { PlannedTest } from '../model/selection.ts';
import type { StepSummary } from '../model/steps.ts';
import { type Database, notifyRuns, type Queryable, storable } from '../store/database/database.ts';
import { addEvent } from '../store/tables/events.ts';
import { createHookRecorder, type HookRecorder } from './hook-recorder.ts';
import { fenced } from './stale-fence.ts';

/** A result as the runner reports it. */
export interface NewResult extends Omit<Result, 'runId' | 'attempt' | 'waits'> {
  steps?: StepSummary | undefined;
}

/** A test of a new plan. */
export interface NewPlannedTest extends PlannedTest {
  /** How often it is retried when it failed; 0 by default. */
  retryFailed?: number;
}

/** A test of the plan of an earlier attempt. */
export interface RecordedPlan {
  test: PlannedTest;
  done: boolean;
  /** It is done, and failed. */
  failed: boolean;
}

/** Writes what the runner reports. Every call is fenced: a worker with an older fence gets STALE_FENCE and changes nothing. */
export interface Recorder {
  phase(phase: RunPhase): Promise<void>;
  /** The commit of the first test module, and all modules in order. */
  commit(commit: { id: string; subject: string }, modules?: readonly PinnedModule[]): Promise<void>;
  /** What tells the version of the shop under test from another one. */
  shopVersion(version: string): Promise<void>;
  /** The patches of the framework that are in its containers; those of an earlier attempt do not count any more. */
  patches(patches: readonly RunPatch[]): Promise<void>;
  /** The tests that will be executed, in order. Called once per attempt; a resumed run keeps its first plan. */
  plan(tests: NewPlannedTest[]): Promise<void>;
  /**
   * The plan of an earlier attempt, with the tests that are done: those with a result, unless its reason is a transient
   * fault (see `isTransient`), or the test is to be executed again. Empty on a first attempt.
   */
  planned(): Promise<RecordedPlan[]>;
  /** Says which tests one process will execute. It writes nothing: traces need it. */
  blockStarted(tests: readonly PlannedTest[]): Promise<void>;
  /** Marks a test as under way, for the page, unless this attempt has its result. */
  testStarted(test: PlannedTest): Promise<void>;
  /** Writes a result, once for each test and attempt; a repeat with the same attempt changes nothing. */
  result(result: NewResult): Promise<void>;
  /** Adds a file to the result that this attempt has recorded of a test; a repeat changes nothing. */
  attachment(test: PlannedTest, attachment: Attachment): Promise<void>;
  /** Adds an event of the run for its users (container replaced, snapshot restored). */
  event(event: { code: string; message: string }): Promise<void>;
  /** The hooks of the run. */
  hooks: HookRecorder;
}

/** A recorder for one claim of a run. Errors of each call: STALE_FENCE; INTERNAL for a test that was not planned. */
export function createRecorder(deps: { database: Database; runId: number; fence: number }): Recorder {
  const { database, runId, fence } = deps;

  /** Changes the run, and notifies of the change. */
  function write(work: (transaction: Queryable, run: { attempt: number }) => Promise<void>): Promise<void> {
    return fenced(database, { runId, fence }, async (transaction, run) => {
      await work(transaction, run);
      await notifyRuns(transaction, [runId]);
    });
  }

  return {
    phase: (phase) =>
      write(async (transaction) => {
        await transaction.query('UPDATE run SET phase = $2 WHERE id = $1', [runId, phase]);
      }),

    commit: ({ id, subject }, modules) =>
      write(async (transaction) => {
        const pinned = modules?.map((module) => ({ ...module, subject: storable(module.subject) }));
        await transaction.query(
          'UPDATE run SET commit_id = $2, commit_subject = $3, module_commits = $4::jsonb WHERE id = $1',
          [runId, id, storable(subject), pinned ? JSON.stringify(pinned) : null],
        );
      }),

    shopVersion: (version) =>
      write(async (transaction) => {
        await transaction.query('UPDATE run SET shop_version = $2 WHERE id = $1', [runId, storable(version)]);
      }),

    patches: (patches) =>
      write(async (transaction) => {
        const stored = patches.length === 0 ? null : storable(JSON.stringify(patches));
        await transaction.query('UPDATE run SET patches = $2 WHERE id = $1', [runId, stored]);
      }),

    plan: (tests) =>
      write(async (transaction) => {
        await transaction.query(
          `INSERT INTO planned_test (run_id, position, test, suite, retry_failed)
           SELECT $1, position, test, suite, retry_failed
           FROM unnest($2::text[], $3::text[], $4::int[]) WITH ORDINALITY AS planned (test, suite, retry_failed, position)
           WHERE NOT EXISTS (SELECT FROM planned_test WHERE run_id = $1)`,
          [
            runId,
            tests.map(({ name }) => name),
            tests.map(({ suite }) => suite ?? ''),
            tests.map(({ retryFailed = 0 }) => retryFailed || null),
          ],
        );
      }),

    // Read only, but fenced as well: a worker that has lost the run should find out before it starts a test.
    planned: () =>
      fenced(database, { runId, fence }, async (transaction) => {
        // A test that broke because of the infrastructure has a result with that reason, but it is not done.
        const rows = await transaction.query<{ test: string; suite: string; status: Status | null }>(
          `SELECT test, suite, (
             SELECT status FROM result
             WHERE result.run_id = $1 AND result.test = planned_test.test AND result.suite = planned_test.suite
               AND attempt > coalesce(redo_after, 0) AND (reason_code IS NULL OR reason_code <> ALL ($2::text[]))
             ORDER BY attempt DESC LIMIT 1
           ) AS status
           FROM planned_test WHERE run_id = $1 ORDER BY position`,
          [runId, transientCodes],
        );
        return rows.map(({ test, suite, status }) => ({
          test: { name: test, suite: suite || undefined },
          done: status !== null,
          failed: status === 'failed',
        }));
      }),

    blockStarted: async () => undefined,

    testStarted: ({ name, suite }) =>
      write(async (transaction, { attempt }) => {
        const rows = await transaction.query(
          `UPDATE planned_test SET started_at = CASE WHEN EXISTS (
             SELECT FROM result WHERE run_id = $1 AND test = $2 AND suite = $3 AND attempt = $4
           ) THEN started_at ELSE now() END
           WHERE run_id = $1 AND test = $2 AND suite = $3 RETURNING test`,
          [runId, name, suite ?? '', attempt],
        );
        if (rows.length === 0) throw unplanned(runId, name, suite);
      }),

    result: (result) => write((transaction, { attempt }) => writeResult(transaction, runId, attempt, result)),

    attachment: ({ name, suite }, attachment) =>
      write(async (transaction, { attempt }) => {
        await transaction.query(
          `UPDATE result SET attachments = attachments || $5::jsonb
           WHERE run_id = $1 AND test = $2 AND suite = $3 AND attempt = $4 AND NOT attachments @> $5::jsonb`,
          [runId, name, suite ?? '', attempt, storable(JSON.stringify([attachment]))],
        );
      }),

    event: (event) => write((transaction) => addEvent(transaction, runId, event)),

    hooks: createHookRecorder(deps),
  };
}

/**
 * Writes a result, once for each attempt. The only result that is replaced is the one which says that the worker of the same attempt
 * was lost. The earlier outcomes of the test are stored with the result, so that no query has to search for them later. Attempts of the
 * same run count as one outcome, the last: a new failure stays new when it is retried.
 */
export async function writeResult(
  transaction: Queryable,
  runId: number,
  attempt: number,
  result: NewResult,
): Promise<void> {
  const { test, suite, status, message, reason, startedAt, durationMs, attachments, steps, place } = result;
  const rows = await transaction.query(
    `UPDATE planned_test SET started_at = NULL, quarantine_id = NULL
     WHERE run_id = $1 AND test = $2 AND suite = $3 RETURNING test`,
    [runId, test, suite ?? ''],
  );
  if (rows.length === 0) throw unplanned(runId, test, suite);
  const bad = status === 'failed' || status === 'broken';
  await transaction.query(
    `WITH own AS (
       SELECT history, right(history || CASE status WHEN 'passed' THEN '.' ELSE 'x' END, ${keptOutcomes}) AS after_it FROM result
       WHERE run_id = $1 AND test = $2 AND suite = $3 AND attempt < $4 AND status IN ('passed', 'failed')
       ORDER BY attempt DESC LIMIT 1
     ), before AS (
       SELECT coalesce((SELECT history FROM own WHERE after_it = recent), recent) AS recent, steps FROM test_duration
       WHERE test = $2 AND suite = $3 AND environment_id = (SELECT environment_id FROM run WHERE id = $1)
     ), written AS (
       INSERT INTO result (run_id, test, suite, attempt, status, message, reason_code, reason_message,
         started_at, duration_ms, attachments, cause, step_title, step_number, waits, place, step_of, history)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12, $13, $14, $16::jsonb, $17::jsonb, (SELECT steps FROM before),
         coalesce((SELECT recent FROM before), ''))
       ON CONFLICT (run_id, test, suite, attempt) DO UPDATE SET
         status = excluded.status, message = excluded.message, reason_code = excluded.reason_code,
         reason_message = excluded.reason_message, started_at = excluded.started_at,
         duration_ms = excluded.duration_ms, attachments = excluded.attachments, cause = excluded.cause,
         step_title = excluded.step_title, step_number = excluded.step_number, step_of = excluded.step_of,
         waits = excluded.waits, place = excluded.place,
         history = excluded.history
       WHERE result.reason_code = 'WORKER_LOST'
       RETURNING *
     )
     INSERT INTO test_duration (test, suite, environment_id, recent_ms, recent, steps)
     SELECT test, suite, environment_id, ARRAY[duration_ms], CASE written.status WHEN 'passed' THEN '.' ELSE 'x' END,
       CASE written.status WHEN 'passed' THEN $15::int END
     FROM written JOIN run ON run.id = run_id
     WHERE written.status IN ('passed', 'failed')
     ON CONFLICT (test, suite, environment_id) DO UPDATE SET
       recent_ms = (excluded.recent_ms || test_duration.recent_ms)[1:5], updated_at = now(),
       recent = right(coalesce((SELECT recent FROM before), test_duration.recent) || excluded.recent, ${keptOutcomes}),
       steps = coalesce(excluded.steps, test_duration.steps)`,
    [
      runId,
      test,
      suite ?? '',
      attempt,
      status,
      message === undefined ? null : storable(message),
      reason?.code ?? null,
      reason ? storable(reason.message) : null,
      startedAt,
      Math.round(durationMs),
      JSON.stringify(attachments),
      bad ? (causeOf(message ?? '') ?? null) : null,
      steps?.failed ? storable(steps.failed.title) : null,
      steps?.failed?.number ?? null,
      steps?.count ?? null,
      steps?.waits ? storable(JSON.stringify(steps.waits)) : null,
      place ? storable(JSON.stringify(place)) : null,
    ],
  );
}

function unplanned(runId: number, test: string, suite: string | undefined): Fault {
  const name = suite ? `${test} of suite ${suite}` : test;
  return new Fault('INTERNAL', `Test ${name} is not in the plan of run ${runId}.`);
}
