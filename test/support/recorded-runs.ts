import type { Queryable } from '../../src/store/database/database.ts';

/**
 * Records finished runs on an environment, each with the same tests: the first fails in the first attempt and passes in the second,
 * the second fails under a quarantine, the third is broken, the fourth skipped, and the last one has no result; all others fail with a
 * message of `characters`. Returns the numbers of the runs.
 */
export async function recordRuns(
  database: Queryable,
  { runs, tests, characters }: { runs: number; tests: number; characters: number },
): Promise<number[]> {
  const selection = `'{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}'`;
  await database.query(
    `INSERT INTO environment (code, name, base_url, backend_name, admin_username)
     VALUES ('recorded', 'R', 'https://e.test/', 'admin', 'admin') ON CONFLICT DO NOTHING`,
  );
  const inserted = await database.query<{ id: number }>(
    `INSERT INTO run (environment_id, selection, requested_by, state, verdict, attempt, started_at, finished_at)
     SELECT id, ${selection}, 'ann', 'finished', 'failed', 2, now(), now() FROM environment, generate_series(1, $1::int)
     WHERE code = 'recorded' RETURNING id`,
    [runs],
  );
  const ids = inserted.map(({ id }) => id);
  await database.query(
    `INSERT INTO quarantine (test, suite, causes, owner, reason, ends_at, created_by)
     SELECT 'Test2', 'Suite', '{c}', 'ann', 'slow', now() + interval '1 day', 'ann' WHERE NOT EXISTS (SELECT FROM quarantine)`,
  );
  await database.query(
    `INSERT INTO planned_test (run_id, position, test, suite, quarantine_id)
     SELECT run, number, 'Test' || number, CASE WHEN number % 2 = 0 THEN 'Suite' ELSE '' END,
       CASE WHEN number = 2 THEN (SELECT id FROM quarantine LIMIT 1) END
     FROM unnest($1::bigint[]) AS run, generate_series(1, $2::int) AS number`,
    [ids, tests],
  );
  await database.query(
    `INSERT INTO result (run_id, test, suite, attempt, status, message, started_at, duration_ms, attachments)
     SELECT run_id, test, suite, attempt,
       CASE WHEN position = 1 AND attempt = 2 THEN 'passed' WHEN position = 3 THEN 'broken' WHEN position = 4 THEN 'skipped' ELSE 'failed' END,
       CASE WHEN position > 4 THEN repeat('é', $3::int) ELSE 'Element not found' END, now(), 1500, '[]'
     FROM planned_test CROSS JOIN generate_series(1, 2) AS attempt
     WHERE run_id = ANY ($1::bigint[]) AND (attempt = 1 OR position = 1) AND position < $2`,
    [ids, tests, characters],
  );
  return ids;
}
