-- How long each test took on each environment when it last ran to its end, the newest first, five at most. A plan of hundreds
-- of tests asks for all of theirs, among millions of results.
CREATE TABLE test_duration (
  test           text NOT NULL,
  -- Empty: none.
  suite          text NOT NULL,
  environment_id integer NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  recent_ms      integer[] NOT NULL,
  updated_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (test, suite, environment_id)
);

INSERT INTO test_duration (test, suite, environment_id, recent_ms, updated_at)
SELECT test, suite, environment_id, array_agg(duration_ms ORDER BY age), max(recorded_at)
FROM (
  SELECT test, suite, environment_id, duration_ms, recorded_at,
    row_number() OVER (PARTITION BY test, suite, environment_id ORDER BY recorded_at DESC) AS age
  FROM result JOIN run ON run.id = run_id
  WHERE status IN ('passed', 'failed')
) AS latest
WHERE age <= 5
GROUP BY test, suite, environment_id;
