import type { Reason } from '../../model/run.ts';
import type { Queryable } from '../database/database.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';

/** How an attempt ended: `handed-back` when its worker requeued the run, `lost` when its worker stopped sending heartbeats. */
export type AttemptOutcome = 'finished' | 'broken' | 'cancelled' | 'handed-back' | 'lost';

/** A claim that started its run. */
export interface Attempt {
  runId: number;
  attempt: number;
  fence: number;
  workerId: string;
  startedAt: Date;
  endedAt: Date | undefined;
  outcome: AttemptOutcome | undefined;
  reason: Reason | undefined;
}

export type Attempts = ReturnType<typeof createAttempts>;

export function createAttempts(deps: { database: Queryable }) {
  return {
    /** The attempts of a run, the first first. */
    async list(runId: number): Promise<Attempt[]> {
      const rows = await deps.database.query<AttemptRow>(
        'SELECT * FROM attempt WHERE run_id = $1 ORDER BY attempt',
        [runId],
      );
      return rows.map((row) => ({
        runId: row.run_id,
        attempt: row.attempt,
        fence: row.fence,
        workerId: row.worker_id,
        startedAt: row.started_at,
        endedAt: row.ended_at ?? undefined,
        outcome: row.outcome ?? undefined,
        reason: toReason(row),
      }));
    },
  };
}

interface AttemptRow extends ReasonColumns {
  run_id: number;
  attempt: number;
  fence: number;
  worker_id: string;
  started_at: Date;
  ended_at: Date | null;
  outcome: AttemptOutcome | null;
}
