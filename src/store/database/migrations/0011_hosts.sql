-- The host that executed the last run of an environment, and so has its container: its next run should start there.
ALTER TABLE environment ADD COLUMN host text;
