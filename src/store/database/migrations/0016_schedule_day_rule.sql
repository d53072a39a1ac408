-- How the two day fields of a cron expression are combined. Schedules from before keep their times until a user confirms the rule
-- of Vixie cron.
ALTER TABLE schedule ADD COLUMN day_rule text NOT NULL DEFAULT 'either' CHECK (day_rule IN ('vixie', 'either'));
ALTER TABLE schedule ALTER COLUMN day_rule DROP DEFAULT;
