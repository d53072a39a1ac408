-- Selections that are submitted by the clock. The row of a schedule is the lock: who fires it moves next_at on in the same
-- transaction.
CREATE TABLE schedule (
  id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name             text NOT NULL,
  cron             text NOT NULL,
  zone             text NOT NULL,
  selection        jsonb NOT NULL,
  priority         integer NOT NULL DEFAULT 0,
  overlap          text NOT NULL CHECK (overlap IN ('skip', 'queue', 'replace')),
  missed           text NOT NULL CHECK (missed IN ('skip', 'once')),
  catch_up_minutes integer NOT NULL,
  paused_at        timestamptz,
  -- The first time that has not been dealt with; null while it is paused, or when it never comes again.
  next_at          timestamptz,
  -- Grows with every change and firing: who has looked at an older one does nothing.
  revision         integer NOT NULL DEFAULT 0,
  created_by       text NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  CHECK (paused_at IS NULL OR next_at IS NULL)
);
CREATE UNIQUE INDEX schedule_name ON schedule (lower(name));
CREATE INDEX schedule_due ON schedule (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE schedule_environment (
  schedule_id    integer NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
  -- Stays when the environment is removed, so that it can be told.
  environment_id integer NOT NULL REFERENCES environment (id),
  PRIMARY KEY (schedule_id, environment_id)
);
CREATE INDEX schedule_environment_environment ON schedule_environment (environment_id);

-- What became of each time, the last hundred of each schedule.
CREATE TABLE schedule_firing (
  id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schedule_id    integer NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
  -- Null when somebody fired it by hand.
  due_at         timestamptz,
  fired_at       timestamptz NOT NULL,
  outcome        text NOT NULL CHECK (outcome IN ('fired', 'skipped', 'failed')),
  fired_by       text,
  runs           bigint[] NOT NULL,
  missed         integer NOT NULL,
  reason_code    text,
  reason_message text,
  CHECK ((due_at IS NULL) = (fired_by IS NOT NULL)),
  CHECK ((reason_code IS NULL) = (reason_message IS NULL)),
  -- Under the lock, should it ever be wrong: a time comes once.
  UNIQUE (schedule_id, due_at)
);
CREATE INDEX schedule_firing_latest ON schedule_firing (schedule_id, id DESC);
CREATE INDEX schedule_firing_age ON schedule_firing (fired_at);

ALTER TABLE run ADD COLUMN schedule_id integer REFERENCES schedule (id) ON DELETE SET NULL;
CREATE INDEX run_schedule ON run (schedule_id) WHERE schedule_id IS NOT NULL;
CREATE INDEX run_schedule_open ON run (schedule_id) WHERE schedule_id IS NOT NULL AND state <> 'finished';
