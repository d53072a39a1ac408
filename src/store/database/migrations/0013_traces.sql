-- Who asked for a run, in the trace of theirs (W3C traceparent), and when its own trace was told.
ALTER TABLE run ADD COLUMN trace_parent text;
ALTER TABLE run ADD COLUMN traced_at timestamptz;
