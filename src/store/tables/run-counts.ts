import { z } from 'zod';
import { statuses } from '../../model/result.ts';
import type { Counts } from '../../model/run.ts';
import type { Queryable } from '../database/database.ts';

const count = z.number().default(0);
const storedCounts: z.ZodType<Counts> = z.object({
  planned: count,
  passed: count,
  failed: count,
  broken: count,
  skipped: count,
  flaky: count,
  quarantined: count,
});

/** Parses stored counts, or those that `countedStatuses` selects. */
export const toCounts = (stored: unknown): Counts => storedCounts.parse(stored);

/** The counts of test results by run; without runs that have no plan. */
export async function readCounts(database: Queryable, ids: readonly number[]): Promise<Map<number, Counts>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query<{ run_id: number; counts: unknown }>(
    countedRuns('SELECT unnest($1::bigint[])', `run.state = 'finished'`),
    [ids],
  );
  return new Map(rows.map(({ run_id, counts }) => [run_id, toCounts(counts)]));
}

/**
 * SQL of the counts of planned tests by the `status` of their last result, and of the marks of quarantines. `failed_before`: an earlier attempt of the run has a result
 * `failed` of the test.
 */
export const countedStatuses = `jsonb_build_object('planned', count(*), ${statuses
  .map((status) => `'${status}', count(*) FILTER (WHERE status = '${status}')`)
  .join(', ')}, 'flaky', count(*) FILTER (WHERE status = 'passed' AND failed_before),
  'quarantined', count(*) FILTER (WHERE status = 'failed' AND quarantine_id IS NOT NULL))`;

/**
 * SQL of the runs among `ids` (SQL too) that have a plan, as `run_id` and `counts`: the results of the last attempts of their planned
 * tests. A test that is to be executed again has no result until then, unless the run `isFinal` (SQL too): then its earlier one counts.
 */
export function countedRuns(ids: string, isFinal: string): string {
  return `
    SELECT planned_test.run_id, ${countedStatuses} AS counts
    FROM planned_test JOIN run ON run.id = planned_test.run_id
    LEFT JOIN (
      SELECT DISTINCT ON (run_id, test, suite) run_id, test, suite, attempt, status,
        bool_or(status = 'failed') OVER (PARTITION BY run_id, test, suite) AS failed_before
      FROM result WHERE run_id IN (${ids})
      ORDER BY run_id, test, suite, attempt DESC
    ) AS latest ON latest.run_id = planned_test.run_id AND latest.test = planned_test.test
      AND latest.suite = planned_test.suite AND (latest.attempt > coalesce(redo_after, 0) OR ${isFinal})
    WHERE planned_test.run_id IN (${ids})
    GROUP BY planned_test.run_id`;
}
