-- When the files of a run were removed because they were old; the run and its results stay.
ALTER TABLE run ADD COLUMN files_removed_at timestamptz;
