import type { Queryable } from './database.ts';

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
    /** By the id of the environment; those that have nothing to do are not in it. */
    async queues(): Promise<Map<number, EnvironmentQueue>> {
      const rows = await deps.database.query<{
        environment_id: number;
        running: number | null;
        queued: number;
      }>(
        `SELECT environment_id, max(id) FILTER (WHERE state = 'running') AS running,
           count(*) FILTER (WHERE state = 'queued') AS queued
         FROM run WHERE state <> 'finished' GROUP BY environment_id`,
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
