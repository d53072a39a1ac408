import type { ChannelKindName } from '../../model/channel.ts';
import type { Queryable } from '../database/database.ts';

/** The queue of an environment in numbers. */
export interface QueueMetrics {
  /** The code of the environment. */
  environment: string;
  queued: number;
  /** Milliseconds since its oldest queued run was submitted; 0 when none is queued. */
  oldestMs: number;
  running: boolean;
}

/** The messages that wait for the channels of a kind. */
export interface WaitingMessages {
  kind: ChannelKindName;
  waiting: number;
  /** Milliseconds since the oldest was due first, so not the quiet hours before; 0 when none is. */
  oldestMs: number;
}

/**
 * Counts what ended in the same way: results by status, runs by verdict, messages and hooks by state, interrupted attempts and firings by
 * outcome.
 */
export interface EndedCount {
  /** `again`: an interrupted attempt that was followed by another; `attempt`: one that ended the run. */
  kind: 'result' | 'run' | 'attempt' | 'again' | 'firing' | 'message' | 'hook';
  /** The code; empty for a firing, which may concern several environments. The kind of the channel of a message. */
  environment: string;
  outcome: string;
  count: number;
  /** The mean duration of those between two bounds; `undefined` without durations (attempts, runs that never started). */
  meanMs: number | undefined;
}

/** The time window to count in, and the bounds of the histograms. */
export interface MetricsWindow {
  /** The end of the previous window; without it, the window starts `sinceMs` ago. */
  from: Date | undefined;
  sinceMs: number;
  /**
   * The window ends this long before now. A row has the time at which its transaction began, so it may appear later than rows with a
   * later time; after this long, every such transaction has ended.
   */
  settleMs: number;
  /** Bounds of the histogram of results in milliseconds, ascending: durations between two bounds are counted together. */
  resultBoundsMs: readonly number[];
  /** The same for runs. */
  runBoundsMs: readonly number[];
}

/** The metrics that come from the database. The queries read indexes of unfinished or recently ended rows, never the history. */
export function createDatabaseMetrics(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** The queue of each environment. */
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

    /** Milliseconds for which the most overdue schedule has been due; 0 when none is due, `undefined` without a schedule. */
    async scheduleDueMs(): Promise<number | undefined> {
      const [row] = await database.query<{ due_ms: number | null }>(
        'SELECT (extract(epoch FROM now() - min(next_at)) * 1000)::float8 AS due_ms FROM schedule',
      );
      return typeof row?.due_ms === 'number' ? Math.max(0, row.due_ms) : undefined;
    },

    /** Of each kind of which there are channels. */
    async waitingMessages(): Promise<WaitingMessages[]> {
      const rows = await database.query<{ kind: ChannelKindName; waiting: number; oldest_ms: number | null }>(
        `SELECT kind, count(message.id) AS waiting,
           -- A message is given up a day after it was due first, or was retried by a user.
           (extract(epoch FROM now() + interval '1 day' - min(give_up_at)) * 1000)::float8 AS oldest_ms
         FROM channel LEFT JOIN message ON channel_id = channel.id AND state = 'waiting' GROUP BY kind ORDER BY kind`,
      );
      return rows.map(({ kind, waiting, oldest_ms }) => ({
        ...{ kind, waiting },
        oldestMs: Math.max(0, oldest_ms ?? 0),
      }));
    },

    /** Counts what ended in a window, by the clock of the database; the next window starts at `until`. */
    async ended(window: MetricsWindow): Promise<{ until: Date; ended: EndedCount[] }> {
      const [bounds] = await database.query<{ since: Date; until: Date }>(
        // In whole milliseconds, the resolution of Date.
        `SELECT since, greatest(since, present - $3 * interval '1 millisecond') AS until
         FROM (
           SELECT present, coalesce($1::timestamptz, present - $2 * interval '1 millisecond') AS since
           FROM (SELECT date_trunc('milliseconds', now()) AS present) AS clock
         ) AS span`,
        [window.from ?? null, window.sinceMs + window.settleMs, window.settleMs],
      );
      const { since, until } = bounds as { since: Date; until: Date };
      const rows = await database.query<Omit<EndedCount, 'meanMs'> & { mean_ms: number | null }>(
        `SELECT ended.kind, coalesce(code, channel_kind, '') AS environment, outcome, count(*) AS count, avg(ms) AS mean_ms
         FROM (
           SELECT 'result' AS kind, environment_id, NULL AS channel_kind, status AS outcome, duration_ms::float8 AS ms,
             width_bucket(duration_ms::float8, $3::float8[]) AS place
           FROM result JOIN run ON run.id = run_id WHERE recorded_at >= $1 AND recorded_at < $2
           UNION ALL
           SELECT 'run', environment_id, NULL, verdict, ms, width_bucket(ms, $4::float8[])
           FROM run, LATERAL (SELECT (extract(epoch FROM finished_at - started_at) * 1000)::float8 AS ms) AS took
           WHERE finished_at >= $1 AND finished_at < $2
           UNION ALL
           SELECT CASE WHEN run.state = 'finished' AND run.attempt = attempt.attempt THEN 'attempt' ELSE 'again' END,
             environment_id, NULL, outcome, NULL, NULL
           FROM attempt JOIN run ON run.id = run_id
           WHERE ended_at >= $1 AND ended_at < $2 AND outcome IN ('lost', 'handed-back', 'broken')
           UNION ALL
           SELECT 'firing', NULL, NULL, outcome, NULL, NULL FROM schedule_firing WHERE fired_at >= $1 AND fired_at < $2
           UNION ALL
           SELECT 'hook', environment_id, NULL, state, NULL, NULL FROM run_hook WHERE ended_at >= $1 AND ended_at < $2
           UNION ALL
           SELECT 'message', NULL, kind, state, NULL, NULL FROM channel, LATERAL (
             SELECT state FROM message WHERE channel_id = channel.id AND state = 'sent' AND ended_at >= $1 AND ended_at < $2
             UNION ALL
             SELECT state FROM message WHERE channel_id = channel.id AND state = 'given-up' AND ended_at >= $1 AND ended_at < $2
           ) AS told
         ) AS ended LEFT JOIN environment ON environment.id = environment_id
         GROUP BY ended.kind, code, channel_kind, outcome, place`,
        [since, until, window.resultBoundsMs, window.runBoundsMs],
      );
      return { until, ended: rows.map(({ mean_ms, ...row }) => ({ ...row, meanMs: mean_ms ?? undefined })) };
    },
  };
}
