-- Times in which an environment is kept for its owner: no run starts there, except those that the owner submitted into the reservation.
-- Which reservation holds an environment follows from these columns and the clock of the database (see store/reservation-in-force.ts),
-- so that a reservation holds also while no process is alive.
CREATE TABLE reservation (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment_id   integer NOT NULL REFERENCES environment (id) ON DELETE CASCADE,
  owner            text NOT NULL,
  -- Who may change it, see `ownerOf` in model/access.ts.
  owner_key        text NOT NULL,
  reason           text NOT NULL,
  -- Not before this time.
  begins_at        timestamptz NOT NULL,
  -- Not before this run has ended. Without a foreign key, whose check would make the end of runs longer.
  after_run_id     bigint,
  -- Null until it begins, when it has a duration instead of an end.
  ends_at          timestamptz,
  duration_ms      bigint CHECK (duration_ms > 0),
  -- It is cancelled when it has not begun by then; null: no limit.
  wait_until       timestamptz,
  -- When nothing executed on the environment any more.
  begun_at         timestamptz,
  ended_at         timestamptz,
  -- Null: it ended at its end.
  ended_by         text,
  -- Why it was cancelled before it began, or ended before its end; null when a user did so.
  end_reason       text,
  -- When its owner was told that its end is near.
  end_announced_at timestamptz,
  created_at       timestamptz NOT NULL DEFAULT now(),
  CHECK (ends_at IS NOT NULL OR (duration_ms IS NOT NULL AND begun_at IS NULL))
);
CREATE INDEX reservation_open ON reservation (environment_id) WHERE ended_at IS NULL;
CREATE INDEX reservation_after_run ON reservation (after_run_id) WHERE ended_at IS NULL AND after_run_id IS NOT NULL;
CREATE INDEX reservation_ended ON reservation (ended_at) WHERE ended_at IS NOT NULL;

ALTER TABLE run
  -- The reservation in which it may start.
  ADD COLUMN reservation_id bigint,
  -- It is cancelled when it has not started by then; null: no limit.
  ADD COLUMN start_by       timestamptz;
CREATE INDEX run_start_by ON run (start_by) WHERE state = 'queued' AND start_by IS NOT NULL;
