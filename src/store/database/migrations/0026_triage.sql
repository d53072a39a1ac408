-- Tests whose failures of known causes do not decide the verdict of a run, until a day. Rows stay when a quarantine has ended, because
-- judged runs refer to them.
CREATE TABLE quarantine (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  test           text NOT NULL,
  -- Empty: none.
  suite          text NOT NULL DEFAULT '',
  -- Null: all environments.
  environment_id integer REFERENCES environment (id),
  causes         text[] NOT NULL CHECK (cardinality(causes) > 0),
  owner          text NOT NULL,
  reason         text NOT NULL,
  created_by     text NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  ends_at        timestamptz NOT NULL CHECK (ends_at > created_at),
  -- When it was ended before its time, or made way for a later one.
  ended_at       timestamptz,
  ended_by       text
);
CREATE UNIQUE INDEX quarantine_open ON quarantine (test, suite, coalesce(environment_id, 0)) WHERE ended_at IS NULL;

-- The quarantine that covered the failure of the test when the run was judged. Without a foreign key, whose check would read the
-- whole table.
ALTER TABLE planned_test ADD COLUMN quarantine_id bigint;

-- What users know about a cause of failures. Its revision is never used again, also after the note was removed.
CREATE TABLE cause_note (
  cause      text PRIMARY KEY,
  kind       text NOT NULL CHECK (kind IN ('product', 'test', 'environment', 'investigate')),
  note       text,
  link       text,
  owner      text,
  revision   bigint GENERATED ALWAYS AS IDENTITY,
  updated_by text NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- The finished runs of a commit, for comparisons.
CREATE INDEX run_commit ON run (commit_id text_pattern_ops, environment_id, id DESC) WHERE finished_at IS NOT NULL;
