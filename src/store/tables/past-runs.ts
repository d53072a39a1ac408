import type { Status } from '../../model/result.ts';
import type { Queryable } from '../database/database.ts';

/** A finished run before another one on its environment. */
export interface EarlierRun {
  id: number;
  environmentCode: string;
  finishedAt: Date;
}

/** The last result of a test in an earlier run. */
export interface EarlierResult {
  test: string;
  suite: string | undefined;
  status: Status;
  startedAt: Date;
  durationMs: number;
  /** At most 300 characters. */
  message: string | undefined;
}

export type PastRuns = ReturnType<typeof createPastRuns>;

export function createPastRuns({ database }: { database: Queryable }) {
  return {
    /** The runs of an environment with a verdict on its tests that finished before a time: the newest `max`, the oldest first. */
    async before(environmentId: number, time: Date, max: number): Promise<EarlierRun[]> {
      const rows = await database.query<{ id: number; code: string; finished_at: Date }>(
        `SELECT run.id, code, finished_at FROM run JOIN environment ON environment.id = environment_id
         WHERE environment_id = $1 AND state = 'finished' AND verdict <> 'cancelled' AND finished_at < $2
         ORDER BY finished_at DESC, run.id DESC LIMIT $3`,
        [environmentId, time, max],
      );
      return rows.reverse().map(({ id, code, finished_at }) => ({
        ...{ id, environmentCode: code, finishedAt: finished_at },
      }));
    },

    /** The last result of each test of a run. */
    async results(runId: number): Promise<EarlierResult[]> {
      const rows = await database.query<{
        test: string;
        suite: string;
        status: Status;
        started_at: Date;
        duration_ms: number;
        message: string | null;
      }>(
        `SELECT DISTINCT ON (test, suite) test, suite, status, started_at, duration_ms, left(message, 300) AS message
         FROM result WHERE run_id = $1 ORDER BY test, suite, attempt DESC`,
        [runId],
      );
      return rows.map(({ test, suite, status, started_at, duration_ms, message }) => ({
        ...{ test, suite: suite || undefined, status, startedAt: started_at, durationMs: duration_ms },
        message: message ?? undefined,
      }));
    },
  };
}
