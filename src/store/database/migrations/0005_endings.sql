-- What ended lately is counted for Prometheus, at every scrape: found by time, without reading the history.
CREATE INDEX result_recorded ON result (recorded_at);
CREATE INDEX run_finished ON run (finished_at) WHERE finished_at IS NOT NULL;
-- Few: attempts that ended without the run coming to its own end.
CREATE INDEX attempt_interrupted ON attempt (ended_at) WHERE outcome IN ('lost', 'handed-back', 'broken');
