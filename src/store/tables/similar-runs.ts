/**
 * SQL of the mean duration of the last three runs with the selection of `run` that passed or failed. Without runs that a user retried:
 * their last attempts executed a few tests.
 */
export const meanOfSimilarRuns = (condition: string) => `
  SELECT avg(ms) AS ms FROM (
    SELECT (extract(epoch FROM past.finished_at - past.started_at) * 1000)::float8 AS ms FROM run AS past
    WHERE md5(past.selection::text) = md5(run.selection::text) AND past.verdict IN ('passed', 'failed')
      AND past.retried_after = 0 ${condition}
    ORDER BY past.environment_id, past.id DESC LIMIT 3
  ) AS alike`;
