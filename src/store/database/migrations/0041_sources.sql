-- What is tested may differ by run and by environment: the ref of the test module, the image, and the modules.

-- A branch, a tag or (the beginning of) the id of a commit, as it was requested; null: the branch of the environment.
ALTER TABLE run ADD COLUMN ref text;
-- The modules of the run with their commits, in order: [{name, repository?, target, id, subject}]. The commit of the first is also in
-- commit_id. Set in the first attempt, null before; and in runs from before this migration.
ALTER TABLE run ADD COLUMN module_commits jsonb;
ALTER TABLE schedule ADD COLUMN ref text;
ALTER TABLE saved_selection ADD COLUMN ref text;

-- Null: as the settings say.
ALTER TABLE environment ADD COLUMN image text;
-- In order: [{name, repository?, branch?, path?, target?, username?, password?}]. What is missing is as in the settings. Passwords are
-- encrypted.
ALTER TABLE environment ADD COLUMN module_sources jsonb;

-- Processes from before this migration know neither of these columns. Newer ones set matre.knows on each connection.

-- They would execute other tests than were requested: they do not get such a run. It is held back from them for some seconds by retry_at,
-- which newer processes ignore while it is equal to held_until; without that they would try again at once.
ALTER TABLE run ADD COLUMN held_until timestamptz;
-- OR REPLACE: a restore by an earlier version drops all tables, and leaves the functions.
CREATE OR REPLACE FUNCTION hold_run_from_older_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.ref IS NULL AND NOT EXISTS (
    SELECT FROM environment WHERE id = NEW.environment_id AND (image IS NOT NULL OR module_sources IS NOT NULL)
  ) THEN
    RETURN NEW;
  END IF;
  UPDATE run SET retry_at = now() + interval '5 seconds', held_until = now() + interval '5 seconds' WHERE id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER run_claimed_by_older_process BEFORE UPDATE OF state ON run
  FOR EACH ROW WHEN (OLD.state = 'queued' AND NEW.state = 'running'
    AND current_setting('matre.knows', true) IS DISTINCT FROM 'sources')
  EXECUTE FUNCTION hold_run_from_older_process();

-- What they submit has the ref of its schedule, of its saved selection, or of the run that it retries.
CREATE OR REPLACE FUNCTION set_ref_of_older_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.ref := coalesce(
    (SELECT ref FROM run WHERE id = NEW.retry_of),
    (SELECT coalesce(schedule.ref, saved_selection.ref) FROM schedule
     LEFT JOIN saved_selection ON saved_selection.id = saved_selection_id WHERE schedule.id = NEW.schedule_id),
    (SELECT saved_selection.ref FROM submission
     JOIN saved_selection ON saved_selection.id = saved_selection_id WHERE submission.id = NEW.submission_id));
  RETURN NEW;
END $$;
CREATE TRIGGER run_submitted_by_older_process BEFORE INSERT ON run
  FOR EACH ROW WHEN (current_setting('matre.knows', true) IS DISTINCT FROM 'sources')
  EXECUTE FUNCTION set_ref_of_older_process();
