-- What is told of a failure without reading the history: how the test went before (the last ten answers on its environment, the
-- newest last: . passed, x failed), what the message is without its numbers, and at which step it was.
ALTER TABLE result
  ADD COLUMN history text,
  ADD COLUMN cause text,
  ADD COLUMN step_title text,
  ADD COLUMN step_number integer,
  -- How many steps there were when it last passed there.
  ADD COLUMN step_of integer;
CREATE INDEX result_cause ON result (cause, recorded_at DESC) WHERE cause IS NOT NULL;

ALTER TABLE test_duration
  ADD COLUMN recent text NOT NULL DEFAULT '',
  ADD COLUMN steps integer;

UPDATE test_duration SET recent = latest.recent
FROM (
  SELECT test, suite, environment_id,
    string_agg(CASE status WHEN 'passed' THEN '.' ELSE 'x' END, '' ORDER BY age DESC) AS recent
  FROM (
    SELECT test, suite, environment_id, status,
      row_number() OVER (PARTITION BY test, suite, environment_id ORDER BY recorded_at DESC) AS age
    FROM result JOIN run ON run.id = run_id
    WHERE status IN ('passed', 'failed')
  ) AS answers
  WHERE age <= 10
  GROUP BY test, suite, environment_id
) AS latest
WHERE latest.test = test_duration.test AND latest.suite = test_duration.suite
  AND latest.environment_id = test_duration.environment_id;

-- Runs that ended in a span of time, by environment, for the overview.
CREATE INDEX run_ended ON run (environment_id, finished_at) WHERE finished_at IS NOT NULL;
-- Runs with the same selection, for how long the next one will take.
CREATE INDEX run_alike ON run (md5(selection::text), environment_id, id DESC) WHERE verdict IN ('passed', 'failed');
