import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Comparisons, createComparisons } from '../../src/store/tables/comparisons.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';
import { startChild } from '../support/child.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { withClient } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

/** More than are written at a time, so that a comparison has written some when it reaches the last one. */
const tests = 700;
const environmentId = 1;

let testDatabase: TestDatabase;
let comparisons: Comparisons;

beforeAll(async () => {
  testDatabase = await openTestDatabase('postgres');
  comparisons = createComparisons(testDatabase);
  await testDatabase.database.script(`
    INSERT INTO environment (code, name, base_url, backend_name, admin_username)
    VALUES ('us', 'Shop', 'https://shop.test/', 'admin', 'admin');
    INSERT INTO run (environment_id, selection, requested_by, state, verdict, attempt, fence, queued_at, started_at, finished_at)
    SELECT ${environmentId}, '{}', 'test', 'finished', 'failed', 1, night, now(), now(), now() FROM generate_series(1, 2) AS night;
    INSERT INTO planned_test (run_id, position, test)
    SELECT run.id, position, 'Test' || position FROM run, generate_series(1, ${tests}) AS position;
    INSERT INTO result (run_id, test, attempt, status, started_at, duration_ms)
    SELECT run_id, test, 1, CASE WHEN run_id = 2 AND position % 7 = 0 THEN 'failed' ELSE 'passed' END, now(), 1000
    FROM planned_test;`);
  await comparisons.compareNext(environmentId, runComparer);
});
afterAll(() => testDatabase.close());

/** What a comparison writes, in a few numbers. */
async function written() {
  const [row] = await testDatabase.database.query(`
    SELECT (SELECT count(*) FROM planned_test WHERE run_id = 2 AND outcome IS NOT NULL) AS planned,
      (SELECT count(*) FROM planned_test WHERE run_id = 2 AND 'new' = ANY (classes)) AS new,
      (SELECT sum(cardinality(run_ids))::int FROM test_outcomes) AS outcomes,
      (SELECT sum(passed + failed)::int FROM test_day) AS days,
      (SELECT compared_at IS NOT NULL FROM run WHERE id = 2) AS compared`);
  return row;
}

it('leaves nothing half written when its process is killed, and another process compares the run', async () => {
  const url = testDatabase.url ?? '';
  const before = { planned: 0, new: 0, outcomes: tests, days: tests, compared: false };
  expect(await written()).toEqual(before);
  await withClient(url, async (client) => {
    // The last statement of the comparison waits for this row.
    await client.query('BEGIN');
    await client.query(`SELECT FROM test_outcomes WHERE test = 'Test${tests}' FOR UPDATE`);
    const child = startChild(new URL('./compare-process.ts', import.meta.url), [url, String(environmentId)]);
    await waitFor(async () => {
      // Not by `client`: a transaction sees the activity as it was at its first look.
      const rows = await testDatabase.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    expect(await comparisons.compareNext(environmentId, runComparer)).toBeUndefined();
    await child.kill();
    expect(await written()).toEqual(before);
    await client.query('ROLLBACK');
  });
  // Its connection ends when it tells the dead process that it has the row.
  await waitFor(async () => (await comparisons.compareNext(environmentId, runComparer)) === 2);
  const failed = tests / 7;
  expect(await written()).toEqual({
    ...{ planned: tests, new: failed, outcomes: 2 * tests, days: 2 * tests, compared: true },
  });
  expect(await comparisons.compareNext(environmentId, runComparer)).toBeUndefined();
});
