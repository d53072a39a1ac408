import type { Queryable } from '../database/database.ts';
import { environmentIsFree, queueHead } from '../queue-head.ts';

/** An environment that is free, and the next run of its queue. */
export interface StuckQueue {
  environmentId: number;
  code: string;
  head: number;
  /** The session of PostgreSQL that has locked rows of environments for the longest; `undefined` when none has. */
  blocker: { pid: number; session: string; heldSeconds: number } | undefined;
}

interface StuckQueueRow {
  environment_id: number;
  code: string;
  head_id: number;
  pid: number | null;
  session: string;
  held_s: number;
}

/** What `matre doctor` asks the database. Times are the database's. */
export function createDiagnosis({ database }: { database: Queryable }) {
  return {
    /** Whether the index is in place that refuses two running runs on one environment. */
    async allowsOneRunningRun(): Promise<boolean> {
      const rows = await database.query(
        `SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
         WHERE relname = 'run_one_running' AND indisunique AND indisvalid`,
      );
      return rows.length > 0;
    },

    async runningRuns(): Promise<number> {
      const [row] = await database.query<{ running: number }>(
        `SELECT count(*) AS running FROM run WHERE state = 'running'`,
      );
      return row?.running ?? 0;
    },

    /**
     * Environments that are free and whose next run could have started this long ago, the run with the lowest id first.
     *
     * A session that locks rows of a table holds a lock of the table as well, which can be seen; which rows, only a claim would
     * find out that tries to lock them, and other claims would skip them meanwhile. Our own transactions take milliseconds.
     * Sessions of other users are visible only to those who may see them.
     */
    async stuckQueues(afterSeconds: number): Promise<StuckQueue[]> {
      const rows = await database.query<StuckQueueRow>(
        `SELECT environment.id AS environment_id, code, head_id, holder.pid,
           concat_ws(', ', nullif(application_name, ''), usename, holder.state) AS session,
           extract(epoch FROM now() - xact_start)::int AS held_s
         FROM environment
         ${queueHead}
         LEFT JOIN (
           SELECT activity.* FROM pg_stat_activity AS activity
           WHERE xact_start < now() - interval '2 seconds' AND EXISTS (
             SELECT FROM pg_locks WHERE pg_locks.pid = activity.pid AND granted
               AND relation = 'environment'::regclass AND mode <> 'AccessShareLock'
           ) ORDER BY xact_start LIMIT 1
         ) AS holder ON true
         WHERE ${environmentIsFree}
           AND coalesce(retry_at, queued_at) < now() - $1 * interval '1 second'
           -- When a run of it ended lately, its turn has only just come.
           AND NOT EXISTS (
             SELECT FROM run WHERE environment_id = environment.id
               AND finished_at > now() - $1 * interval '1 second'
           )
         ORDER BY head_id`,
        [afterSeconds],
      );
      return rows.map(({ environment_id, code, head_id, pid, session, held_s }) => ({
        environmentId: environment_id,
        code,
        head: head_id,
        blocker: pid === null ? undefined : { pid, session, heldSeconds: held_s },
      }));
    },

    /** Running runs whose lease ended this long ago, and how many seconds ago. */
    expiredLeases: (afterSeconds: number): Promise<{ id: number; seconds: number }[]> =>
      database.query(
        `SELECT id, extract(epoch FROM now() - lease_until)::int AS seconds FROM run
         WHERE state = 'running' AND lease_until < now() - $1 * interval '1 second' ORDER BY id`,
        [afterSeconds],
      ),

    /** Schedules that have been due for this long, and for how many seconds. */
    overdueSchedules: (afterSeconds: number): Promise<{ name: string; seconds: number }[]> =>
      database.query(
        `SELECT name, extract(epoch FROM now() - next_at)::int AS seconds FROM schedule
         WHERE next_at < now() - $1 * interval '1 second' ORDER BY next_at`,
        [afterSeconds],
      ),
  };
}
