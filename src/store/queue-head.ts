import { holdingReservation, runMayStart } from './reservation-in-force.ts';

/**
 * SQL of when a run is retried after a transient fault. Runs that older processes do not know how to execute are held back from them by
 * the same column (see the migration 0041), which does not matter here.
 */
export const ownRetryAt = 'CASE WHEN retry_at IS DISTINCT FROM held_until THEN retry_at END';

/**
 * SQL of the next run of each environment: the highest priority first, then the oldest, without those that a reservation keeps waiting.
 * Goes after `FROM environment`; adds the columns `head_id`, `queued_at` and `retry_at`, and drops environments without such a run.
 */
export const queueHead = `${holdingReservation('environment.id')}
 CROSS JOIN LATERAL (
  SELECT id AS head_id, queued_at, ${ownRetryAt} AS retry_at FROM run
  WHERE environment_id = environment.id AND state = 'queued' AND ${runMayStart} ORDER BY priority DESC, id LIMIT 1
) AS head`;

/** SQL of a condition: the environment may execute a run, because it is not removed, not paused and has no running run. */
export const environmentIsFree = `removed_at IS NULL AND paused_at IS NULL
  AND environment.id NOT IN (SELECT environment_id FROM run WHERE state = 'running')`;

/** SQL of a condition, with `queueHead`: a worker could start the next run of the environment now. */
export const headCanStart = `${environmentIsFree} AND (retry_at IS NULL OR retry_at <= now())`;
