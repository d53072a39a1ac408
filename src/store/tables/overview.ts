import type { Environment } from '../../model/environment.ts';
import type { Counts, Run, RunPhase, Verdict } from '../../model/run.ts';
import type { Queryable } from '../database/database.ts';
import { headCanStart, ownRetryAt, queueHead } from '../queue-head.ts';
import { type EnvironmentRow, environmentColumns, toEnvironment } from './environments.ts';
import { type LatestRun, readLatestRuns } from './latest-runs.ts';
import { countedStatuses, toCounts } from './run-counts.ts';
import { type ShortSelection, shortSelection, summaryOf } from './short-selection.ts';
import { meanOfSimilarRuns } from './similar-runs.ts';

/** The queue of an environment. */
export interface EnvironmentQueue {
  /** The id of the run that executes there. */
  running: number | undefined;
  queued: number;
  /** Milliseconds since its oldest queued run was submitted. */
  oldestMs: number | undefined;
}

/** A run as a bar of the overview: without its whole selection, which may have ten thousand names. */
export interface Bar
  extends Pick<
    Run,
    | 'id'
    | 'environmentId'
    | 'phase'
    | 'verdict'
    | 'counts'
    | 'finishedAt'
    | 'requestedBy'
    | 'commit'
    | 'attempt'
  > {
  summary: string;
  state: 'running' | 'finished';
  reason: string | undefined;
  startedAt: Date;
}

/** The progress of a running run. */
export interface Progress {
  runId: number;
  environmentId: number;
  workerId: string;
  counts: Counts;
  /** Positions in the plan, from 1, of the tests that have no result or are retried. */
  open: number[];
  current: { test: string; suite: string | undefined; position: number; startedAt: Date }[];
}

/** A queued run. */
export interface WaitingRun
  extends Pick<
    Run,
    | 'id'
    | 'environmentId'
    | 'environmentCode'
    | 'priority'
    | 'requestedBy'
    | 'queuedAt'
    | 'retryAt'
    | 'startedAt'
    | 'startBy'
    | 'reservationId'
  > {
  summary: string;
  /** The position in the queue of its environment; 1 is executed next. */
  position: number;
  /** The mean duration of earlier runs with the same selection, on this environment, else on others; of a retry, that of its tests. */
  expectedMs: number | undefined;
}

export type Overview = ReturnType<typeof createOverview>;

/** Queries over all environments. */
export function createOverview(deps: { database: Queryable }) {
  return {
    /**
     * The environments whose next run could start if a worker were free, the longest waiting first. With a host, without those whose
     * container is on another host.
     */
    async waiting(limit: number, host?: string): Promise<Environment[]> {
      const rows = await deps.database.query<EnvironmentRow>(
        `SELECT ${environmentColumns}
         FROM environment
         ${queueHead}
         WHERE ${headCanStart} AND (host IS NULL OR $2::text IS NULL OR host = $2)
         ORDER BY head_id LIMIT $1`,
        [limit, host ?? null],
      );
      return rows.map(toEnvironment);
    },

    /**
     * Runs that overlap a window: of each environment the newest `max` that finished in it or up to a day after it, and one more if there
     * are more; and all running ones. The oldest first.
     */
    async bars(from: Date, to: Date, max: number): Promise<Bar[]> {
      const rows = await deps.database.query<BarRow>(
        `SELECT bar.* FROM environment
         CROSS JOIN LATERAL (
           SELECT ${barColumns} FROM run
           WHERE environment_id = environment.id AND started_at <= $2
             AND finished_at >= $1 AND finished_at <= $2::timestamptz + interval '1 day'
           ORDER BY finished_at DESC LIMIT $3
         ) AS bar
         WHERE removed_at IS NULL
         UNION ALL
         SELECT ${barColumns} FROM run WHERE state = 'running' AND started_at IS NOT NULL
         ORDER BY started_at, id`,
        [from, to, max + 1],
      );
      return rows.map(toBar);
    },

    /** The newest finished run of each environment, and why it failed. */
    latest: (): Promise<LatestRun[]> => readLatestRuns(deps.database),

    /** The progress of all running runs. */
    async progress(): Promise<Progress[]> {
      const rows = await deps.database.query<{
        run_id: number;
        environment_id: number;
        worker_id: string;
        counts: unknown;
        open: number[];
        current: { test: string; suite: string; position: number; at: number }[] | null;
      }>(
        `SELECT run.id AS run_id, environment_id, worker_id, planned.*
         FROM run CROSS JOIN LATERAL (
           SELECT ${countedStatuses} AS counts,
             coalesce(array_agg(position) FILTER (WHERE status IS NULL OR started_at IS NOT NULL), '{}') AS open,
             json_agg(json_build_object('test', test, 'suite', suite, 'position', position,
               'at', extract(epoch FROM started_at) * 1000) ORDER BY position)
               FILTER (WHERE started_at IS NOT NULL) AS current
           FROM planned_test LEFT JOIN LATERAL (
             SELECT status, run.attempt > 1 AND status = 'passed' AND EXISTS (
               SELECT FROM result AS earlier
               WHERE earlier.run_id = run.id AND earlier.test = planned_test.test AND earlier.suite = planned_test.suite
                 AND earlier.status = 'failed'
             ) AS failed_before
             FROM result
             WHERE result.run_id = run.id AND result.test = planned_test.test AND result.suite = planned_test.suite
               AND result.attempt > coalesce(redo_after, 0)
             ORDER BY result.attempt DESC LIMIT 1
           ) AS latest ON true
           WHERE planned_test.run_id = run.id
         ) AS planned
         WHERE state = 'running'`,
      );
      return rows.map(({ run_id, environment_id, worker_id, counts, open, current }) => ({
        runId: run_id,
        environmentId: environment_id,
        workerId: worker_id,
        counts: toCounts(counts),
        open,
        current: (current ?? []).map(({ test, suite, position, at }) => ({
          test,
          suite: suite || undefined,
          position,
          startedAt: new Date(at),
        })),
      }));
    },

    /** The first `max` queued runs: the next runs of all environments, then the ones behind them, and so on. */
    async waitingRuns(max: number): Promise<WaitingRun[]> {
      const rows = await deps.database.query<WaitingRow>(
        // In two steps, so that only the returned runs are read in full.
        `WITH first AS (
           SELECT head.id, position FROM environment
           CROSS JOIN LATERAL (
             SELECT id, row_number() OVER (ORDER BY priority DESC, id) AS position FROM run
             WHERE environment_id = environment.id AND state = 'queued' ORDER BY priority DESC, id LIMIT $1
           ) AS head
           ORDER BY position, head.id LIMIT $1
         )
         SELECT ${shortSelection}, run.id, environment_id, code, priority, requested_by, queued_at, ${ownRetryAt} AS retry_at, position,
            started_at, start_by, reservation_id,
           CASE WHEN retried_after > 0 THEN again.ms ELSE coalesce(own.ms, elsewhere.ms) END AS expected_ms
         FROM first JOIN run ON run.id = first.id JOIN environment ON environment.id = environment_id
         LEFT JOIN LATERAL (${meanOfSimilarRuns('AND past.environment_id = run.environment_id')}) AS own ON true
         LEFT JOIN LATERAL (${meanOfSimilarRuns('AND own.ms IS NULL')}) AS elsewhere ON true
         LEFT JOIN LATERAL (
           SELECT sum((SELECT avg(ms) FROM unnest(recent_ms) AS ms))::float8 AS ms
           FROM planned_test JOIN test_duration USING (test, suite)
           WHERE retried_after > 0 AND run_id = run.id AND redo_after >= retried_after
             AND test_duration.environment_id = run.environment_id
         ) AS again ON true
         ORDER BY position, run.id`,
        [max],
      );
      return rows.map((row) => ({
        id: row.id,
        environmentId: row.environment_id,
        environmentCode: row.code,
        priority: row.priority,
        requestedBy: row.requested_by,
        queuedAt: row.queued_at,
        retryAt: row.retry_at ?? undefined,
        startedAt: row.started_at ?? undefined,
        startBy: row.start_by ?? undefined,
        reservationId: row.reservation_id ?? undefined,
        summary: summaryOf(row),
        position: Number(row.position),
        expectedMs: row.expected_ms ?? undefined,
      }));
    },

    /** The numbers of open alerts, of running and queued runs, and of environments whose last run that was not cancelled failed or was broken. */
    async attention(): Promise<{ alerts: number; running: number; queued: number; failing: number }> {
      const [row] = await deps.database.query<{
        alerts: number;
        running: number;
        queued: number;
        failing: number;
      }>(
        `SELECT (SELECT count(*)::int FROM alert WHERE ended_at IS NULL) AS alerts,
           (SELECT count(*)::int FROM run WHERE state = 'running') AS running,
           (SELECT count(*)::int FROM run WHERE state = 'queued') AS queued,
           (SELECT count(*)::int FROM environment CROSS JOIN LATERAL (
             SELECT verdict FROM run
             WHERE environment_id = environment.id AND state = 'finished' AND verdict <> 'cancelled'
             ORDER BY id DESC LIMIT 1
           ) AS last WHERE removed_at IS NULL AND verdict IN ('failed', 'broken')) AS failing`,
      );
      return row ?? { alerts: 0, running: 0, queued: 0, failing: 0 };
    },

    /** The queues by the id of the environment; without those that have neither a running nor a queued run. */
    async queues(): Promise<Map<number, EnvironmentQueue>> {
      const rows = await deps.database.query<{
        environment_id: number;
        running: number | null;
        queued: number;
        oldest_ms: number | null;
      }>(
        // Each half reads a partial index without finished runs, so the length of the history does not matter.
        `SELECT environment_id, max(running) AS running, sum(queued)::int AS queued,
           (extract(epoch FROM now() - min(oldest)) * 1000)::float8 AS oldest_ms
         FROM (
           SELECT environment_id, id AS running, 0 AS queued, NULL AS oldest FROM run WHERE state = 'running'
           UNION ALL
           SELECT environment_id, NULL, count(*), min(queued_at) FROM run WHERE state = 'queued' GROUP BY environment_id
         ) AS busy GROUP BY environment_id`,
      );
      return new Map(
        rows.map(({ environment_id, running, queued, oldest_ms }) => [
          environment_id,
          { running: running ?? undefined, queued, oldestMs: oldest_ms ?? undefined },
        ]),
      );
    },
  };
}

const barColumns = `id, environment_id, ${shortSelection}, state, phase, verdict, reason_code, counts, started_at, finished_at,
  requested_by, commit_id, commit_subject, attempt`;

interface BarRow extends ShortSelection {
  id: number;
  environment_id: number;
  state: 'running' | 'finished';
  phase: RunPhase | null;
  verdict: Verdict | null;
  reason_code: string | null;
  counts: unknown;
  started_at: Date;
  finished_at: Date | null;
  requested_by: string;
  commit_id: string | null;
  commit_subject: string | null;
  attempt: number;
}

interface WaitingRow extends ShortSelection {
  id: number;
  environment_id: number;
  code: string;
  priority: number;
  requested_by: string;
  queued_at: Date;
  retry_at: Date | null;
  started_at: Date | null;
  start_by: Date | null;
  reservation_id: number | null;
  position: number;
  expected_ms: number | null;
}

function toBar(row: BarRow): Bar {
  return {
    id: row.id,
    environmentId: row.environment_id,
    summary: summaryOf(row),
    state: row.state,
    phase: row.phase ?? undefined,
    verdict: row.verdict ?? undefined,
    reason: row.reason_code ?? undefined,
    counts: toCounts(row.counts ?? {}),
    startedAt: row.started_at,
    finishedAt: row.finished_at ?? undefined,
    requestedBy: row.requested_by,
    commit: row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
    attempt: row.attempt,
  };
}
