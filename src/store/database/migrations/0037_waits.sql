-- Waits of a test that ran out although it continued, by page; null without any, and for results from before this migration.
ALTER TABLE result ADD COLUMN waits jsonb;
