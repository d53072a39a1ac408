import type { Run } from '../../model/run.ts';
import { parseTraceParent, type TraceParent } from '../../model/trace-parent.ts';
import type { Queryable } from '../database/database.ts';
import { type RunRow, toRuns } from './runs.ts';

/** A finished run whose trace was not exported yet. */
export interface TracedRun {
  run: Run;
  traceParent: TraceParent | undefined;
}

/** The trace parents of runs, and which runs are to be traced. */
export function createTraces({ database }: { database: Queryable }) {
  return {
    /** The caller's span that requested a run. */
    async parentOf(runId: number): Promise<TraceParent | undefined> {
      const [row] = await database.query<{ trace_parent: string | null }>(
        'SELECT trace_parent FROM run WHERE id = $1',
        [runId],
      );
      return toParent(row?.trace_parent);
    },

    /** At most `limit` runs that finished in the last hour. Each is returned once, over all processes. */
    async takeFinished(limit: number): Promise<TracedRun[]> {
      const rows = await database.query<RunRow & { trace_parent: string | null }>(
        `UPDATE run SET traced_at = now() FROM environment
         WHERE environment.id = environment_id AND run.id IN (
           SELECT id FROM run WHERE finished_at > now() - interval '1 hour' AND traced_at IS NULL
           ORDER BY finished_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
         RETURNING run.*, environment.code AS environment_code`,
        [limit],
      );
      const runs = await toRuns(database, rows);
      return runs.map((run, index) => ({ run, traceParent: toParent(rows[index]?.trace_parent) }));
    },
  };
}

const toParent = (column: string | null | undefined) => (column ? parseTraceParent(column) : undefined);
