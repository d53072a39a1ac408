import type { Counts, Reason, Verdict } from '../../model/run.ts';
import type { Queryable } from '../database/database.ts';
import { type ReasonColumns, toReason } from './reason-columns.ts';
import { toCounts } from './run-counts.ts';
import { type ShortSelection, shortSelection, summaryOf } from './short-selection.ts';

/** The newest finished run of an environment, and why it failed. */
export interface LatestRun {
  id: number;
  environmentId: number;
  summary: string;
  verdict: Exclude<Verdict, 'cancelled'>;
  reason: Reason | undefined;
  counts: Counts;
  requestedBy: string;
  finishedAt: Date;
  /** The most frequent cause of its failed and broken tests. */
  failure:
    | {
        /** Equal for failures with the same cause, also in other runs. */
        cause: string;
        /** The first of its tests by name, and its message. */
        test: string;
        message: string | undefined;
        /** How many tests have the cause. */
        tests: number;
        /** How many tests of the run failed that passed before, for whatever cause. */
        newFailures: number;
      }
    | undefined;
}

const maxMessageCharacters = 400;

/** The newest finished run of each environment, however old; without cancelled ones, which say nothing of the shop. */
export async function readLatestRuns(database: Queryable): Promise<LatestRun[]> {
  const rows = await database.query<LatestRow>(
    `SELECT latest.*, failure.* FROM environment
     CROSS JOIN LATERAL (
       SELECT id, environment_id, ${shortSelection}, verdict, reason_code,
         left(reason_message, ${maxMessageCharacters}) AS reason_message, counts, requested_by, finished_at
       FROM run
       WHERE environment_id = environment.id AND finished_at IS NOT NULL AND verdict <> 'cancelled'
       ORDER BY finished_at DESC LIMIT 1
     ) AS latest
     LEFT JOIN LATERAL (
       SELECT coalesce(cause, reason_code, '') AS cause, min(test) AS test, count(*)::int AS tests,
         (array_agg(left(coalesce(message, reason_message), ${maxMessageCharacters}) ORDER BY test))[1] AS message,
         (sum(count(*) FILTER (WHERE status = 'failed' AND history LIKE '%.')) OVER ())::int AS new_failures
       FROM result
       WHERE run_id = latest.id AND status IN ('failed', 'broken')
         AND NOT EXISTS (
           SELECT FROM result AS later
           WHERE later.run_id = result.run_id AND later.test = result.test AND later.suite = result.suite
             AND later.attempt > result.attempt
         )
       GROUP BY 1 ORDER BY count(*) DESC, min(test) LIMIT 1
     ) AS failure ON verdict IN ('failed', 'broken')
     WHERE removed_at IS NULL`,
  );
  return rows.map(toLatestRun);
}

interface LatestRow extends ShortSelection, ReasonColumns {
  id: number;
  environment_id: number;
  verdict: Exclude<Verdict, 'cancelled'>;
  counts: unknown;
  requested_by: string;
  finished_at: Date;
  cause: string | null;
  test: string | null;
  tests: number | null;
  message: string | null;
  new_failures: number | null;
}

function toLatestRun(row: LatestRow): LatestRun {
  const { cause, test, tests, message, new_failures: newFailures } = row;
  return {
    id: row.id,
    environmentId: row.environment_id,
    summary: summaryOf(row),
    verdict: row.verdict,
    reason: toReason(row),
    counts: toCounts(row.counts ?? {}),
    requestedBy: row.requested_by,
    finishedAt: row.finished_at,
    failure:
      test === null
        ? undefined
        : {
            cause: cause ?? '',
            test,
            message: message ?? undefined,
            tests: tests ?? 0,
            newFailures: newFailures ?? 0,
          },
  };
}
