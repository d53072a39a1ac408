-- What matre knows. One dialect: PostgreSQL 13 and newer, and PGlite.

-- Facts about the installation: the fingerprint of the key that secrets are encrypted with, for one.
CREATE TABLE setting (
  name  text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE environment (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code           text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name           text NOT NULL,
  base_url       text NOT NULL,
  backend_name   text NOT NULL,
  admin_username text NOT NULL,
  -- AES-256-GCM, see store/secrets.ts; null when none is known.
  admin_password text,
  paused_at      timestamptz,
  paused_reason  text,
  -- Grows with every claim. The row of the environment is what a claim locks.
  fence          bigint NOT NULL DEFAULT 0,
  created_at     timestamptz NOT NULL DEFAULT now(),
  -- A removed environment keeps its history; its code can be used again.
  removed_at     timestamptz,
  CHECK ((paused_at IS NULL) = (paused_reason IS NULL))
);
CREATE UNIQUE INDEX environment_code ON environment (code) WHERE removed_at IS NULL;

CREATE TABLE variable (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Null: for all environments.
  environment_id integer REFERENCES environment (id) ON DELETE CASCADE,
  name           text NOT NULL,
  value          text NOT NULL,
  secret         boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX variable_name ON variable (coalesce(environment_id, 0), name);

CREATE TABLE run (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment_id   integer NOT NULL REFERENCES environment (id),
  selection        jsonb NOT NULL,
  priority         integer NOT NULL DEFAULT 0,
  state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'finished')),
  phase            text CHECK (phase IN ('preparing', 'generating', 'testing', 'reporting')),
  verdict          text CHECK (verdict IN ('passed', 'failed', 'broken', 'cancelled')),
  reason_code      text,
  reason_message   text,
  commit_id        text,
  commit_subject   text,
  attempt          integer NOT NULL DEFAULT 0,
  fence            bigint,
  worker_id        text,
  lease_until      timestamptz,
  cancel_requested boolean NOT NULL DEFAULT false,
  requested_by     text NOT NULL,
  retry_of         bigint REFERENCES run (id),
  -- How its tests ended, kept when it is finished: counting the tests of fifty runs for a page takes too long.
  counts           jsonb,
  queued_at        timestamptz NOT NULL DEFAULT now(),
  started_at       timestamptz,
  finished_at      timestamptz,
  -- State, phase and verdict are kept apart: each is set exactly when it means something.
  CHECK ((state = 'running') = (phase IS NOT NULL)),
  CHECK ((state = 'finished') = (verdict IS NOT NULL)),
  CHECK ((state = 'finished') = (finished_at IS NOT NULL)),
  CHECK ((state = 'running') = (lease_until IS NOT NULL)),
  CHECK ((state = 'running') <= (fence IS NOT NULL AND worker_id IS NOT NULL)),
  CHECK ((reason_code IS NULL) = (reason_message IS NULL))
);
-- Under the claim, should it ever be wrong: one running run for each environment.
CREATE UNIQUE INDEX run_one_running ON run (environment_id) WHERE state = 'running';
CREATE INDEX run_queue ON run (environment_id, priority DESC, id) WHERE state = 'queued';
CREATE INDEX run_history ON run (environment_id, id DESC);

-- Each claim of a run that really started, and how it ended.
CREATE TABLE attempt (
  run_id         bigint NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  attempt        integer NOT NULL,
  fence          bigint NOT NULL,
  worker_id      text NOT NULL,
  started_at     timestamptz NOT NULL DEFAULT now(),
  ended_at       timestamptz,
  outcome        text CHECK (outcome IN ('finished', 'broken', 'cancelled', 'handed-back', 'lost')),
  reason_code    text,
  reason_message text,
  PRIMARY KEY (run_id, attempt),
  -- A claim starts once.
  UNIQUE (run_id, fence),
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- The tests that a run will execute, in order.
CREATE TABLE planned_test (
  run_id     bigint NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  position   integer NOT NULL,
  test       text NOT NULL,
  -- Empty: none.
  suite      text NOT NULL DEFAULT '',
  -- Set while it is under way in the current attempt.
  started_at timestamptz,
  PRIMARY KEY (run_id, position),
  UNIQUE (run_id, test, suite)
);

CREATE TABLE result (
  run_id         bigint NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  test           text NOT NULL,
  suite          text NOT NULL DEFAULT '',
  attempt        integer NOT NULL,
  status         text NOT NULL CHECK (status IN ('passed', 'failed', 'broken', 'skipped')),
  message        text,
  reason_code    text,
  reason_message text,
  started_at     timestamptz NOT NULL,
  duration_ms    integer NOT NULL,
  attachments    jsonb NOT NULL DEFAULT '[]',
  recorded_at    timestamptz NOT NULL DEFAULT now(),
  -- Once for each attempt, whatever is repeated; and nothing that was not planned, or it would not be counted.
  PRIMARY KEY (run_id, test, suite, attempt),
  FOREIGN KEY (run_id, test, suite) REFERENCES planned_test (run_id, test, suite) ON DELETE CASCADE
);
CREATE INDEX result_test ON result (test, recorded_at DESC);

-- What people should know about a run: container replaced, snapshot restored, handed back.
CREATE TABLE run_event (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id  bigint NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  at      timestamptz NOT NULL DEFAULT now(),
  code    text NOT NULL,
  message text NOT NULL
);
CREATE INDEX run_event_run ON run_event (run_id, id);

-- Processes that execute runs, for people: who is there, and is it alive.
CREATE TABLE worker (
  id         text PRIMARY KEY,
  host       text NOT NULL,
  pid        integer NOT NULL,
  slots      integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  seen_at    timestamptz NOT NULL DEFAULT now(),
  stopping   boolean NOT NULL DEFAULT false
);
