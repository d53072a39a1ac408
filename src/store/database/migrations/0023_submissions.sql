-- What was requested at once over several environments: by a user, a pipeline, or a schedule that fired.
CREATE TABLE submission (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Of its schedule or saved selection at that time; null for others.
  name            text,
  schedule_id     integer REFERENCES schedule (id) ON DELETE SET NULL,
  selection       jsonb NOT NULL,
  requested_by    text NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  -- In ascending order, so that equal sets are equal arrays.
  environment_ids integer[] NOT NULL,
  -- Both are set soon after its last run has finished, and null again while a finished run executes tests again.
  finished_at     timestamptz,
  verdict         text CHECK (verdict IN ('passed', 'failed', 'broken', 'cancelled')),
  -- The submission that it was compared with when it finished.
  reference_id    bigint,
  -- How many tests have a result of each class on at least one environment; set with the verdict.
  result_classes  jsonb,
  CHECK ((finished_at IS NULL) = (verdict IS NULL))
);
CREATE INDEX submission_schedule ON submission (schedule_id, id DESC) WHERE schedule_id IS NOT NULL;
CREATE INDEX submission_open ON submission (id) WHERE finished_at IS NULL;
CREATE INDEX submission_selection ON submission (md5(selection::text), id DESC);

ALTER TABLE run ADD COLUMN submission_id bigint REFERENCES submission (id);
-- The version of the shop that the run tested, where it is known.
ALTER TABLE run ADD COLUMN shop_version text;
-- When its results were compared with the history of its environment; that is done soon after it has finished.
ALTER TABLE run ADD COLUMN compared_at timestamptz;
-- How many of its results are of each class; null for runs from before this migration that are too old to be compared.
ALTER TABLE run ADD COLUMN result_classes jsonb;

-- Runs that were inserted by one transaction have the same time.
INSERT INTO submission (name, schedule_id, selection, requested_by, created_at, environment_ids, finished_at, verdict)
SELECT (SELECT schedule.name FROM schedule WHERE schedule.id = schedule_id), schedule_id, selection, requested_by, queued_at,
  array_agg(DISTINCT environment_id ORDER BY environment_id),
  CASE WHEN bool_and(state = 'finished') THEN max(finished_at) END,
  CASE
    WHEN NOT bool_and(state = 'finished') THEN NULL
    WHEN bool_or(verdict = 'broken') THEN 'broken'
    WHEN bool_or(verdict = 'failed') THEN 'failed'
    WHEN bool_or(verdict = 'cancelled') THEN 'cancelled'
    ELSE 'passed'
  END
FROM run
GROUP BY schedule_id, selection, requested_by, queued_at
ORDER BY min(id);

UPDATE run SET submission_id = submission.id
FROM submission
WHERE submission.created_at = run.queued_at AND submission.requested_by = run.requested_by
  AND submission.selection = run.selection AND submission.schedule_id IS NOT DISTINCT FROM run.schedule_id;

-- Of the runs so far, the newest forty of each environment are compared: as many as `test_outcomes` has.
UPDATE run SET compared_at = run.finished_at
FROM (
  SELECT id, row_number() OVER (PARTITION BY environment_id ORDER BY id DESC) AS age FROM run WHERE state = 'finished'
) AS aged
WHERE aged.id = run.id AND age > 40;

CREATE INDEX run_submission ON run (submission_id);
CREATE INDEX run_uncompared ON run (environment_id, fence) WHERE state = 'finished' AND compared_at IS NULL;

-- The outcome of each test in its run, written with `run.compared_at`: of its last attempt.
ALTER TABLE planned_test
  ADD COLUMN outcome      text CHECK (outcome IN ('passed', 'failed', 'broken', 'skipped')),
  -- It failed, and passed in a later attempt.
  ADD COLUMN flaky_in_run boolean,
  ADD COLUMN duration_ms  integer,
  ADD COLUMN usual_ms     integer,
  ADD COLUMN cause        text,
  ADD COLUMN classes      text[],
  -- It did not pass, or has a class.
  ADD COLUMN notable      boolean NOT NULL DEFAULT false;
CREATE INDEX planned_test_notable ON planned_test (run_id) WHERE notable;

-- The newest forty outcomes of each test on each environment, the oldest first. Broken and skipped tests have none.
CREATE TABLE test_outcomes (
  test           text NOT NULL,
  -- Empty: none.
  suite          text NOT NULL,
  environment_id integer NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  run_ids        bigint[] NOT NULL,
  -- One character each: . passed, x failed, ~ failed and then passed.
  outcomes       text NOT NULL,
  durations_ms   integer[] NOT NULL,
  -- Null for a pass.
  causes         text[] NOT NULL,
  PRIMARY KEY (environment_id, test, suite)
);

-- What each test did on each day, by the time when its run was queued, in UTC.
CREATE TABLE test_day (
  day            date NOT NULL,
  environment_id integer NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  test           text NOT NULL,
  suite          text NOT NULL,
  passed         integer NOT NULL,
  failed         integer NOT NULL,
  -- Of those that passed: they failed in an earlier attempt.
  flaky          integer NOT NULL,
  broken         integer NOT NULL,
  -- Of those that passed or failed.
  total_ms       bigint NOT NULL,
  PRIMARY KEY (day, environment_id, test, suite)
);

-- The same for each environment. There are few runs, so this needs no table.
CREATE VIEW environment_day AS
SELECT (queued_at AT TIME ZONE 'UTC')::date AS day, environment_id,
  count(*)::integer AS runs,
  coalesce(sum((counts ->> 'passed')::integer), 0)::integer AS passed,
  coalesce(sum((counts ->> 'failed')::integer), 0)::integer AS failed,
  coalesce(sum((counts ->> 'broken')::integer), 0)::integer AS broken,
  coalesce(sum((result_classes ->> 'flakyInRun')::integer), 0)::integer AS flaky,
  (coalesce(sum(extract(epoch FROM started_at - queued_at)), 0) * 1000)::bigint AS waiting_ms,
  (coalesce(sum(extract(epoch FROM finished_at - started_at)), 0) * 1000)::bigint AS duration_ms
FROM run
WHERE state = 'finished' AND verdict <> 'cancelled'
GROUP BY 1, 2;
