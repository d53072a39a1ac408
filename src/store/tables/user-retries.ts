import { Fault } from '../../faults/fault.ts';
import type { Run, RunState } from '../../model/run.ts';
import { notifyQueue, notifyRuns, type Queryable } from '../database/database.ts';
import { addEvent } from './events.ts';
import { reopenRun } from './reopen-run.ts';
import { toCounts } from './run-counts.ts';

/** SQL of a condition on the latest result of a test, as `result`: a retry executes the test again. */
const isUnsuccessful = `(result.status IS NULL OR result.status IN ('failed', 'broken')
  OR result.reason_code = 'MAX_FAILURES_REACHED')`;

/**
 * Queues a finished run for another attempt at its commit, in a transaction: only the tests that did not succeed are executed again, all
 * of them when it never had a plan. It keeps its number, so it is the first of its priority in its queue, as every requeued run.
 * Errors: RUN_UNKNOWN, RUN_NOT_FINISHED, ENVIRONMENT_UNKNOWN when the environment was removed, FILES_REMOVED,
 * NOTHING_TO_RETRY; then nothing is changed.
 */
export async function retryFailedTests(transaction: Queryable, id: number, by: string): Promise<void> {
  // Environments before runs, the order in which a claim locks them. The removal of an environment waits for this, or is seen.
  await transaction.query(
    'SELECT id FROM environment WHERE id = (SELECT environment_id FROM run WHERE id = $1) FOR KEY SHARE',
    [id],
  );
  const [run] = await transaction.query<RetriedRow>(
    `SELECT state, attempt, run.files_removed_at, counts, code, removed_at
     FROM run JOIN environment ON environment.id = environment_id WHERE run.id = $1 AND removal_at IS NULL FOR NO KEY UPDATE OF run`,
    [id],
  );
  if (!run) throw new Fault('RUN_UNKNOWN', `There is no run ${id}.`);
  assertRetryable(id, run);
  const [tests] = await transaction.query<{ planned: number; repeated: number }>(
    `WITH latest AS (
       SELECT DISTINCT ON (position) position, ${isUnsuccessful} AS unsuccessful
       FROM planned_test LEFT JOIN result USING (run_id, test, suite)
       WHERE run_id = $1 ORDER BY position, attempt DESC
     ), marked AS (
       UPDATE planned_test SET redo_after = $2 FROM latest
       WHERE run_id = $1 AND planned_test.position = latest.position AND unsuccessful RETURNING planned_test.position
     )
     SELECT (SELECT count(*)::int FROM latest) AS planned, (SELECT count(*)::int FROM marked) AS repeated`,
    [id, run.attempt],
  );
  const { planned, repeated } = tests ?? { planned: 0, repeated: 0 };
  if (planned > 0 && repeated === 0) throw nothingToRetry({ id, counts: toCounts(run.counts ?? {}) });
  // Times and counts are those of the attempts from now on; the earlier attempts keep theirs.
  await transaction.query(
    `UPDATE run SET state = 'queued', verdict = NULL, reason_code = NULL, reason_message = NULL, counts = NULL,
       queued_at = now(), started_at = NULL, finished_at = NULL, worker_id = NULL, retry_at = NULL, start_by = NULL, cancel_requested = false,
       end_verdict = NULL, end_reason_code = NULL, end_reason_message = NULL,
       retried_after = attempt, files_bytes = NULL
     WHERE id = $1`,
    [id],
  );
  await reopenRun(transaction, id);
  const what = planned === 0 ? 'The run is' : repeated === 1 ? '1 test is' : `${repeated} tests are`;
  await addEvent(transaction, id, {
    code: 'RETRIED_BY_USER',
    message: `${what} executed again, as requested by ${by}.`,
  });
  await notifyRuns(transaction, [id]);
  await notifyQueue(transaction);
}

interface RetriedRow {
  state: RunState;
  attempt: number;
  files_removed_at: Date | null;
  counts: unknown;
  code: string;
  removed_at: Date | null;
}

function assertRetryable(id: number, run: RetriedRow): void {
  if (run.state !== 'finished') throw new Fault('RUN_NOT_FINISHED', `Run ${id} is ${run.state}.`);
  if (run.removed_at) {
    throw new Fault(
      'ENVIRONMENT_UNKNOWN',
      `Environment ${run.code} was removed, so run ${id} cannot be retried.`,
    );
  }
  // A process may be removing its files at this moment, and would remove those of the new attempt too.
  if (run.files_removed_at) {
    const day = run.files_removed_at.toISOString().slice(0, 10);
    throw new Fault(
      'FILES_REMOVED',
      `The files of run ${id} were removed on ${day}, so it gets no further attempt. Retry its tests in a new run: \`matre retry ${id} --failed --new-run\`.`,
    );
  }
}

/** The fault of a retry of a run whose tests all succeeded. */
export function nothingToRetry({ id, counts: { passed, skipped } }: Pick<Run, 'id' | 'counts'>): Fault {
  return new Fault(
    'NOTHING_TO_RETRY',
    `Run ${id} has no failures: ${passed} passed${skipped === 0 ? '' : `, ${skipped} skipped`}.`,
  );
}
