-- The failures of a run among its hundreds of results, for the overview, which shows the cause of the newest run of each environment.
CREATE INDEX result_failed ON result (run_id) WHERE status IN ('failed', 'broken');
