-- A run that was broken for a reason that may pass waits until then before it is tried again. Its environment waits with it:
-- what comes after it would meet the same trouble, and runs start in their order.
ALTER TABLE run ADD COLUMN retry_at timestamptz;
