-- The filters of the list of runs, each from its newest run on. The list of an environment reads run_history, and that of a test
-- result_test.
CREATE INDEX run_verdict ON run (verdict, id DESC) WHERE verdict IS NOT NULL;
CREATE INDEX run_requested_by ON run (requested_by, id DESC);
CREATE INDEX run_queued_at ON run (queued_at);
