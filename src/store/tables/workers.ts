import type { Reason } from '../../model/run.ts';
import { notifyChange, type Queryable, storable } from '../database/database.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';

/** A worker says that it is alive every few seconds. After this long without a word it is taken for lost. */
export const lostAfterMs = 30_000;

/** A process that executes runs. */
export interface WorkerProcess {
  id: string;
  host: string;
  pid: number;
  /** How many runs at a time. */
  slots: number;
  /** It takes no more runs and ends when those under way have ended. */
  stopping: boolean;
  /** What keeps it from starting a run, if anything does. */
  waitsFor: Reason | undefined;
  startedAt: Date;
  seenAt: Date;
  /** Since it was last heard of, by the clock of the database. */
  silentMs: number;
  /** Heard of within `lostAfterMs`. */
  alive: boolean;
}

/** What keeps all workers that are there from starting a run; `undefined` when one of them is free to, or none is there. */
export function commonWait(workers: readonly WorkerProcess[]): Reason | undefined {
  const working = workers.filter(({ alive, stopping }) => alive && !stopping);
  return working.every(({ waitsFor }) => waitsFor) ? working[0]?.waitsFor : undefined;
}

export type Workers = ReturnType<typeof createWorkers>;

/** For people: who executes runs, and is it alive. The queue itself relies on leases, not on this. */
export function createWorkers(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    async register(worker: Pick<WorkerProcess, 'id' | 'host' | 'pid' | 'slots'>): Promise<void> {
      await database.query(
        `INSERT INTO worker (id, host, pid, slots) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, slots = excluded.slots,
           started_at = now(), seen_at = now(), stopping = false, reason_code = NULL, reason_message = NULL`,
        [worker.id, worker.host, worker.pid, worker.slots],
      );
      await notifyChange(database, 'workers');
    },

    /** Says that it is alive. False when it is not registered (any more): register again. */
    async heartbeat(
      id: string,
      { stopping, waitsFor }: { stopping: boolean; waitsFor?: Reason | undefined },
    ): Promise<boolean> {
      const [before] = await database.query<{ changed: boolean }>(
        `WITH before AS (
           SELECT id, stopping <> $2 OR reason_code IS DISTINCT FROM $3 AS changed FROM worker WHERE id = $1 FOR UPDATE
         )
         UPDATE worker SET seen_at = now(), stopping = $2, reason_code = $3, reason_message = $4
         FROM before WHERE worker.id = before.id RETURNING changed`,
        [id, stopping, waitsFor?.code ?? null, waitsFor ? storable(waitsFor.message) : null],
      );
      if (before?.changed) await notifyChange(database, 'workers');
      return before !== undefined;
    },

    async remove(id: string): Promise<void> {
      await database.query('DELETE FROM worker WHERE id = $1', [id]);
      await notifyChange(database, 'workers');
    },

    /** Forgets those that were silent for longer. */
    async removeSilent(silentMs: number): Promise<void> {
      await database.query(`DELETE FROM worker WHERE seen_at < now() - $1 * interval '1 millisecond'`, [
        silentMs,
      ]);
    },

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
