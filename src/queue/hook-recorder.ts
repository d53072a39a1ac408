import type { FaultCode } from '../faults/fault.ts';
import type { RunHook } from '../model/hook.ts';
import { type Database, notifyRuns, type Queryable, storable } from '../store/database/database.ts';
import { readRunHooks } from '../store/tables/run-hooks.ts';
import { giveUpAfterHooks } from './release.ts';
import { fenced } from './stale-fence.ts';

/** How a hook ended. */
export interface HookEnd {
  id: number;
  /** `interrupted` with a code: it is not started again. */
  state: 'passed' | 'failed' | 'interrupted';
  code?: FaultCode | undefined;
  message?: string | undefined;
}

/** Writes the hooks of a claimed run. Every call is fenced, and may be repeated when it is unknown whether it took effect. */
export interface HookRecorder {
  /** The hooks of this round of the run: as they are declared at the first call of a round, and the same in its later attempts. */
  plan(): Promise<RunHook[]>;
  /**
   * Marks a hook as started by this attempt. `interrupted`: an earlier attempt started it and has not recorded its end, and it may not be
   * started again; then nothing is changed.
   */
  start(id: number, log: string): Promise<'started' | 'interrupted'>;
  end(end: HookEnd): Promise<void>;
  /** Ends all hooks after the tests that have not ended: they cannot be executed. */
  giveUp(reason: { code: FaultCode; message: string }): Promise<void>;
}

/** A hook recorder for one claim. Errors of each call: STALE_FENCE. */
export function createHookRecorder(deps: { database: Database; runId: number; fence: number }): HookRecorder {
  const { database, runId, fence } = deps;

  function write<T>(work: (transaction: Queryable, run: { attempt: number }) => Promise<T>): Promise<T> {
    return fenced(database, { runId, fence }, async (transaction, run) => {
      const result = await work(transaction, run);
      await notifyRuns(transaction, [runId]);
      return result;
    });
  }

  return {
    plan: () =>
      fenced(database, { runId, fence }, async (transaction) => {
        const rounds = await transaction.query<{ environment_id: number; round: number }>(
          `UPDATE run SET hooks_round = retried_after WHERE id = $1 AND hooks_round IS DISTINCT FROM retried_after
           RETURNING environment_id, retried_after AS round`,
          [runId],
        );
        const [round] = rounds;
        if (round) await insertHooks(transaction, runId, round);
        const [run] = await transaction.query<{ hooks_round: number }>(
          'SELECT hooks_round FROM run WHERE id = $1',
          [runId],
        );
        return readRunHooks(transaction, runId, run?.hooks_round ?? 0);
      }),

    start: (id, log) =>
      write(async (transaction, { attempt }) => {
        const rows = await transaction.query(
          `UPDATE run_hook SET state = 'running', attempt = $3, fence = $4, log = $5, message = NULL, ended_at = NULL,
             started_at = CASE WHEN state = 'running' AND fence = $4 THEN started_at ELSE now() END,
             starts = starts + CASE WHEN state = 'running' AND fence = $4 THEN 0 ELSE 1 END
           WHERE id = $1 AND run_id = $2 AND code IS NULL
             AND (state = 'waiting' OR (state = 'running' AND fence = $4) OR (state IN ('running', 'interrupted') AND repeatable))
           RETURNING id`,
          [id, runId, attempt, fence, log],
        );
        return rows.length > 0 ? 'started' : 'interrupted';
      }),

    end: ({ id, state, code, message }) =>
      write(async (transaction) => {
        await transaction.query(
          `UPDATE run_hook SET state = $3, code = $4, message = $5, ended_at = coalesce(ended_at, now())
           WHERE id = $1 AND run_id = $2 AND (state IN ('waiting', 'running', 'interrupted'))`,
          [id, runId, state, code ?? null, message === undefined ? null : storable(message)],
        );
      }),

    giveUp: (reason) => write((transaction) => giveUpAfterHooks(transaction, runId, reason)),
  };
}

/** Copies the hooks that are declared for the environment of a run: its own, and those of all environments that it does not replace. */
async function insertHooks(
  transaction: Queryable,
  runId: number,
  { environment_id, round }: { environment_id: number; round: number },
): Promise<void> {
  await transaction.query(
    `INSERT INTO run_hook (run_id, environment_id, round, number, name, moment, action, time_limit_seconds, repeatable)
     SELECT $1, $2, $3, row_number() OVER (ORDER BY moment DESC, position, name), name, moment, action, time_limit_seconds, repeatable
     FROM (
       SELECT DISTINCT ON (name) * FROM hook WHERE environment_id = $2 OR environment_id IS NULL
       ORDER BY name, environment_id NULLS LAST
     ) AS declared WHERE enabled`,
    [runId, environment_id, round],
  );
}
