import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { patchStates } from '../../model/patch.ts';
import type { Counts, Run, RunPhase, RunState, Verdict } from '../../model/run.ts';
import type { RunOptions } from '../../model/run-options.ts';
import type { Selection } from '../../model/selection.ts';
import { parseTraceParent } from '../../model/trace-parent.ts';
import {
  channels,
  type Database,
  notifyClaim,
  notifyQueue,
  notifyRuns,
  type Queryable,
  storable,
} from '../database/database.ts';
import { addEvent } from './events.ts';
import { insertSubmission, type SubmissionFields } from './new-submission.ts';
import { insertNotice, insertRunFinished } from './notices.ts';
import { toPinnedModules } from './pinned-modules.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';
import { readCounts, toCounts } from './run-counts.ts';
import { listCondition, type RunFilter } from './run-filter.ts';
import { afterHooksDue } from './run-hooks.ts';
import { ofRunOptions, toRunOptions } from './run-options.ts';
import { storedSelection } from './stored-selection.ts';
import { retryFailedTests } from './user-retries.ts';

export interface NewRun {
  environmentId: number;
  selection: Selection;
  /** Higher starts earlier within its environment. */
  priority?: number;
  requestedBy: string;
  retryOf?: number;
  /** The schedule that creates it. */
  scheduleId?: number;
  /** The W3C `traceparent` of the caller; an invalid one is dropped. */
  traceParent?: string;
  options?: RunOptions;
  /** See `Run.ref`. */
  ref?: string | undefined;
  /** The reservation in which it may start. */
  reservationId?: number | undefined;
  /** How long it may wait for its start, in milliseconds; then it is cancelled. */
  waitAtMostMs?: number | undefined;
  /** Its first event. */
  event?: { code: string; message: string } | undefined;
}

export type Runs = ReturnType<typeof createRuns>;

export function createRuns(deps: { database: Database }) {
  const { database } = deps;
  return {
    /**
     * Queues runs as one submission, all or none of them, in this order. When it resolves they are committed, and will be executed. `also`
     * runs in the same transaction. Errors: ENVIRONMENT_UNKNOWN; those of `also`.
     */
    async insert(
      runs: NewRun[],
      also?: (transaction: Queryable, inserted: Run[]) => Promise<void>,
      submission: SubmissionFields = {},
    ): Promise<Run[]> {
      return database.transaction(async (transaction) => {
        const rows = await insertRuns(transaction, runs, submission);
        for (const [index, { event }] of runs.entries()) {
          const id = rows[index]?.id;
          if (event && id !== undefined) await addEvent(transaction, id, event);
        }
        const inserted = await toRuns(transaction, rows);
        await also?.(transaction, inserted);
        return inserted;
      });
    },

    /** Errors: RUN_UNKNOWN. */
    get: (id: number): Promise<Run> => readRun(database, id),

    /** The runs that match a filter, the newest first. */
    list(filter: RunFilter): Promise<Run[]> {
      const { condition, parameters } = listCondition(filter);
      return select(database, condition, parameters);
    },

    /** The commits that unfinished runs are pinned to. */
    async commitsInUse(): Promise<string[]> {
      const rows = await database.query<{ commit_id: string }>(
        // Two conditions, because each has its own index.
        `SELECT coalesce(module ->> 'id', commit_id) AS commit_id FROM (
           SELECT commit_id, module_commits FROM run WHERE state = 'running' AND commit_id IS NOT NULL
           UNION SELECT commit_id, module_commits FROM run WHERE state = 'queued' AND commit_id IS NOT NULL
         ) AS pinned LEFT JOIN LATERAL jsonb_array_elements(module_commits) AS module ON true
         GROUP BY 1 ORDER BY 1`,
      );
      return rows.map(({ commit_id }) => commit_id);
    },

    /** Pins a run: retention leaves it alone. Errors: RUN_UNKNOWN. */
    pin: (id: number, { by, reason }: { by: string; reason: string }): Promise<Run> =>
      setPin(database, id, [storable(by), storable(reason)]),

    /** Errors: RUN_UNKNOWN. */
    unpin: (id: number): Promise<Run> => setPin(database, id, undefined),

    /** Queues a finished run for another attempt; see `retryFailedTests`. `also` runs in the same transaction. */
    retryFailed: (
      id: number,
      by: string,
      also?: (transaction: Queryable, run: Run) => Promise<void>,
    ): Promise<Run> =>
      database.transaction(async (transaction) => {
        await retryFailedTests(transaction, id, by);
        const run = await readRun(transaction, id);
        await also?.(transaction, run);
        return run;
      }),

    /** See `cancelRun`. */
    cancel: (id: number, by?: string): Promise<Run> =>
      database.transaction((transaction) => cancelRun(transaction, id, by)),

    /**
     * Changes the priority of a queued run; `front`: before all runs queued on its environment now.
     * Errors: RUN_UNKNOWN, RUN_NOT_QUEUED.
     */
    async prioritise(id: number, priority: number | 'front'): Promise<Run> {
      return database.transaction(async (transaction) => {
        const rows = await transaction.query(
          `UPDATE run SET priority = coalesce($2::int, greatest(priority, (
             SELECT max(other.priority) + CASE WHEN bool_or(other.id < run.id) THEN 1 ELSE 0 END FROM run AS other
             WHERE other.environment_id = run.environment_id AND other.state = 'queued' AND other.id <> run.id
           )))
           WHERE id = $1 AND state = 'queued' RETURNING id`,
          [id, priority === 'front' ? null : priority],
        );
        const run = await readRun(transaction, id);
        if (rows.length === 0) {
          throw new Fault('RUN_NOT_QUEUED', `Run ${id} is ${run.state}, so its priority no longer matters.`);
        }
        await notifyRuns(transaction, [id]);
        return run;
      });
    },

    /** The position in the queue of its environment, 1 is executed next; `undefined` when the run is not queued. */
    async positionInQueue(id: number): Promise<number | undefined> {
      const [row] = await database.query<{ position: number }>(
        `SELECT count(*) AS position FROM run AS own
         JOIN run AS other ON other.environment_id = own.environment_id AND other.state = 'queued'
           AND (other.priority > own.priority OR (other.priority = own.priority AND other.id <= own.id))
         WHERE own.id = $1 AND own.state = 'queued'`,
        [id],
      );
      return row?.position || undefined;
    },
  };
}

function setPin(database: Database, id: number, pin: [by: string, reason: string] | undefined): Promise<Run> {
  return database.transaction(async (transaction) => {
    // One that is being removed does not come back.
    await transaction.query(
      `UPDATE run SET pinned_at = CASE WHEN $2::text IS NOT NULL THEN now() END, pinned_by = $2, pin_reason = $3
       WHERE id = $1 AND removal_at IS NULL`,
      [id, pin?.[0] ?? null, pin?.[1] ?? null],
    );
    await notifyRuns(transaction, [id]);
    return readRun(transaction, id);
  });
}

/** SQL of a condition: a run that is cancelled ends at once, because no worker has it and no hook after its tests is due. */
const endsNow = `(state = 'queued' AND NOT ${afterHooksDue})`;

/**
 * Cancels a run, in a transaction: finishes a queued one at once, unless hooks after its tests are due, and requests the worker of a
 * running one to end it. An event says `by` whom. Errors: RUN_UNKNOWN, RUN_FINISHED.
 */
export async function cancelRun(transaction: Queryable, id: number, by?: string): Promise<Run> {
  // One statement, so that a concurrent claim does not matter.
  const rows = await transaction.query(
    `UPDATE run SET
       cancel_requested = true,
       state = CASE WHEN ${endsNow} THEN 'finished' ELSE state END,
       verdict = CASE WHEN ${endsNow} THEN 'cancelled' END,
       finished_at = CASE WHEN ${endsNow} THEN now() END,
       end_verdict = CASE WHEN state = 'queued' AND NOT ${endsNow} THEN coalesce(end_verdict, 'cancelled') ELSE end_verdict END,
       retry_at = CASE WHEN state = 'queued' THEN NULL ELSE retry_at END
     WHERE id = $1 AND state <> 'finished' RETURNING id`,
    [id],
  );
  const run = await readRun(transaction, id);
  if (rows.length === 0) throw new Fault('RUN_FINISHED', `Run ${id} is already finished (${run.verdict}).`);
  if (by !== undefined)
    await addEvent(transaction, id, { code: 'CANCELLED', message: `Cancelled by ${by}.` });
  await notifyRuns(transaction, [id]);
  if (run.state === 'running') await notifyClaim(transaction, id);
  else if (run.state === 'queued') await notifyQueue(transaction);
  else await insertRunFinished(transaction, [id]);
  return run;
}

/** Queues runs as one submission, in this order, in a transaction, and notifies workers and listeners. Errors: ENVIRONMENT_UNKNOWN. */
export async function insertRuns(
  transaction: Queryable,
  runs: NewRun[],
  submission: SubmissionFields,
): Promise<RunRow[]> {
  if (runs.length === 0) return [];
  const submissionId = await insertSubmission(transaction, submission, runs);
  // FOR KEY SHARE: either the removal of an environment waits for these runs and sees them, or this statement sees the removal.
  const rows = await transaction.query<RunRow>(
    `INSERT INTO run (environment_id, selection, priority, requested_by, retry_of, schedule_id, trace_parent, options, submission_id, ref,
       reservation_id, start_by)
     SELECT environment.id, selection::jsonb, priority, requested_by, retry_of, schedule_id, trace_parent, options::jsonb, $9, ref,
       reservation_id, now() + wait_ms * interval '1 millisecond'
     FROM unnest($1::int[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::int[], $7::text[], $8::text[], $10::text[], $11::bigint[],
       $12::bigint[]) WITH ORDINALITY AS given (environment_id, selection, priority, requested_by, retry_of, schedule_id, trace_parent,
         options, ref, reservation_id, wait_ms, place)
     JOIN environment ON environment.id = given.environment_id AND removed_at IS NULL
     ORDER BY place FOR KEY SHARE OF environment
     RETURNING run.*, (SELECT code FROM environment WHERE id = environment_id) AS environment_code,
       pg_notify('${channels.run}', id::text), pg_notify('${channels.queue}', '')`,
    [
      runs.map(({ environmentId }) => environmentId),
      runs.map(({ selection }) => JSON.stringify(selection)),
      runs.map(({ priority = 0 }) => priority),
      runs.map(({ requestedBy }) => requestedBy),
      runs.map(({ retryOf }) => retryOf ?? null),
      runs.map(({ scheduleId }) => scheduleId ?? null),
      runs.map(({ traceParent }) => (traceParent && parseTraceParent(traceParent) ? traceParent : null)),
      runs.map(({ options }) => ofRunOptions(options)),
      submissionId,
      runs.map(({ ref }) => ref ?? null),
      runs.map(({ reservationId }) => reservationId ?? null),
      runs.map(({ waitAtMostMs }) => waitAtMostMs ?? null),
    ],
  );
  const unknown = runs.find(
    ({ environmentId }) => !rows.some(({ environment_id }) => environment_id === environmentId),
  );
  if (unknown) {
    throw new Fault('ENVIRONMENT_UNKNOWN', `There is no environment ${unknown.environmentId}.`);
  }
  await insertNotice(transaction, { kind: 'submission-started', submissionId });
  return rows;
}

/** Errors: RUN_UNKNOWN. */
export async function readRun(database: Queryable, id: number): Promise<Run> {
  const [run] = await select(database, 'run.id = $1', [id]);
  if (run) return run;
  const [removed] = await database.query<{ removed_at: Date }>(
    'SELECT removed_at FROM run_rollup WHERE id = $1',
    [id],
  );
  throw new Fault(
    'RUN_UNKNOWN',
    removed
      ? `Run ${id} was removed by retention on ${removed.removed_at.toISOString().slice(0, 10)}.`
      : `There is no run ${id}.`,
  );
}

/** The runs with these ids that exist, the newest first. */
export async function readRuns(database: Queryable, ids: readonly number[]): Promise<Run[]> {
  return ids.length === 0 ? [] : select(database, 'run.id = ANY($1::bigint[])', [ids]);
}

function toDecidedEnd({ end_verdict: verdict, ...row }: RunRow): Run['decidedEnd'] {
  if (!verdict) return undefined;
  return {
    verdict,
    reason: toReason({ reason_code: row.end_reason_code, reason_message: row.end_reason_message }),
  };
}

/** The newest first. `condition` may end in its own order and limit. */
async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Run[]> {
  const rows = await database.query<RunRow>(
    `SELECT run.*, environment.code AS environment_code
     FROM (SELECT * FROM run WHERE removal_at IS NULL AND ${condition}) AS run JOIN environment ON environment.id = run.environment_id ORDER BY run.id DESC`,
    parameters,
  );
  return toRuns(database, rows);
}

/**
 * The runs of rows with the columns `run.*` and `environment_code`. Finished runs store their counts; of the others, the tests of those
 * with at least `attempts` attempts are counted, because only those may have a plan.
 */
export async function toRuns(database: Queryable, rows: RunRow[], attempts = 1): Promise<Run[]> {
  const uncounted = rows.filter(({ counts, attempt }) => counts === null && attempt >= attempts);
  const counts = await readCounts(
    database,
    uncounted.map(({ id }) => id),
  );
  return rows.map((row) => toRun(row, counts.get(row.id)));
}

export interface RunRow extends ReasonColumns {
  id: number;
  environment_id: number;
  environment_code: string;
  selection: unknown;
  priority: number;
  state: RunState;
  phase: RunPhase | null;
  verdict: Verdict | null;
  commit_id: string | null;
  commit_subject: string | null;
  patches: unknown;
  ref: string | null;
  module_commits: unknown;
  attempt: number;
  fence: number | null;
  worker_id: string | null;
  lease_until: Date | null;
  retry_at: Date | null;
  held_until: Date | null;
  playwright_held_until: Date | null;
  cancel_requested: boolean;
  requested_by: string;
  retry_of: number | null;
  schedule_id: number | null;
  submission_id: number | null;
  files_removed_at: Date | null;
  pinned_at: Date | null;
  pinned_by: string | null;
  pin_reason: string | null;
  options: unknown;
  retried_after: number;
  hooks_round: number | null;
  end_verdict: Verdict | null;
  end_reason_code: string | null;
  end_reason_message: string | null;
  reservation_id: number | null;
  start_by: Date | null;
  counts: unknown;
  queued_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

const storedPatches = z.array(z.object({ name: z.string(), state: z.enum(patchStates) }));

/** Without a time until which a run is only held back from older processes, which does not matter to users. */
function ownRetryAt({ retry_at: retryAt, held_until, playwright_held_until }: RunRow): Date | undefined {
  const isHeld = [held_until, playwright_held_until].some((until) => until?.getTime() === retryAt?.getTime());
  return isHeld ? undefined : (retryAt ?? undefined);
}

function toRun(row: RunRow, counts: Counts | undefined): Run {
  return {
    id: row.id,
    environmentId: row.environment_id,
    environmentCode: row.environment_code,
    selection: storedSelection.parse(row.selection),
    priority: row.priority,
    state: row.state,
    phase: row.phase ?? undefined,
    verdict: row.verdict ?? undefined,
    reason: toReason(row),
    commit: row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
    patches: storedPatches.parse(row.patches ?? []),
    ref: row.ref ?? undefined,
    modules: toPinnedModules(row.module_commits),
    attempt: row.attempt,
    fence: row.fence ?? undefined,
    workerId: row.worker_id ?? undefined,
    leaseUntil: row.lease_until ?? undefined,
    retryAt: ownRetryAt(row),
    cancelRequested: row.cancel_requested,
    requestedBy: row.requested_by,
    retryOf: row.retry_of ?? undefined,
    scheduleId: row.schedule_id ?? undefined,
    submissionId: row.submission_id ?? undefined,
    filesRemovedAt: row.files_removed_at ?? undefined,
    pin: row.pinned_at
      ? { by: row.pinned_by ?? '', at: row.pinned_at, reason: row.pin_reason ?? '' }
      : undefined,
    options: toRunOptions(row.options),
    retriedAfter: row.retried_after,
    hooksPlanned: row.hooks_round === row.retried_after,
    decidedEnd: toDecidedEnd(row),
    reservationId: row.reservation_id ?? undefined,
    startBy: row.start_by ?? undefined,
    counts: counts ?? toCounts(row.counts ?? {}),
    queuedAt: row.queued_at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  };
}
