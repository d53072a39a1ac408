import type { Reason } from '../../model/run.ts';
import { notifyChange, type Queryable, storable } from '../database/database.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';

/** A worker without a heartbeat for this long counts as lost. It sends one every few seconds. */
const lostAfterMs = 30_000;

/** A process that executes runs. */
export interface WorkerProcess {
  id: string;
  host: string;
  pid: number;
  /** The number of worker slots: runs that it executes at a time. */
  slots: number;
  /** The process claims no more runs, and ends when the current ones have ended. */
  stopping: boolean;
  /** Why it cannot start a run, if it cannot. */
  waitsFor: Reason | undefined;
  startedAt: Date;
  /** The last heartbeat. */
  seenAt: Date;
  /** Milliseconds since the last heartbeat, by the clock of the database. */
  silentMs: number;
  /** Whether the last heartbeat is younger than `lostAfterMs`. */
  alive: boolean;
}

/** Why no live worker can start a run; `undefined` when one can, or when there is none. */
export function commonWaitReason(workers: readonly WorkerProcess[]): Reason | undefined {
  const working = workers.filter(({ alive, stopping }) => alive && !stopping);
  return working.every(({ waitsFor }) => waitsFor) ? working[0]?.waitsFor : undefined;
}

/** Whether a worker has sent a heartbeat lately, in a database of any version. */
export async function hasLiveWorker(database: Queryable): Promise<boolean> {
  const [table] = await database.query<{ name: string | null }>(`SELECT to_regclass('worker')::text AS name`);
  if (!table?.name) return false;
  const rows = await database.query(
    `SELECT FROM worker WHERE seen_at > now() - $1 * interval '1 millisecond' LIMIT 1`,
    [lostAfterMs],
  );
  return rows.length > 0;
}

export type Workers = ReturnType<typeof createWorkers>;

/** The processes that execute runs, for display. The queue relies on leases, not on this table. */
export function createWorkers(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Adds a worker, or resets its row after a restart. */
    async register(worker: Pick<WorkerProcess, 'id' | 'host' | 'pid' | 'slots'>): Promise<void> {
      await database.query(
        `INSERT INTO worker (id, host, pid, slots) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, slots = excluded.slots,
           started_at = now(), seen_at = now(), stopping = false, reason_code = NULL, reason_message = NULL`,
        [worker.id, worker.host, worker.pid, worker.slots],
      );
      await notifyChange(database, 'workers');
    },

    /** Records a heartbeat. False when the worker is not registered, or was removed: then it has to register again. */
    async heartbeat(
      id: string,
      { stopping, waitsFor }: { stopping: boolean; waitsFor?: Reason | undefined },
    ): Promise<boolean> {
      const [row] = await database.query<{ changed: boolean }>(
        `WITH before AS (
           SELECT id, stopping <> $2 OR reason_code IS DISTINCT FROM $3 AS changed FROM worker WHERE id = $1 FOR UPDATE
         )
         UPDATE worker SET seen_at = now(), stopping = $2, reason_code = $3, reason_message = $4
         FROM before WHERE worker.id = before.id RETURNING changed`,
        [id, stopping, waitsFor?.code ?? null, waitsFor ? storable(waitsFor.message) : null],
      );
      if (row?.changed) await notifyChange(database, 'workers');
      return row !== undefined;
    },

    async remove(id: string): Promise<void> {
      await database.query('DELETE FROM worker WHERE id = $1', [id]);
      await notifyChange(database, 'workers');
    },

    /** Removes workers whose last heartbeat is older. */
    async removeSilent(silentMs: number): Promise<void> {
      await database.query(`DELETE FROM worker WHERE seen_at < now() - $1 * interval '1 millisecond'`, [
        silentMs,
      ]);
    },

    /** All registered workers, by host. */
    async list(): Promise<WorkerProcess[]> {
      const rows = await database.query<
        Omit<WorkerProcess, 'startedAt' | 'seenAt' | 'silentMs' | 'alive' | 'waitsFor'> &
          ReasonColumns & {
            started_at: Date;
            seen_at: Date;
            silent_ms: number;
          }
      >(
        `SELECT *, (extract(epoch FROM now() - seen_at) * 1000)::bigint AS silent_ms
         FROM worker ORDER BY host, id`,
      );
      return rows.map(({ started_at, seen_at, silent_ms, reason_code, reason_message, ...worker }) => ({
        ...worker,
        waitsFor: toReason({ reason_code, reason_message }),
        startedAt: started_at,
        seenAt: seen_at,
        silentMs: silent_ms,
        alive: silent_ms < lostAfterMs,
      }));
    },
  };
}
