import type { Firing, FiringOutcome } from '../../model/schedule.ts';
import { type Queryable, storable } from '../database/database.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';

/** The number of firings that are kept of each schedule. */
export const maxFirings = 100;

export type Firings = ReturnType<typeof createFirings>;

export function createFirings(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** The firings of a schedule, the newest first. */
    list: (scheduleId: number, limit: number): Promise<Firing[]> =>
      select(database, `schedule_id = $1 ORDER BY id DESC LIMIT $2`, [scheduleId, limit]),

    /** The latest firing of each schedule, by its id. */
    async latest(): Promise<Map<number, Firing>> {
      const latest = await select(
        database,
        `id IN (SELECT (SELECT max(id) FROM schedule_firing WHERE schedule_id = schedule.id) FROM schedule)`,
        [],
      );
      return new Map(latest.map((firing) => [firing.scheduleId, firing]));
    },
  };
}

/**
 * Adds a firing, in the transaction that fires, and deletes all but the last hundred of the schedule. Writes nothing and returns
 * `undefined` when this time was fired already.
 */
export async function addFiring(
  transaction: Queryable,
  firing: Omit<Firing, 'id' | 'runs'>,
): Promise<Firing | undefined> {
  const { scheduleId, dueAt, firedAt, outcome, by, missed, reason } = firing;
  const [row] = await transaction.query<FiringRow>(
    `INSERT INTO schedule_firing (schedule_id, due_at, fired_at, outcome, fired_by, runs, missed, reason_code, reason_message)
     VALUES ($1, $2, $3, $4, $5, '{}', $6, $7, $8)
     ON CONFLICT (schedule_id, due_at) DO NOTHING RETURNING *`,
    [
      scheduleId,
      dueAt ?? null,
      firedAt,
      outcome,
      by ?? null,
      missed,
      reason?.code ?? null,
      reason ? storable(reason.message) : null,
    ],
  );
  await transaction.query(
    `DELETE FROM schedule_firing WHERE schedule_id = $1 AND id <= (
       SELECT id FROM schedule_firing WHERE schedule_id = $1 ORDER BY id DESC OFFSET ${maxFirings} LIMIT 1
     )`,
    [scheduleId],
  );
  return row && toFiring(row);
}

/** Sets the runs that a firing created, in the same transaction. */
export async function setFiringRuns(
  transaction: Queryable,
  id: number,
  runs: readonly number[],
): Promise<void> {
  await transaction.query('UPDATE schedule_firing SET runs = $2::bigint[] WHERE id = $1', [id, runs]);
}

async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Firing[]> {
  const rows = await database.query<FiringRow>(
    // As text, because the drivers parse arrays of bigint differently.
    `SELECT *, runs::text[] AS runs FROM schedule_firing WHERE ${condition}`,
    parameters,
  );
  return rows.map(toFiring);
}

interface FiringRow extends ReasonColumns {
  id: number;
  schedule_id: number;
  due_at: Date | null;
  fired_at: Date;
  outcome: FiringOutcome;
  fired_by: string | null;
  runs: string[];
  missed: number;
}

function toFiring(row: FiringRow): Firing {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    dueAt: row.due_at ?? undefined,
    firedAt: row.fired_at,
    outcome: row.outcome,
    by: row.fired_by ?? undefined,
    runs: row.runs.map(Number),
    missed: row.missed,
    reason: toReason(row),
  };
}
