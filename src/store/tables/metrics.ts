import type { Queryable } from '../database/database.ts';

/** What an environment has to do, in numbers. */
export interface QueueMetrics {
  /** The code of the environment. */
  environment: string;
  queued: number;
  /** Since its oldest queued run was submitted; 0 when none is queued. */
  oldestMs: number;
  running: boolean;
}

/** Things that ended alike: results by status, runs by verdict, interrupted attempts and firings of schedules by outcome. */
export interface Ended {
  /** `again`: an interrupted attempt after which the run went on; `attempt`: one after which it did not. */
  kind: 'result' | 'run' | 'attempt' | 'again' | 'firing';
  /** Empty for a firing, which may be on several. */
  environment: string;
  outcome: string;
  count: number;
  /** The mean of those between two bounds; `undefined` where nothing took time (a run that never started, an attempt). */
  meanMs: number | undefined;
}

/** Where to look, and how fine. */
export interface Span {
  /** Up to where it was counted before; without it, the last `sinceMs`. */
  from: Date | undefined;
  sinceMs: number;
  /**
   * How much of the latest past is left for the next time. A row carries the time at which its transaction began, so it may
   * appear later than others with a later time; after this long none is under way any more.
   */
  settleMs: number;
  /** Durations between two neighbours are put together, in milliseconds, ascending. */
  resultBoundsMs: readonly number[];
  runBoundsMs: readonly number[];
}

export type Figures = ReturnType<typeof createFigures>;

/** What Prometheus is told of the database. Its queries read indexes of what is under way or ended lately, never the history. */
export function createFigures(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Every environment. */
    async queues(): Promise<QueueMetrics[]> {
      const rows = await database.query<{
        code: string;
        queued: number | null;
        oldest_ms: number | null;
        running: boolean;
      }>(
        `SELECT code, queued, oldest_ms, busy.environment_id IS NOT NULL AS running
         FROM environment
         LEFT JOIN (
           SELECT environment_id, count(*) AS queued,
             (extract(epoch FROM now() - min(queued_at)) * 1000)::float8 AS oldest_ms
           FROM run WHERE state = 'queued' GROUP BY environment_id
         ) AS waiting ON waiting.environment_id = environment.id
         LEFT JOIN (SELECT environment_id FROM run WHERE state = 'running') AS busy ON busy.environment_id = environment.id
         WHERE removed_at IS NULL ORDER BY code`,
      );
      return rows.map(({ code, queued, oldest_ms, running }) => ({
        environment: code,
        queued: queued ?? 0,
        oldestMs: Math.max(0, oldest_ms ?? 0),
        running,
      }));
    },

    /** For how long the most overdue schedule is due; 0 when none is, `undefined` when there is none. */
    async scheduleDueMs(): Promise<number | undefined> {
      const [row] = await database.query<{ due_ms: number | null }>(
        'SELECT (extract(epoch FROM now() - min(next_at)) * 1000)::float8 AS due_ms FROM schedule',
      );
      return typeof row?.due_ms === 'number' ? Math.max(0, row.due_ms) : undefined;
    },

    /** What ended in a span of time, by the clock of the database; `until` is where the next span begins. */
    async ended(span: Span): Promise<{ until: Date; ended: Ended[] }> {
      const [bounds] = await database.query<{ since: Date; until: Date }>(
        // In whole milliseconds, because a Date has no finer ones.
        `SELECT since, greatest(since, present - $3 * interval '1 millisecond') AS until
         FROM (
           SELECT present, coalesce($1::timestamptz, present - $2 * interval '1 millisecond') AS since
           FROM (SELECT date_trunc('milliseconds', now()) AS present) AS clock
         ) AS span`,
        [span.from ?? null, span.sinceMs + span.settleMs, span.settleMs],
      );
      const { since, until } = bounds as { since: Date; until: Date };
      const rows = await database.query<Omit<Ended, 'meanMs'> & { mean_ms: number | null }>(
        `SELECT kind, coalesce(code, '') AS environment, outcome, count(*) AS count, avg(ms) AS mean_ms
         FROM (
           SELECT 'result' AS kind, environment_id, status AS outcome, duration_ms::float8 AS ms,
             width_bucket(duration_ms::float8, $3::float8[]) AS place
           FROM result JOIN run ON run.id = run_id WHERE recorded_at >= $1 AND recorded_at < $2
           UNION ALL
           SELECT 'run', environment_id, verdict, ms, width_bucket(ms, $4::float8[])
           FROM run, LATERAL (SELECT (extract(epoch FROM finished_at - started_at) * 1000)::float8 AS ms) AS took
           WHERE finished_at >= $1 AND finished_at < $2
           UNION ALL
           SELECT CASE WHEN run.state = 'finished' AND run.attempt = attempt.attempt THEN 'attempt' ELSE 'again' END,
             environment_id, outcome, NULL, NULL
           FROM attempt JOIN run ON run.id = run_id
           WHERE ended_at >= $1 AND ended_at < $2 AND outcome IN ('lost', 'handed-back', 'broken')
           UNION ALL
           SELECT 'firing', NULL, outcome, NULL, NULL FROM schedule_firing WHERE fired_at >= $1 AND fired_at < $2
         ) AS ended LEFT JOIN environment ON environment.id = environment_id
         GROUP BY kind, code, outcome, place`,
        [since, until, span.resultBoundsMs, span.runBoundsMs],
      );
      return { until, ended: rows.map(({ mean_ms, ...row }) => ({ ...row, meanMs: mean_ms ?? undefined })) };
    },
  };
}
