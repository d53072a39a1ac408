-- How slow the tests of a run were against what was usual before it: 2 for twice as long. Set when it is compared.
ALTER TABLE run ADD COLUMN slowness real;

-- A run whose failed tests are retried has a new time of queueing; its day stays that of its submission.
CREATE OR REPLACE VIEW environment_day AS
SELECT (coalesce(submission.created_at, run.queued_at) AT TIME ZONE 'UTC')::date AS day, environment_id,
  count(*)::integer AS runs,
  coalesce(sum((counts ->> 'passed')::integer), 0)::integer AS passed,
  coalesce(sum((counts ->> 'failed')::integer), 0)::integer AS failed,
  coalesce(sum((counts ->> 'broken')::integer), 0)::integer AS broken,
  coalesce(sum((run.result_classes ->> 'flakyInRun')::integer), 0)::integer AS flaky,
  (coalesce(sum(extract(epoch FROM started_at - queued_at)), 0) * 1000)::bigint AS waiting_ms,
  (coalesce(sum(extract(epoch FROM run.finished_at - started_at)), 0) * 1000)::bigint AS duration_ms
FROM run LEFT JOIN submission ON submission.id = submission_id
WHERE state = 'finished' AND run.verdict <> 'cancelled'
GROUP BY 1, 2;
