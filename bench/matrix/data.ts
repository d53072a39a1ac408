import { keptOutcomes } from '../../src/history/compare-run.ts';
import { withClient } from '../../test/support/postgres.ts';

export interface MatrixData {
  tests: number;
  environments: number;
  /** One each night, all finished. */
  submissions: number;
}

/** Inserted at a time, so that no statement needs much memory. */
const submissionsAtOnce = 20;

/**
 * Inserts submissions of one schedule, with a run on each environment that was compared. One test in a hundred fails on each environment
 * each night, half of these because of one of eight causes on all environments; one in fifty has a class.
 */
export async function insertSubmissions(
  url: string,
  { tests, environments, submissions }: MatrixData,
): Promise<void> {
  const selection = `'{"all":true,"tests":[],"groups":[],"suites":[],"exclude":[]}'::jsonb`;
  await withClient(url, async (client) => {
    await client.query(`
      -- Foreign keys hold by the way in which the rows are made; to check them takes most of the time.
      SET session_replication_role = replica;
      INSERT INTO environment (code, name, base_url, backend_name, admin_username)
      SELECT 'shop-' || number, 'Shop', 'https://shop.test/', 'admin', 'admin' FROM generate_series(1, ${environments}) AS number;
      INSERT INTO schedule (name, cron, zone, selection, overlap, missed, catch_up_minutes, day_rule, created_by)
      VALUES ('nightly', '0 2 * * *', 'UTC', ${selection}, 'skip', 'skip', 60, 'vixie', 'bench');
      INSERT INTO submission (name, schedule_id, selection, requested_by, created_at, environment_ids, finished_at, verdict, reference_id, result_classes)
      SELECT 'nightly', 1, ${selection}, 'schedule nightly', at, ARRAY(SELECT generate_series(1, ${environments})),
        at + interval '1 hour', 'failed', nullif(night - 1, 0),
        '{"new":9,"known":20,"fixed":8,"flaky":3,"slower":4,"broken":0}'
      FROM generate_series(1, ${submissions}) AS night, LATERAL (
        SELECT now() - interval '1 hour' * (${submissions} - night + 2) AS at
      ) AS times ORDER BY night;
      INSERT INTO run (environment_id, submission_id, schedule_id, selection, requested_by, state, verdict, attempt, fence, counts, queued_at,
        started_at, finished_at, compared_at, slowness, result_classes, commit_id, commit_subject)
      SELECT environment, submission.id, 1, ${selection}, requested_by, 'finished', 'failed', 1, submission.id,
        '{"planned":${tests},"passed":${Math.round(tests * 0.99)},"failed":${Math.round(tests * 0.01)}}',
        created_at, created_at, created_at + interval '1 hour', created_at + interval '1 hour', 1,
        '{"new":3,"known":20,"fixed":3,"flaky":1,"slower":1,"broken":0,"flakyInRun":0}', md5(submission.id::text) || '00000000', 'A commit'
      FROM submission, generate_series(1, ${environments}) AS environment ORDER BY submission.id, environment;`);
    for (let first = 1; first <= submissions; first += submissionsAtOnce) {
      const last = Math.min(submissions, first + submissionsAtOnce - 1);
      await client.query(`
        INSERT INTO planned_test (run_id, position, test, suite, outcome, flaky_in_run, duration_ms, usual_ms, cause, classes, notable)
        SELECT run.id, position, 'StorefrontCheckoutGuestCustomerDiscount' || position || 'Test', '',
          CASE WHEN fails THEN 'failed' ELSE 'passed' END, false, 20000 + position, 20000 + position,
          CASE WHEN fails THEN cause END, classes, fails OR classes <> '{}'
        FROM run, generate_series(1, ${tests}) AS position,
          LATERAL (SELECT (position * 7 + submission_id * 3) % 200 = 0 OR (position + environment_id * 31 + submission_id) % 200 = 0 AS fails,
            'cause' || lpad((position % 8)::text, 11, '0') AS cause) AS outcomes,
          LATERAL (SELECT CASE WHEN NOT fails AND (position + submission_id) % 100 = environment_id THEN ARRAY['slower']
            WHEN fails THEN ARRAY['known'] ELSE '{}'::text[] END AS classes) AS classified
        WHERE submission_id BETWEEN ${first} AND ${last};
        INSERT INTO result (run_id, test, suite, attempt, status, started_at, duration_ms, recorded_at, cause, message)
        SELECT run_id, test, suite, 1, outcome, started_at, duration_ms, finished_at, planned.cause,
          CASE outcome WHEN 'failed' THEN E'Failed asserting that two strings are equal.\\n--- Expected\\n+++ Actual\\n@@ @@\\n-''' || position || E',19 €''\\n+''39,00 €''' END
        FROM (SELECT run_id, position, test, suite, outcome, duration_ms, cause FROM planned_test) AS planned JOIN run ON run.id = run_id
        WHERE submission_id BETWEEN ${first} AND ${last};`);
    }
    await client.query(`
      INSERT INTO test_outcomes (environment_id, test, suite, run_ids, outcomes, durations_ms, causes)
      SELECT environment_id, test, suite, array_agg(run_id ORDER BY run_id),
        string_agg(CASE outcome WHEN 'failed' THEN 'x' ELSE '.' END, '' ORDER BY run_id),
        array_agg(duration_ms ORDER BY run_id), array_agg(cause ORDER BY run_id)
      FROM planned_test JOIN run ON run.id = run_id
      WHERE submission_id > ${submissions - keptOutcomes} GROUP BY environment_id, test, suite`);
    await client.query('VACUUM ANALYZE');
  });
}
