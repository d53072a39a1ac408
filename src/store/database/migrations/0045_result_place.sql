-- Where a failure comes from: the declaration of the test, the step that failed, and the call of its action group, each with its file and
-- line at the commits of the run. With the result, so that it stays right when commits are gone. Null: it is not known, or there is no
-- failure; also of processes from before this migration.
ALTER TABLE result ADD COLUMN place jsonb;
