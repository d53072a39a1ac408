import type { StayReason } from '../../../model/retention.ts';

/** So many of the newest runs of each environment stay: views show them, and estimates are made of them. */
const newestRuns = 10;

const stays = (rank: number, reason: StayReason, sql: string) =>
  `SELECT kept.id, ${rank} AS rank, '${reason}' AS reason FROM (${sql}) AS kept`;

/**
 * SQL of common tables. `finished`: the finished runs with the number of their results. `judged`: those beyond the limits, which are $1
 * (milliseconds) and $2 (results); `stays` says why one is kept nevertheless, see `StayReason`, and is null for one that goes.
 *
 * It reads the rows of runs, and few results: those of quarantined tests, and the newest failure of each cause with a note. The classes
 * of tests need no results, but their newest outcomes, see 0023_submissions.sql and 0048_retention.sql.
 */
export const judgedRuns = `
  finished AS (
    SELECT id, environment_id, submission_id, finished_at, pinned_at, compared_at, coalesce(files_bytes, 0) AS files_bytes,
      coalesce((counts ->> 'planned')::int, 0) AS results
    FROM run WHERE state = 'finished' AND removal_at IS NULL
  ), beyond AS (
    SELECT * FROM (
      SELECT *, sum(results) OVER (ORDER BY finished_at DESC, id DESC) AS newer FROM finished
    ) AS counted
    WHERE ($1::bigint > 0 AND finished_at < now() - $1 * interval '1 millisecond') OR ($2::bigint > 0 AND newer > $2)
  ), within AS (
    SELECT DISTINCT submission_id FROM run
    WHERE removal_at IS NULL AND NOT EXISTS (SELECT FROM beyond WHERE beyond.id = run.id)
  ), baseline AS (
    SELECT reference_id AS id FROM submission JOIN within ON within.submission_id = submission.id
    UNION SELECT id FROM (${newestOfSeries('schedule_id')}) AS scheduled
    UNION SELECT id FROM (${newestOfSeries('saved_selection_id')}) AS saved
  ), kept AS (
    ${stays(1, 'pinned', 'SELECT id FROM beyond WHERE pinned_at IS NOT NULL')}
    UNION ALL ${stays(
      2,
      'unfinished',
      `SELECT id FROM beyond WHERE compared_at IS NULL OR EXISTS (
         SELECT FROM submission WHERE submission.id = beyond.submission_id AND submission.finished_at IS NULL)`,
    )}
    UNION ALL ${stays(
      3,
      'newest',
      `SELECT newest.id FROM environment CROSS JOIN LATERAL (
         SELECT id FROM run
         WHERE run.environment_id = environment.id AND state = 'finished' AND verdict <> 'cancelled' AND removal_at IS NULL
         ORDER BY id DESC LIMIT ${newestRuns}
       ) AS newest WHERE environment.removed_at IS NULL`,
    )}
    UNION ALL ${stays(4, 'baseline', 'SELECT run.id FROM run JOIN baseline ON baseline.id = submission_id')}
    UNION ALL ${stays(
      5,
      'quarantine',
      `SELECT DISTINCT ON (quarantine.id, run.environment_id) run.id FROM quarantine
       JOIN result ON result.test = quarantine.test AND result.suite = quarantine.suite AND result.cause = ANY (quarantine.causes)
       JOIN run ON run.id = result.run_id AND run.environment_id = coalesce(quarantine.environment_id, run.environment_id)
       WHERE quarantine.ended_at IS NULL AND quarantine.ends_at > now()
       ORDER BY quarantine.id, run.environment_id, recorded_at DESC`,
    )}
    UNION ALL ${stays(
      6,
      'note',
      `SELECT newest.run_id AS id FROM cause_note CROSS JOIN LATERAL (
         SELECT run_id FROM result WHERE result.cause = cause_note.cause ORDER BY recorded_at DESC LIMIT 1
       ) AS newest`,
    )}
  ), judged AS (
    SELECT beyond.*, reason AS stays FROM beyond
    LEFT JOIN (SELECT DISTINCT ON (id) id, reason FROM kept ORDER BY id, rank) AS first_reason USING (id)
  )`;

/**
 * SQL of the newest finished submission of each series on each set of environments: the next one is compared with it. Those of other
 * selections have no next one that is known.
 */
function newestOfSeries(series: 'schedule_id' | 'saved_selection_id'): string {
  return `SELECT DISTINCT ON (${series}, environment_ids) id FROM submission
    WHERE ${series} IS NOT NULL AND finished_at IS NOT NULL AND verdict <> 'cancelled'
    ORDER BY ${series}, environment_ids, id DESC`;
}
