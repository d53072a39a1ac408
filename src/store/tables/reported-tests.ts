import type { AppliedQuarantine } from '../../model/quarantine.ts';
import type { Result } from '../../model/result.ts';
import type { Queryable } from '../database/database.ts';
import { type StoredQuarantine, toApplied } from './plans.ts';
import { maxLongCharacters, type ResultRow, resultColumns, toResult } from './results.ts';

/** A planned test of a run with its results. */
export interface RecordedTest {
  position: number;
  test: string;
  suite: string | undefined;
  /** Of all attempts, in their order. */
  results: (Result & { cause: string | undefined })[];
  /** The quarantine that covered its failure when the run was judged. */
  quarantine: AppliedQuarantine | undefined;
}

/** How much a report of a run is. */
export interface RunMeasure {
  results: number;
  /** Of the messages as `page` reads them; at most this many. */
  characters: number;
  /** The limit of a long message. */
  maxMessage: number;
  /** Of the last planned test; -1 without any. */
  lastPosition: number;
  /** Planned tests by their last results. `covered`: failed, and a quarantine covers it; `missing`: without a result. */
  counts: {
    passed: number;
    failed: number;
    covered: number;
    broken: number;
    skipped: number;
    missing: number;
  };
  /** The duration of these results together. */
  durationMs: number;
}

export type ReportedTests = ReturnType<typeof createReportedTests>;

/** Of a message that is never cut. */
const shortLength = 1000;
/** Planned tests that one query counts: the embedded database executes a query in the event loop, which does not turn meanwhile. */
const countedTests = 2_000;
/** A run may be waiting for its next attempt: then a quarantine of the last one says nothing. */
const isCovered = `result.status = 'failed' AND quarantine.id IS NOT NULL
  AND (run.state = 'finished' OR result.attempt > coalesce(redo_after, 0))`;

/**
 * Reads runs for reports, page by page: neither a cursor nor a connection is held between two pages, so a slow reader costs nothing. A
 * plan does not change once it is made, so a page begins where the one before ended.
 */
export function createReportedTests(deps: { database: Queryable }) {
  const { database } = deps;
  return {
    /** Reads no message, only their lengths in bytes, which the database knows without them. */
    async measure(runId: number): Promise<RunMeasure> {
      const [sizes] = await database.query<SizeRow>(
        `SELECT count(*)::int AS results, count(*) FILTER (WHERE octet_length(message) > ${shortLength})::int AS long,
           coalesce(sum(octet_length(message)) FILTER (WHERE octet_length(message) <= ${shortLength}), 0)::bigint AS short_bytes,
           (SELECT coalesce(max(position), -1) FROM planned_test WHERE run_id = $1)::int AS last_position
         FROM result WHERE run_id = $1`,
        [runId],
      );
      const { results, long, short_bytes, last_position: lastPosition } = sizes as SizeRow;
      const maxMessage = Math.max(shortLength, Math.floor(maxLongCharacters / Math.max(1, long)));
      const longCharacters = long === 0 ? 0 : await measureLong(database, runId, maxMessage);
      let durationMs = 0;
      const counts = { passed: 0, failed: 0, covered: 0, broken: 0, skipped: 0, missing: 0 };
      for (let after = -1; after < lastPosition; after += countedTests) {
        for (const { outcome, tests, ms } of await count(database, runId, after)) {
          counts[outcome] += tests;
          durationMs += ms;
        }
      }
      return {
        ...{ results, counts, durationMs, lastPosition },
        ...{ characters: short_bytes + longCharacters, maxMessage },
      };
    },

    /** The planned tests at the next `limit` positions, in the order of the plan. */
    async page(
      runId: number,
      { after, limit, maxMessage }: { after: number; limit: number; maxMessage: number },
    ): Promise<RecordedTest[]> {
      const rows = await database.query<PageRow>(
        `SELECT planned.position, planned.test AS planned_test, planned.suite AS planned_suite, ${resultColumns.join(', ')},
           CASE WHEN octet_length(result.message) > ${shortLength} THEN left(result.message, $4) ELSE result.message END AS message,
           CASE WHEN ${isCovered} THEN json_build_object('id', quarantine.id, 'owner', owner, 'reason', quarantine.reason,
             'ends', extract(epoch FROM ends_at) * 1000) END AS quarantine
         FROM (
           SELECT run_id, position, test, suite, quarantine_id, redo_after FROM planned_test
           WHERE run_id = $1 AND position > $2 AND position <= $2 + $3::int
         ) AS planned
         JOIN run ON run.id = planned.run_id
         LEFT JOIN result ON result.run_id = planned.run_id AND result.test = planned.test AND result.suite = planned.suite
         LEFT JOIN quarantine ON quarantine.id = quarantine_id
         ORDER BY planned.position, result.attempt`,
        [runId, after, limit, maxMessage],
      );
      const tests = new Map<number, RecordedTest>();
      for (const row of rows) {
        const { position, planned_test: test, planned_suite: suite } = row;
        const tested = tests.get(position) ?? {
          ...{ position, test, suite: suite || undefined, results: [], quarantine: undefined },
        };
        tests.set(position, tested);
        if (row.attempt !== null)
          tested.results.push({ ...toResult(row as ResultRow), cause: row.cause ?? undefined });
        // That of the last attempt.
        tested.quarantine = row.quarantine === null ? undefined : toApplied(row.quarantine);
      }
      return [...tests.values()];
    },
  };
}

/** What `page` reads of the long messages of a run, in bytes before they are shortened to characters. */
async function measureLong(database: Queryable, runId: number, maxMessage: number): Promise<number> {
  const [row] = await database.query<{ bytes: number }>(
    `SELECT sum(least(octet_length(message), $2::int))::bigint AS bytes FROM result
     WHERE run_id = $1 AND octet_length(message) > ${shortLength}`,
    [runId, maxMessage],
  );
  return row?.bytes ?? 0;
}

/** Counts the planned tests at the next positions by their last results. */
const count = (database: Queryable, runId: number, after: number): Promise<CountRow[]> =>
  database.query<CountRow>(
    `SELECT CASE WHEN covered THEN 'covered' ELSE coalesce(status, 'missing') END AS outcome, count(*)::int AS tests,
       coalesce(sum(duration_ms), 0)::bigint AS ms
     FROM (
       SELECT DISTINCT ON (position) result.status, result.duration_ms, ${isCovered} AS covered
       FROM planned_test JOIN run ON run.id = planned_test.run_id
       LEFT JOIN result ON result.run_id = planned_test.run_id AND result.test = planned_test.test
         AND result.suite = planned_test.suite
       LEFT JOIN quarantine ON quarantine.id = quarantine_id
       WHERE planned_test.run_id = $1 AND position > $2 AND position <= $2 + ${countedTests}
       ORDER BY position, result.attempt DESC
     ) AS last GROUP BY 1`,
    [runId, after],
  );

interface SizeRow {
  results: number;
  long: number;
  short_bytes: number;
  last_position: number;
}

interface CountRow {
  outcome: keyof RunMeasure['counts'];
  tests: number;
  ms: number;
}

/** Without a result its columns are null. */
interface PageRow extends Omit<ResultRow, 'attempt'> {
  position: number;
  planned_test: string;
  planned_suite: string;
  attempt: number | null;
  quarantine: StoredQuarantine | null;
}
