-- What a variable is for, when its value changed, and the value of a secret that takes effect at a time.
ALTER TABLE variable
  ADD COLUMN description      text NOT NULL DEFAULT '',
  -- Null: before this migration.
  ADD COLUMN value_changed_at timestamptz,
  -- Null: by a process from before this migration.
  ADD COLUMN value_changed_by text,
  -- Encrypted as `value` is. Which of them counts follows from next_at and the time of the reader, so that a rotation takes effect also
  -- while no process is alive. It is only in a secret variable.
  ADD COLUMN next_value       text,
  ADD COLUMN next_at          timestamptz,
  ADD COLUMN next_by          text,
  ADD COLUMN next_set_at      timestamptz,
  ADD CHECK ((next_value IS NULL) = (next_at IS NULL)),
  ADD CHECK (next_at IS NULL OR secret);
ALTER TABLE variable ALTER COLUMN value_changed_at SET DEFAULT now();

-- A new value replaces one whose time has come, and one that is no secret any more ends the rotation. Processes from before this
-- migration do not set when the value changed.
-- OR REPLACE: a restore by an earlier version drops all tables, and leaves the functions.
CREATE OR REPLACE FUNCTION end_rotation_of_variable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.value_changed_at IS NOT DISTINCT FROM OLD.value_changed_at THEN
    NEW.value_changed_at := clock_timestamp();
    NEW.value_changed_by := NULL;
  END IF;
  IF NOT NEW.secret OR NEW.next_at <= clock_timestamp() THEN
    NEW.next_value := NULL;
    NEW.next_at := NULL;
    NEW.next_by := NULL;
    NEW.next_set_at := NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER variable_value_changed BEFORE UPDATE ON variable
  FOR EACH ROW WHEN (NEW.value IS DISTINCT FROM OLD.value OR NEW.secret IS DISTINCT FROM OLD.secret)
  EXECUTE FUNCTION end_rotation_of_variable();

-- Processes from before this migration read `value` alone. When they claim a run, the values whose time has come move there. Newer
-- processes set matre.rotations on each connection.
CREATE OR REPLACE FUNCTION apply_rotations_for_older_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE variable SET value = next_value, value_changed_at = next_at, value_changed_by = next_by
  WHERE (environment_id = NEW.environment_id OR environment_id IS NULL) AND next_at <= clock_timestamp();
  RETURN NULL;
END $$;
CREATE TRIGGER run_claimed_without_rotations AFTER UPDATE OF state ON run
  FOR EACH ROW WHEN (OLD.state = 'queued' AND NEW.state = 'running'
    AND current_setting('matre.rotations', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION apply_rotations_for_older_process();
