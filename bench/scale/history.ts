import type { Database } from '../../src/store/database/database.ts';
import { createDurations } from '../../src/store/tables/durations.ts';
import { createOverview } from '../../src/store/tables/overview.ts';
import { createPlans } from '../../src/store/tables/plans.ts';
import { createResults } from '../../src/store/tables/results.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { withClient } from '../../test/support/postgres.ts';
import { median } from '../support/figures.ts';

const testsOfRun = 200;

/**
 * Inserts finished runs of 200 tests each, spread over the environments and one year; each environment has its own set
 * of tests, a tenth of 3,000. Returns a finished run, and one that is planned and has no results yet.
 */
export function makeHistory(url: string, results: number) {
  return withClient(url, async (client) => {
    const number = async (sql: string) => Number((await client.query(sql)).rows[0]?.number);
    const firstId = await number('SELECT coalesce(max(id), 0) + 1 AS number FROM run');
    const runs = Math.ceil(results / testsOfRun);
    await client.query(`
    -- Foreign keys hold by the way in which the rows are made; to check them takes most of the time.
    SET session_replication_role = replica;
    INSERT INTO run (environment_id, selection, requested_by, state, verdict, attempt, counts, queued_at, started_at, finished_at)
    SELECT number % 1000 + 1, '{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}', 'bench', 'finished', 'passed', 1,
      '{"planned":200,"passed":200}', past, past, past
    FROM generate_series(1, ${runs}) AS number,
      LATERAL (SELECT now() - interval '1 year' * (1 - number / ${runs}.0) AS past) AS at;
    INSERT INTO planned_test (run_id, position, test, suite)
    SELECT run.id, position, 'StorefrontTest' || (run.environment_id % 10 * 300 + position), ''
    FROM run, generate_series(1, ${testsOfRun}) AS position WHERE run.id >= ${firstId} AND state = 'finished';
    INSERT INTO result (run_id, test, suite, attempt, status, started_at, duration_ms, recorded_at)
    SELECT run_id, test, suite, 1, CASE WHEN position % 50 = 0 THEN 'failed' ELSE 'passed' END,
      run.finished_at, 1000 * position, run.finished_at
    FROM planned_test JOIN run ON run.id = run_id WHERE run.id >= ${firstId} AND state = 'finished';
    INSERT INTO test_duration (test, suite, environment_id, recent_ms)
    SELECT DISTINCT test, suite, environment_id, ARRAY[1000, 1000, 1000, 1000, 1000]
    FROM planned_test JOIN run ON run.id = run_id WHERE run.id >= ${firstId};
    INSERT INTO run (environment_id, selection, requested_by)
    VALUES (7, '{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}', 'bench');
    INSERT INTO planned_test (run_id, position, test, suite)
    SELECT (SELECT max(id) FROM run), position, 'StorefrontTest' || (7 * 300 + position), '' FROM generate_series(1, 200) AS position;`);
    await client.query('VACUUM ANALYZE');
    const planned = await number('SELECT max(id) AS number FROM run');
    return { planned, finished: planned - 1 };
  });
}

/** The queries of a page and of a worker, with the median milliseconds of some executions. */
export async function measureQueries(
  database: Database,
  { planned, finished }: { planned: number; finished: number },
) {
  const runs = createRuns({ database });
  const results = createResults({ database });
  const queries: Record<string, () => Promise<unknown>> = {
    'status of all environments': () => createOverview({ database }).queues(),
    'newest fifty runs': () => runs.list({ limit: 50 }),
    'newest fifty finished runs': () => runs.list({ state: 'finished', limit: 50 }),
    'running runs': () => runs.list({ state: 'running', limit: 50 }),
    'fifty runs of an environment': () => runs.list({ environmentId: 8, limit: 50 }),
    'finished runs of an environment': () => runs.list({ environmentId: 8, state: 'finished', limit: 50 }),
    'a page of a year ago': () => runs.list({ before: finished - 1_000, limit: 50 }),
    'results of a run': () => results.list(finished),
    'plan of a run': () => createPlans({ database }).list(finished),
    // Without the caches, each time.
    'expected durations of a plan': () => createDurations({ database }).expected(planned),
    'history of one test': () =>
      database.query(
        `SELECT run_id, environment_id, result.status, duration_ms, recorded_at FROM result JOIN run ON run.id = run_id
         WHERE test = $1 ORDER BY recorded_at DESC LIMIT 50`,
        ['StorefrontTest2150'],
      ),
    'commits in use': () => runs.commitsInUse(),
  };
  const queryTimes: { name: string; ms: number }[] = [];
  for (const [name, query] of Object.entries(queries)) {
    const times: number[] = [];
    for (let count = 0; count < 9; count++) {
      const startedAt = performance.now();
      await query();
      times.push(performance.now() - startedAt);
    }
    queryTimes.push({ name, ms: median(times) });
  }
  return queryTimes;
}
