-- Commands and HTTP requests before and after the tests of a run.
CREATE TABLE hook (
  id                 integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL: of all environments; one of the same name and moment of an environment replaces it there.
  environment_id     integer REFERENCES environment (id) ON DELETE CASCADE,
  name               text NOT NULL,
  moment             text NOT NULL CHECK (moment IN ('before', 'after')),
  position           integer NOT NULL,
  enabled            boolean NOT NULL DEFAULT true,
  -- What it does; secrets only by the names of variables.
  action             jsonb NOT NULL,
  time_limit_seconds integer NOT NULL,
  -- It may be started again after an interruption.
  repeatable         boolean NOT NULL DEFAULT false,
  -- The project file that declares it.
  applied_from       text,
  changed_by         text NOT NULL,
  changed_at         timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX hook_name ON hook (coalesce(environment_id, 0), name);

-- The hooks of a run as they were when its round began. A round is the attempts of a run until its verdict: a retry by a user begins
-- another one.
CREATE TABLE run_hook (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id             bigint NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  environment_id     integer NOT NULL,
  round              integer NOT NULL,
  number             integer NOT NULL,
  name               text NOT NULL,
  moment             text NOT NULL,
  action             jsonb NOT NULL,
  time_limit_seconds integer NOT NULL,
  repeatable         boolean NOT NULL,
  -- An interrupted one is settled when it has a code: it is not started again.
  state              text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'passed', 'failed', 'interrupted')),
  -- How often it was started.
  starts             integer NOT NULL DEFAULT 0,
  -- The fence and the attempt of its last start.
  fence              bigint,
  attempt            integer,
  code               text,
  message            text,
  log                text,
  started_at         timestamptz,
  ended_at           timestamptz,
  UNIQUE (run_id, round, number)
);
CREATE INDEX run_hook_ended ON run_hook (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX run_hook_newest ON run_hook (environment_id, name, id DESC);

ALTER TABLE run
  -- The round whose hooks are in run_hook.
  ADD COLUMN hooks_round integer,
  -- The verdict that the run gets when its hooks after the tests have ended; NULL until it is decided.
  ADD COLUMN end_verdict text,
  ADD COLUMN end_reason_code text,
  ADD COLUMN end_reason_message text;
