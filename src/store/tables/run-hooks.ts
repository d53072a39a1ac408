import { type FaultCode, faults } from '../../faults/fault.ts';
import type { RunHook, RunHookState } from '../../model/hook.ts';
import type { Database, Queryable } from '../database/database.ts';
import { storedAction } from './hook-action.ts';

/** SQL of a condition on `run`: hooks after the tests of its round are neither ended nor given up. */
export const afterHooksDue = `(run.hooks_round = run.retried_after AND EXISTS (
  SELECT FROM run_hook WHERE run_hook.run_id = run.id AND round = run.hooks_round AND moment = 'after'
    AND (state IN ('waiting', 'running') OR (state = 'interrupted' AND code IS NULL))))`;

export interface RunHookRow {
  id: number;
  run_id: number;
  round: number;
  number: number;
  name: string;
  moment: RunHook['moment'];
  action: unknown;
  time_limit_seconds: number;
  repeatable: boolean;
  state: RunHookState;
  starts: number;
  attempt: number | null;
  code: string | null;
  message: string | null;
  log: string | null;
  started_at: Date | null;
  ended_at: Date | null;
}

function toRunHook(row: RunHookRow): RunHook {
  const { code } = row;
  return {
    id: row.id,
    runId: row.run_id,
    round: row.round,
    number: row.number,
    name: row.name,
    moment: row.moment,
    action: storedAction.parse(row.action),
    timeLimitSeconds: row.time_limit_seconds,
    repeatable: row.repeatable,
    state: row.state,
    starts: row.starts,
    attempt: row.attempt ?? undefined,
    code: code === null ? undefined : code in faults ? (code as FaultCode) : 'INTERNAL',
    message: row.message ?? undefined,
    log: row.log ?? undefined,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

/** The hooks of a round of a run, in the order in which they are executed. */
export async function readRunHooks(database: Queryable, runId: number, round: number): Promise<RunHook[]> {
  const rows = await database.query<RunHookRow & Record<string, unknown>>(
    'SELECT * FROM run_hook WHERE run_id = $1 AND round = $2 ORDER BY number',
    [runId, round],
  );
  return rows.map(toRunHook);
}

export type RunHooks = ReturnType<typeof createRunHooks>;

/** The hooks that runs executed. */
export function createRunHooks({ database }: { database: Database }) {
  return {
    /** Those of all rounds of a run. */
    async list(runId: number): Promise<RunHook[]> {
      const rows = await database.query<RunHookRow & Record<string, unknown>>(
        'SELECT * FROM run_hook WHERE run_id = $1 ORDER BY round, number',
        [runId],
      );
      return rows.map(toRunHook);
    },

    /** The newest of each name on an environment that was started, by name. */
    async newest(environmentId: number, names: readonly string[]): Promise<Map<string, RunHook>> {
      const rows = await database.query<RunHookRow & Record<string, unknown>>(
        `SELECT newest.* FROM unnest($2::text[]) AS asked (asked_name) CROSS JOIN LATERAL (
           SELECT * FROM run_hook WHERE environment_id = $1 AND name = asked_name AND starts > 0 ORDER BY id DESC LIMIT 1
         ) AS newest`,
        [environmentId, names],
      );
      return new Map(rows.map((row) => [row.name, toRunHook(row)]));
    },
  };
}
