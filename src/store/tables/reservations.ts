import { Fault } from '../../faults/fault.ts';
import { maxOpenReservations } from '../../model/limits.ts';
import type { Reservation, ReservationState } from '../../model/reservation.ts';
import { type Database, notifyChange, notifyQueue, type Queryable, storable } from '../database/database.ts';
import { holdingReservation } from '../reservation-in-force.ts';
import { advanceReservations, beginReservations, type ReservationEnd } from './advance-reservations.ts';

export interface NewReservation {
  environmentId: number;
  owner: string;
  /** See `ownerOf`. */
  ownerKey: string;
  reason: string;
  /** By default at once. */
  beginsAt?: Date | undefined;
  afterRun?: number | undefined;
  /** Either an end, or a duration from its begin. */
  endsAt?: Date | undefined;
  durationMs?: number | undefined;
  /** How long it may wait for its begin, from `beginsAt`, in milliseconds. */
  waitAtMostMs?: number | undefined;
}

export interface ReservationChanges {
  reason?: string;
  endsAt?: Date;
}

export type Reservations = ReturnType<typeof createReservations>;

/** Reservations of environments. Times are those of the clock of the database. */
export function createReservations({ database }: { database: Database }) {
  return {
    /** Those that have not ended, by environment in the order in which they begin. */
    open: (): Promise<Reservation[]> => select(database, `reservation.ended_at IS NULL ${inOrder}`, []),

    /** At most `limit` that have ended, the newest first. */
    ended: (limit: number): Promise<Reservation[]> =>
      select(
        database,
        `reservation.ended_at IS NOT NULL ORDER BY reservation.ended_at DESC, reservation.id DESC LIMIT $1`,
        [limit],
      ),

    /** Errors: RESERVATION_UNKNOWN. */
    get: (id: number): Promise<Reservation> => readReservation(database, id),

    /**
     * Adds a reservation, which begins at once when it may. Errors: ENVIRONMENT_UNKNOWN, RESERVATION_TIME_INVALID when its end has
     * passed, RESERVATIONS_TOO_MANY; those of `also`, which runs in the same transaction.
     */
    create: (
      reservation: NewReservation,
      also?: (transaction: Queryable, created: Reservation) => Promise<void>,
    ): Promise<Reservation> =>
      database.transaction(async (transaction) => {
        const { environmentId, owner, ownerKey, reason, afterRun, durationMs, waitAtMostMs } = reservation;
        // The lock keeps claims away until this is committed: a claim before it started its run before the reservation.
        const [environment] = await transaction.query(
          'SELECT id FROM environment WHERE id = $1 AND removed_at IS NULL FOR NO KEY UPDATE',
          [environmentId],
        );
        if (!environment) throw new Fault('ENVIRONMENT_UNKNOWN', `There is no environment ${environmentId}.`);
        await assertRoom(transaction, environmentId);
        const [row] = await transaction.query<{ id: number }>(
          `INSERT INTO reservation
             (environment_id, owner, owner_key, reason, begins_at, after_run_id, ends_at, duration_ms, wait_until)
           SELECT $1, $2, $3, $4, begins_at, $6, $7, $8, begins_at + $9::bigint * interval '1 millisecond'
           FROM (SELECT coalesce($5::timestamptz, now()) AS begins_at) AS given
           WHERE $7::timestamptz IS NULL OR ($7::timestamptz > begins_at AND $7::timestamptz > clock_timestamp())
           RETURNING id`,
          [
            environmentId,
            storable(owner),
            ownerKey,
            storable(reason),
            reservation.beginsAt ?? null,
            afterRun ?? null,
            reservation.endsAt ?? null,
            durationMs ?? null,
            waitAtMostMs ?? null,
          ],
        );
        if (!row) throw timeInvalid(reservation.endsAt);
        await beginReservations(transaction, [environmentId]);
        await notify(transaction);
        const created = await readReservation(transaction, row.id);
        await also?.(transaction, created);
        return created;
      }),

    /**
     * Changes an open one; with an end instead of a duration. Errors: RESERVATION_UNKNOWN, RESERVATION_ENDED,
     * RESERVATION_TIME_INVALID when the new end has passed or is before its begin.
     */
    change: (id: number, { reason, endsAt }: ReservationChanges): Promise<Reservation> =>
      changeOpen(database, id, async (transaction) => {
        const rows = await transaction.query(
          `UPDATE reservation SET reason = coalesce($2, reason), ends_at = coalesce($3::timestamptz, ends_at),
             duration_ms = CASE WHEN $3::timestamptz IS NULL THEN duration_ms END,
             end_announced_at = CASE WHEN $3::timestamptz IS NULL THEN end_announced_at END
           WHERE id = $1 AND ($3::timestamptz IS NULL
             OR ($3::timestamptz > clock_timestamp() AND $3::timestamptz > coalesce(begun_at, begins_at)))
           RETURNING id`,
          [id, reason === undefined ? null : storable(reason), endsAt ?? null],
        );
        if (rows.length === 0) throw timeInvalid(endsAt);
      }),

    /** Ends an open one now, or cancels it when it has not begun. Errors: RESERVATION_UNKNOWN, RESERVATION_ENDED. */
    end: (id: number, by: string): Promise<Reservation> =>
      changeOpen(database, id, async (transaction) => {
        await transaction.query(
          'UPDATE reservation SET ended_at = clock_timestamp(), ended_by = $2 WHERE id = $1',
          [id, storable(by)],
        );
      }),

    /** Begins and ends what is due; see `advanceReservations`. */
    advance: (): Promise<ReservationEnd[]> => advanceReservations(database),
  };
}

/** Changes a reservation that has not ended, while no claim and no other change decides about its environment. */
function changeOpen(
  database: Database,
  id: number,
  work: (transaction: Queryable) => Promise<void>,
): Promise<Reservation> {
  return database.transaction(async (transaction) => {
    await transaction.query(
      `SELECT id FROM environment WHERE id = (SELECT environment_id FROM reservation WHERE id = $1)
       FOR NO KEY UPDATE`,
      [id],
    );
    // After the lock: a run may have started at its end, which then must not be put off.
    const [open] = await transaction.query(
      'SELECT id FROM reservation WHERE id = $1 AND ended_at IS NULL AND (ends_at IS NULL OR ends_at > clock_timestamp())',
      [id],
    );
    if (!open) {
      const { endedAt, endsAt } = await readReservation(transaction, id);
      const at = (endedAt ?? endsAt)?.toISOString();
      throw new Fault('RESERVATION_ENDED', `Reservation ${id} ended at ${at}.`);
    }
    await work(transaction);
    await notify(transaction);
    return readReservation(transaction, id);
  });
}

async function notify(transaction: Queryable): Promise<void> {
  await notifyChange(transaction, 'reservations');
  // Its runs may start now; and while the environment was locked, claims have passed it over.
  await notifyQueue(transaction);
}

async function assertRoom(transaction: Queryable, environmentId: number): Promise<void> {
  const [row] = await transaction.query<{ count: number }>(
    'SELECT count(*) FROM reservation WHERE environment_id = $1 AND ended_at IS NULL',
    [environmentId],
  );
  if ((row?.count ?? 0) < maxOpenReservations) return;
  throw new Fault(
    'RESERVATIONS_TOO_MANY',
    `The environment has ${maxOpenReservations} reservations that have not ended.`,
  );
}

const timeInvalid = (endsAt: Date | undefined) =>
  new Fault(
    'RESERVATION_TIME_INVALID',
    `The end ${endsAt?.toISOString()} has passed, or is not after the begin.`,
  );

/** Errors: RESERVATION_UNKNOWN. */
async function readReservation(database: Queryable, id: number): Promise<Reservation> {
  const [reservation] = await select(database, 'reservation.id = $1', [id]);
  if (!reservation) throw new Fault('RESERVATION_UNKNOWN', `There is no reservation ${id}.`);
  return reservation;
}

const inOrder = 'ORDER BY code, reservation.begun_at, reservation.begins_at, reservation.id';

interface ReservationRow {
  id: number;
  environment_id: number;
  code: string;
  owner: string;
  owner_key: string;
  reason: string;
  begins_at: Date;
  after_run_id: number | null;
  ends_at: Date | null;
  duration_ms: number | null;
  wait_until: Date | null;
  begun_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  end_reason: string | null;
  created_at: Date;
  is_over: boolean;
  is_awaited: boolean;
  holder_id: number | null;
}

async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<Reservation[]> {
  const rows = await database.query<ReservationRow>(
    `SELECT reservation.*, code, holder_id, coalesce(reservation.ends_at <= now(), false) AS is_over,
       reservation.begins_at > now() OR EXISTS (
         SELECT FROM run WHERE run.id = reservation.after_run_id AND run.state <> 'finished'
       ) AS is_awaited
     FROM reservation JOIN environment ON environment.id = reservation.environment_id
     ${holdingReservation('reservation.environment_id')}
     WHERE ${condition}`,
    parameters,
  );
  return rows.map((row) => ({
    id: row.id,
    environmentId: row.environment_id,
    environment: row.code,
    owner: row.owner,
    ownerKey: row.owner_key,
    reason: row.reason,
    state: stateOf(row),
    inForce: row.holder_id === row.id,
    beginsAt: row.begins_at,
    afterRun: row.after_run_id ?? undefined,
    endsAt: row.ends_at ?? undefined,
    durationMs: row.duration_ms ?? undefined,
    waitUntil: row.wait_until ?? undefined,
    begunAt: row.begun_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    endedBy: row.ended_by ?? undefined,
    endReason: row.end_reason ?? undefined,
    createdAt: row.created_at,
  }));
}

/** The state by the clock, also when no process has recorded an end yet. */
function stateOf({ begun_at, ended_at, is_over, is_awaited }: ReservationRow): ReservationState {
  if (ended_at !== null || is_over) return begun_at === null ? 'cancelled' : 'ended';
  if (begun_at !== null) return 'active';
  return is_awaited ? 'planned' : 'waiting';
}
