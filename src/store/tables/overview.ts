import type { Environment } from '../../model/environment.ts';
import type { Counts, Run, RunPhase, Verdict } from '../../model/run.ts';
import { describeSelection, type Selection } from '../../model/selection.ts';
import type { Queryable } from '../database/database.ts';
import { headCanStart, queueHead } from '../queue-head.ts';
import { type EnvironmentRow, environmentColumns, toEnvironment } from './environments.ts';
import { countedStatuses, toCounts } from './runs.ts';

/** What an environment has to do. */
export interface EnvironmentQueue {
  /** The run that executes there. */
  running: number | undefined;
  queued: number;
  /** Since its oldest queued run was submitted. */
  oldestMs: number | undefined;
}

/** A run as a bar shows it: of what it selects only the beginning, because there may be ten thousand names. */
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

/** How far a run is that executes. */
export interface Progress {
  runId: number;
  environmentId: number;
  workerId: string;
  counts: Counts;
  /** Places in the plan, from 1, of the tests that have no result or are tried again. */
  open: number[];
  current: { test: string; suite: string | undefined; position: number; startedAt: Date }[];
}

/** A run that waits. */
export interface WaitingRun
  extends Pick<
    Run,
    'id' | 'environmentId' | 'environmentCode' | 'priority' | 'requestedBy' | 'queuedAt' | 'retryAt'
  > {
  summary: string;
  /** 1 for the one that its environment executes next. */
  position: number;
  /** How long runs with the same selection took: on this environment, else on others. */
  expectedMs: number | undefined;
}

export type Overview = ReturnType<typeof createOverview>;

/** For people who look at everything at once. */
export function createOverview(deps: { database: Queryable }) {
  return {
    /**
     * The environments whose next run could start if a worker were free, the one that waits longest first. With a host, those
     * whose container another host has are left out.
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
     * Runs that overlap a window: of each environment those that finished in it or up to a day after it, the newest `most`, and
     * one more if there are more; and those that run now. The oldest first.
     */
    async bars(from: Date, to: Date, most: number): Promise<Bar[]> {
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
        [from, to, most + 1],
      );
      return rows.map(toBar);
    },

    /** Of all runs that execute. */
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
             SELECT status FROM result
             WHERE result.run_id = run.id AND result.test = planned_test.test AND result.suite = planned_test.suite
             ORDER BY attempt DESC LIMIT 1
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

    /** The first `most` of those that wait: the heads of all environments, then those behind them, and so on. */
    async waitingRuns(most: number): Promise<WaitingRun[]> {
      const rows = await deps.database.query<WaitingRow>(
        // Two steps, so that only the runs which are told are read as a whole.
        `WITH first AS (
           SELECT head.id, position FROM environment
           CROSS JOIN LATERAL (
             SELECT id, row_number() OVER (ORDER BY priority DESC, id) AS position FROM run
             WHERE environment_id = environment.id AND state = 'queued' ORDER BY priority DESC, id LIMIT $1
           ) AS head
           ORDER BY position, head.id LIMIT $1
         )
         SELECT ${shortSelection}, run.id, environment_id, code, priority, requested_by, queued_at, retry_at, position,
           coalesce(own.ms, elsewhere.ms) AS expected_ms
         FROM first JOIN run ON run.id = first.id JOIN environment ON environment.id = environment_id
         LEFT JOIN LATERAL (${tookAlike('AND past.environment_id = run.environment_id')}) AS own ON true
         LEFT JOIN LATERAL (${tookAlike('AND own.ms IS NULL')}) AS elsewhere ON true
         ORDER BY position, run.id`,
        [most],
      );
      return rows.map((row) => ({
        id: row.id,
        environmentId: row.environment_id,
        environmentCode: row.code,
        priority: row.priority,
        requestedBy: row.requested_by,
        queuedAt: row.queued_at,
        retryAt: row.retry_at ?? undefined,
        summary: summaryOf(row),
        position: Number(row.position),
        expectedMs: row.expected_ms ?? undefined,
      }));
    },

    /** By the id of the environment; those that have nothing to do are not in it. */
    async queues(): Promise<Map<number, EnvironmentQueue>> {
      const rows = await deps.database.query<{
        environment_id: number;
        running: number | null;
        queued: number;
        oldest_ms: number | null;
      }>(
        // Each half reads an index that has nothing else in it, so the history does not matter.
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

const shownNames = 3;

/** The first names of each list of a selection, and how long the lists are. */
const shortSelection = (() => {
  const lists = ['tests', 'groups', 'suites', 'exclude'];
  const first = lists.map(
    (list) => `'${list}', jsonb_path_query_array(selection, '$.${list}[0 to ${shownNames - 1}]')`,
  );
  const lengths = lists.map((list) => `jsonb_array_length(selection -> '${list}')`);
  return `jsonb_build_object('all', selection -> 'all', ${first.join(', ')}) AS beginning, ${lengths.join(' + ')} AS names`;
})();

function summaryOf({ beginning, names }: { beginning: unknown; names: number }): string {
  const selection = beginning as Selection;
  const shown = [selection.tests, selection.groups, selection.suites, selection.exclude].flat().length;
  const rest = Number(names) - shown;
  return `${describeSelection(selection)}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** SQL of the mean of the last three runs that selected the same as `run` and executed it. */
const tookAlike = (condition: string) => `
  SELECT avg(ms) AS ms FROM (
    SELECT (extract(epoch FROM past.finished_at - past.started_at) * 1000)::float8 AS ms FROM run AS past
    WHERE md5(past.selection::text) = md5(run.selection::text) AND past.verdict IN ('passed', 'failed') ${condition}
    ORDER BY past.environment_id, past.id DESC LIMIT 3
  ) AS alike`;

const barColumns = `id, environment_id, ${shortSelection}, state, phase, verdict, reason_code, counts, started_at, finished_at,
  requested_by, commit_id, commit_subject, attempt`;

interface ShortSelection {
  beginning: unknown;
  names: number;
}

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
