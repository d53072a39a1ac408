/** SQL of a condition on `reservation`: it holds its environment, unless another one of the same environment does. */
const isDue = `reservation.ended_at IS NULL AND (reservation.ends_at IS NULL OR reservation.ends_at > now())
  AND (reservation.begun_at IS NOT NULL OR (
    reservation.begins_at <= now() AND (reservation.wait_until IS NULL OR reservation.wait_until > now())
    AND (reservation.after_run_id IS NULL OR NOT EXISTS (
      SELECT FROM run WHERE run.id = reservation.after_run_id AND run.state <> 'finished'
    ))
  ))`;

/**
 * SQL that joins the reservation in force of an environment, by the expression of its id; null in an environment without one. Adds the
 * columns `holder_id` and `holder_has_begun`. The one that has begun comes first, then the one that may begin the longest. It keeps runs
 * away also before it begins, else a queue that is never empty would never let it begin.
 */
export const holdingReservation = (environmentId: string) => `LEFT JOIN (
  SELECT DISTINCT ON (reservation.environment_id) reservation.environment_id AS held_environment_id,
    reservation.id AS holder_id, reservation.begun_at IS NOT NULL AS holder_has_begun
  FROM reservation WHERE ${isDue}
  ORDER BY reservation.environment_id, reservation.begun_at, reservation.begins_at, reservation.id
) AS held ON held_environment_id = ${environmentId}`;

/** SQL of a condition on a queued run, after `holdingReservation`: neither a reservation nor its limit of waiting keeps it from starting. */
export const runMayStart = `(holder_id IS NULL OR (holder_has_begun AND run.reservation_id = holder_id))
  AND (run.start_by IS NULL OR run.started_at IS NOT NULL OR run.start_by > now())`;
