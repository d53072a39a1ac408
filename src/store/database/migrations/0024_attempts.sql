-- Attempts in the same run. A user adds one when the failed tests of a finished run are to be executed again, and a run adds one for
-- tests that may be retried automatically.
ALTER TABLE planned_test
  -- The test is executed again: results of attempts up to this one no longer count as done.
  ADD COLUMN redo_after integer,
  -- How often it may be retried automatically when it failed. Null: never.
  ADD COLUMN retry_failed integer;

ALTER TABLE run
  -- Retries of failed tests, their order, and the limit of failures; see RunOptions. Null: none.
  ADD COLUMN options jsonb,
  -- The attempt after which a user last retried it; 0: never. Attempts are counted after it.
  ADD COLUMN retried_after integer NOT NULL DEFAULT 0;

ALTER TABLE schedule ADD COLUMN options jsonb;
