import type { Queryable } from '../database/database.ts';
import { environmentIsFree, queueHead } from '../queue-head.ts';

/** A free environment whose next run does not start. */
export interface StuckQueue {
  environmentId: number;
  code: string;
  /** The id of its next run. */
  head: number;
  /** The PostgreSQL session that has had rows of environments locked for the longest time; `undefined` without one. */
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

/** The waits that ran out in the newest finished run of an environment. */
export interface WaitsOfRun {
  code: string;
  runId: number;
  /** How many tests had such waits. */
  tests: number;
  count: number;
  lostMs: number;
}

/** Queries of `matre doctor`, by the clock of the database. */
export function createDiagnosis({ database }: { database: Queryable }) {
  return {
    /** Whether the index exists that refuses two running runs on one environment. */
    async hasRunningRunIndex(): Promise<boolean> {
      const rows = await database.query(
        `SELECT FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
         WHERE relname = 'run_one_running' AND indisunique AND indisvalid`,
      );
      return rows.length > 0;
    },

    /** Those of the environments in whose newest finished run waits ran out, by code. */
    async waitsOfNewestRuns(environmentIds: readonly number[]): Promise<WaitsOfRun[]> {
      const rows = await database.query<{
        code: string;
        run_id: number;
        tests: number;
        count: number;
        lost_ms: number;
      }>(
        `SELECT code, newest.id AS run_id, count(*)::int AS tests, sum((waits->>'count')::numeric)::int AS count,
           sum((waits->>'lostMs')::numeric)::float8 AS lost_ms
         FROM environment
         CROSS JOIN LATERAL (
           SELECT id FROM run WHERE environment_id = environment.id AND state = 'finished' ORDER BY id DESC LIMIT 1
         ) AS newest
         JOIN result ON result.run_id = newest.id AND waits IS NOT NULL
         WHERE environment.id = ANY ($1::int[])
         GROUP BY code, newest.id ORDER BY code`,
        [environmentIds],
      );
      return rows.map(({ code, run_id: runId, tests, count, lost_ms: lostMs }) => ({
        code,
        runId,
        tests,
        count,
        lostMs,
      }));
    },

    /** The number of running runs. */
    async runningRuns(): Promise<number> {
      const [row] = await database.query<{ running: number }>(
        `SELECT count(*) AS running FROM run WHERE state = 'running'`,
      );
      return row?.running ?? 0;
    },

    /**
     * Free environments whose next run could have started this long ago, the run with the lowest id first.
     *
     * A session that locks rows also holds a visible lock of their table. Which rows it locks is not visible: only a claim that tries to
     * lock them would find out, and other claims would skip them meanwhile. Our own transactions take milliseconds. Sessions of other
     * database users are visible only with the privilege to see them.
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
           -- After a run that ended recently, the next one has not waited long for its environment.
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

    /** Running runs whose lease expired this long ago or earlier, with the number of seconds since. */
    expiredLeases: (afterSeconds: number): Promise<{ id: number; seconds: number }[]> =>
      database.query(
        `SELECT id, extract(epoch FROM now() - lease_until)::int AS seconds FROM run
         WHERE state = 'running' AND lease_until < now() - $1 * interval '1 second' ORDER BY id`,
        [afterSeconds],
      ),

    /** Schedules that have been due for this long or longer, with the number of seconds since. */
    overdueSchedules: (afterSeconds: number): Promise<{ name: string; seconds: number }[]> =>
      database.query(
        `SELECT name, extract(epoch FROM now() - next_at)::int AS seconds FROM schedule
         WHERE next_at < now() - $1 * interval '1 second' ORDER BY next_at`,
        [afterSeconds],
      ),
  };
}
