-- What older processes leave to newer ones while both work on one database.

-- The form of a name by which schedules are found and their names are unique (`nameKey`), because `lower` depends on the locale of the
-- database. It counts while `keyed_name` is the name: processes from before this migration change a name without its key, and then, as
-- for schedules that have no key yet, the name in lower case is unique. matre fills keys in when it starts (`fillScheduleKeys`).
ALTER TABLE schedule ADD COLUMN name_key text, ADD COLUMN keyed_name text;
CREATE UNIQUE INDEX schedule_name_key ON schedule ((CASE WHEN keyed_name = name THEN name_key ELSE lower(name) END));
DROP INDEX schedule_name;

-- Runs of processes from before there were submissions (0023): they get one later (`addMissingSubmissions`).
CREATE INDEX run_without_submission ON run (id) WHERE submission_id IS NULL;
