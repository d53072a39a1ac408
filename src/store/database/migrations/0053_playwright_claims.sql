-- Processes from before tests of Playwright drop what a selection says about them, and would finish such a run without these tests: they
-- do not get it. Newer ones set matre.playwright on each connection. See 0041 for the other runs that older processes do not get.

-- As held_until, which processes since 0041 ignore: they must wait here.
ALTER TABLE run ADD COLUMN playwright_held_until timestamptz;
-- ' › ' is in the names of all tests of Playwright, see src/model/playwright.ts.
-- OR REPLACE: a restore by an earlier version drops all tables, and leaves the functions.
CREATE OR REPLACE FUNCTION hold_playwright_run_from_older_process() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT NEW.selection ? 'playwright'
    AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(NEW.selection -> 'tests') AS name WHERE name LIKE '% › %')
    AND NOT EXISTS (SELECT FROM planned_test WHERE run_id = NEW.id AND test LIKE '% › %')
  THEN
    RETURN NEW;
  END IF;
  UPDATE run SET retry_at = now() + interval '5 seconds', playwright_held_until = now() + interval '5 seconds' WHERE id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER run_claimed_without_playwright BEFORE UPDATE OF state ON run
  FOR EACH ROW WHEN (OLD.state = 'queued' AND NEW.state = 'running'
    AND current_setting('matre.playwright', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION hold_playwright_run_from_older_process();
