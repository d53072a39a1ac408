import { announcedBeforeMs } from '../../model/reservation.ts';
import { type Database, notifyChange, notifyQueue, type Queryable } from '../database/database.ts';
import { holdingReservation } from '../reservation-in-force.ts';
import { insertNotice } from './notices.ts';

/** A reservation that began or ended. */
export interface ReservationEnd {
  id: number;
  change: 'begun' | 'ended' | 'cancelled';
}

/** Ended reservations are kept for a year, for "why did nothing run then?". */
const keptFor = `interval '1 year'`;

/**
 * Begins and ends the reservations for which it is time, with the notices for their owners. Any process may call it at any time. Whether
 * runs may start does not depend on it: see `holdingReservation`. It decides the begin, which is recorded while the environment is
 * locked and executes nothing, so that between begin and end of a reservation no run starts there, whatever the clocks say.
 */
export async function advanceReservations(database: Database): Promise<ReservationEnd[]> {
  const [due] = await database.query<{ due: boolean }>(`SELECT EXISTS (${dueEnvironments}) OR EXISTS (
    SELECT FROM reservation WHERE ${isToBeAnnounced}) OR EXISTS (
    SELECT FROM reservation WHERE ended_at < now() - ${keptFor}) AS due`);
  if (!due?.due) return [];
  return database.transaction(async (transaction) => {
    // In the order of the ids, so that no two processes wait for each other.
    const locked = await transaction.query<{ id: number }>(
      `SELECT id FROM environment WHERE id IN (${dueEnvironments}) ORDER BY id FOR NO KEY UPDATE`,
    );
    const ids = locked.map(({ id }) => id);
    const changes = [...(await endOver(transaction, ids)), ...(await beginReservations(transaction, ids))];
    await announceEnds(transaction);
    await transaction.query(
      `DELETE FROM reservation WHERE id IN (
         SELECT id FROM reservation WHERE ended_at < now() - ${keptFor} ORDER BY ended_at LIMIT 1000
       )`,
    );
    if (changes.length > 0) {
      await notifyChange(transaction, 'reservations');
      await notifyQueue(transaction);
    }
    return changes;
  });
}

/** SQL: an open reservation is over, or cannot begin any more. */
const isOver = `reservation.ended_at IS NULL AND (reservation.ends_at <= now()
  OR (reservation.begun_at IS NULL AND reservation.wait_until <= now())
  OR EXISTS (SELECT FROM environment WHERE environment.id = reservation.environment_id AND removed_at IS NOT NULL))`;

/** SQL: environments whose reservation in force can begin, as the columns `id` and `holder_id`. */
const beginnings = `SELECT environment.id, holder_id FROM environment ${holdingReservation('environment.id')}
  WHERE removed_at IS NULL AND NOT holder_has_begun
    AND NOT EXISTS (SELECT FROM run WHERE run.environment_id = environment.id AND run.state = 'running')`;

/** SQL: the ids of the environments on which a reservation begins or ends. */
const dueEnvironments = `SELECT environment_id FROM reservation WHERE ${isOver}
  UNION SELECT beginning.id FROM (${beginnings}) AS beginning`;

/** SQL: the owner has to hear that the reservation ends soon. */
const isToBeAnnounced = `reservation.ended_at IS NULL AND begun_at IS NOT NULL AND end_announced_at IS NULL
  AND now() >= ends_at - least(${announcedBeforeMs} * interval '1 millisecond', (ends_at - begun_at) / 3)`;

async function endOver(transaction: Queryable, environmentIds: readonly number[]): Promise<ReservationEnd[]> {
  const rows = await transaction.query<{ id: number; begun: boolean }>(
    `UPDATE reservation SET
       ended_at = CASE WHEN begun_at IS NOT NULL AND ends_at <= now() THEN ends_at ELSE clock_timestamp() END,
       end_reason = CASE
         WHEN EXISTS (SELECT FROM environment WHERE environment.id = environment_id AND removed_at IS NOT NULL)
           THEN 'The environment was removed.'
         WHEN begun_at IS NOT NULL THEN NULL
         WHEN wait_until <= now() THEN 'It could not begin within its limit of waiting.'
         ELSE 'It could not begin before its end.' END
     WHERE environment_id = ANY ($1::int[]) AND ${isOver}
     RETURNING id, begun_at IS NOT NULL AS begun`,
    [environmentIds],
  );
  const changes = rows.map(
    ({ id, begun }): ReservationEnd => ({ id, change: begun ? 'ended' : 'cancelled' }),
  );
  for (const { id, change } of changes) {
    if (change === 'cancelled')
      await insertNotice(transaction, {
        kind: 'reservation-cancelled',
        details: { reservationId: id },
      });
  }
  return changes;
}

/**
 * Begins the reservations in force of environments that the transaction has locked, and that execute nothing. A statement of its own
 * after the locks: it sees the runs that were claimed until then.
 */
export async function beginReservations(
  transaction: Queryable,
  environmentIds: readonly number[],
): Promise<ReservationEnd[]> {
  const rows = await transaction.query<{ id: number }>(
    `UPDATE reservation SET begun_at = moment,
       ends_at = coalesce(ends_at, moment + duration_ms * interval '1 millisecond')
     FROM (${beginnings}) AS beginning, (SELECT clock_timestamp() AS moment) AS clock
     WHERE reservation.id = holder_id AND environment_id = ANY ($1::int[]) AND (ends_at IS NULL OR ends_at > moment)
     RETURNING reservation.id`,
    [environmentIds],
  );
  for (const { id } of rows)
    await insertNotice(transaction, { kind: 'reservation-started', details: { reservationId: id } });
  return rows.map(({ id }) => ({ id, change: 'begun' as const }));
}

async function announceEnds(transaction: Queryable): Promise<void> {
  const rows = await transaction.query<{ id: number }>(
    `UPDATE reservation SET end_announced_at = now() WHERE ${isToBeAnnounced} RETURNING id`,
  );
  for (const { id } of rows)
    await insertNotice(transaction, { kind: 'reservation-near-end', details: { reservationId: id } });
}
