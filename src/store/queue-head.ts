import { holdingReservation, runMayStart } from './reservation-in-force.ts';

/**
 * SQL of a condition: `retry_at` holds the run back only from older processes that do not know how to execute it, see the migrations 0041
 * and 0053.
 */
export const isHeldFromOlder = 'coalesce(retry_at IN (held_until, playwright_held_until), false)';

/** SQL of when a run is retried after a transient fault. */
export const ownRetryAt = `CASE WHEN NOT ${isHeldFromOlder} THEN retry_at END`;

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
