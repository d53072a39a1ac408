import type { Environment } from '../model/environment.ts';
import type { Queryable } from './database.ts';
import { type EnvironmentRow, environmentColumns, toEnvironment } from './environments.ts';

/** What an environment has to do. */
export interface EnvironmentQueue {
  /** The run that executes there. */
  running: number | undefined;
  queued: number;
}

export type Overview = ReturnType<typeof createOverview>;

/** For people who look at everything at once. */
export function createOverview(deps: { database: Queryable }) {
  return {
    /** The environments whose next run could start if a worker were free, the one that waits longest first. */
    async waiting(limit: number): Promise<Environment[]> {
      const rows = await deps.database.query<EnvironmentRow>(
        `SELECT ${environmentColumns}
         FROM environment
         CROSS JOIN LATERAL (
           SELECT id AS head_id, retry_at FROM run WHERE environment_id = environment.id AND state = 'queued'
           ORDER BY priority DESC, id LIMIT 1
         ) AS head
         WHERE (retry_at IS NULL OR retry_at <= now()) AND removed_at IS NULL AND paused_at IS NULL
           AND NOT EXISTS (SELECT FROM run WHERE environment_id = environment.id AND state = 'running')
         ORDER BY head_id LIMIT $1`,
        [limit],
      );
      return rows.map(toEnvironment);
    },

    /** By the id of the environment; those that have nothing to do are not in it. */
    async queues(): Promise<Map<number, EnvironmentQueue>> {
      const rows = await deps.database.query<{
        environment_id: number;
        running: number | null;
        queued: number;
      }>(
        // Each half reads an index that has nothing else in it, so the history does not matter.
        `SELECT environment_id, max(running) AS running, sum(queued)::int AS queued
         FROM (
           SELECT environment_id, id AS running, 0 AS queued FROM run WHERE state = 'running'
           UNION ALL
           SELECT environment_id, NULL, count(*) FROM run WHERE state = 'queued' GROUP BY environment_id
         ) AS busy GROUP BY environment_id`,
      );
      return new Map(
        rows.map(({ environment_id, running, queued }) => [
          environment_id,
          { running: running ?? undefined, queued },
        ]),
      );
    },
  };
}
