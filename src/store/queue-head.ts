/**
 * The next run of each environment: of the highest priority, then the oldest. To be put after `FROM environment`; adds the
 * columns `head_id`, `queued_at` and `retry_at`. Environments without a queued run drop out.
 */
export const queueHead = `CROSS JOIN LATERAL (
  SELECT id AS head_id, queued_at, retry_at FROM run
  WHERE environment_id = environment.id AND state = 'queued' ORDER BY priority DESC, id LIMIT 1
) AS head`;

/** Environments that may execute a run: not removed, not paused, and not busy with one. */
export const environmentIsFree = `removed_at IS NULL AND paused_at IS NULL
  AND environment.id NOT IN (SELECT environment_id FROM run WHERE state = 'running')`;

/** With `queueHead`: environments whose next run could start now if a worker took it. */
export const headCanStart = `${environmentIsFree} AND (retry_at IS NULL OR retry_at <= now())`;
