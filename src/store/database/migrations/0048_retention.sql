-- Which runs stay, and what remains of those that retention has removed.

ALTER TABLE run
  -- A pinned run stays, with its files, until it is unpinned.
  ADD COLUMN pinned_at   timestamptz,
  ADD COLUMN pinned_by   text,
  ADD COLUMN pin_reason  text,
  -- Of all its files, measured after it has finished; null: not measured.
  ADD COLUMN files_bytes bigint,
  -- From then on it counts as removed: nobody sees it, and its rows are deleted in small batches.
  ADD COLUMN removal_at  timestamptz;
CREATE INDEX run_removal ON run (id) WHERE removal_at IS NOT NULL;
-- Without it, the check of the foreign key reads all runs for each one that is deleted.
CREATE INDEX run_retry_of ON run (retry_of) WHERE retry_of IS NOT NULL;

-- A run that was removed. The classes of later results need what it tested, and trends its sums.
CREATE TABLE run_rollup (
  id             bigint PRIMARY KEY,
  -- Of its files: those that are found later are removed as well.
  identity       uuid,
  queued_at      timestamptz NOT NULL,
  environment_id integer NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  verdict        text NOT NULL,
  -- The time that counts for comparisons, see `ComparedRun`.
  at             timestamptz NOT NULL,
  commit_id      text,
  shop_version   text,
  slowness       real,
  -- The Monday of the week (UTC) of its submission.
  week           date NOT NULL,
  passed         integer NOT NULL,
  failed         integer NOT NULL,
  broken         integer NOT NULL,
  flaky          integer NOT NULL,
  waiting_ms     bigint NOT NULL,
  duration_ms    bigint NOT NULL,
  removed_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX run_rollup_week ON run_rollup (week);

-- As test_day, of runs that were removed: by the Monday of the week. Runs are in one of both.
CREATE TABLE test_week (
  week           date NOT NULL,
  environment_id integer NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  test           text NOT NULL,
  suite          text NOT NULL,
  passed         integer NOT NULL,
  failed         integer NOT NULL,
  flaky          integer NOT NULL,
  broken         integer NOT NULL,
  total_ms       bigint NOT NULL,
  PRIMARY KEY (week, environment_id, test, suite)
);

-- Failures of each cause in runs that were removed: where it was seen first, and when last.
CREATE TABLE cause_rollup (
  cause          text PRIMARY KEY,
  failures       bigint NOT NULL,
  first_at       timestamptz NOT NULL,
  last_at        timestamptz NOT NULL,
  run_id         bigint NOT NULL,
  submission_id  bigint,
  commit_id      text,
  commit_subject text
);

CREATE VIEW test_history AS
SELECT day, environment_id, test, suite, passed, failed, flaky, broken, total_ms FROM test_day
UNION ALL
SELECT week, environment_id, test, suite, passed, failed, flaky, broken, total_ms FROM test_week;

CREATE OR REPLACE VIEW environment_day AS
SELECT (coalesce(submission.created_at, run.queued_at) AT TIME ZONE 'UTC')::date AS day, environment_id,
  count(*)::integer AS runs,
  coalesce(sum((counts ->> 'passed')::integer), 0)::integer AS passed,
  coalesce(sum((counts ->> 'failed')::integer), 0)::integer AS failed,
  coalesce(sum((counts ->> 'broken')::integer), 0)::integer AS broken,
  coalesce(sum((run.result_classes ->> 'flakyInRun')::integer), 0)::integer AS flaky,
  (coalesce(sum(extract(epoch FROM started_at - queued_at)), 0) * 1000)::bigint AS waiting_ms,
  (coalesce(sum(extract(epoch FROM run.finished_at - started_at)), 0) * 1000)::bigint AS duration_ms
FROM run LEFT JOIN submission ON submission.id = submission_id
WHERE state = 'finished' AND run.verdict <> 'cancelled' AND removal_at IS NULL
GROUP BY 1, 2
UNION ALL
SELECT week, environment_id, count(*)::integer, sum(passed)::integer, sum(failed)::integer, sum(broken)::integer, sum(flaky)::integer,
  sum(waiting_ms)::bigint, sum(duration_ms)::bigint
FROM run_rollup WHERE verdict <> 'cancelled'
GROUP BY 1, 2;
