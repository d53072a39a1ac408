import { statuses } from '../../model/result.ts';
import type { Run, Verdict } from '../../model/run.ts';
import type { Queryable } from '../database/database.ts';
import { toPinnedModules } from './pinned-modules.ts';

/** A finished run that can be compared. */
export interface ComparedRun {
  id: number;
  environmentId: number;
  environment: string;
  verdict: Verdict;
  commit: { id: string; subject: string } | undefined;
  /** See `Run.modules`. */
  modules: Run['modules'];
  finishedAt: Date;
}

export const comparedOutcomes = [...statuses, 'flaky'] as const;
export type ComparedOutcome = (typeof comparedOutcomes)[number];

/** A planned test of a run with its outcome: that of its last attempt. */
export interface ComparedTest {
  test: string;
  suite: string | undefined;
  /** `flaky`: it failed, and passed in a later attempt; `undefined`: no result. */
  outcome: ComparedOutcome | undefined;
  durationMs: number | undefined;
  /** The cause of a failure. */
  cause: string | undefined;
}

export type ComparedRuns = ReturnType<typeof createComparedRuns>;

/** Runs of an environment among which the one before another is looked for. */
const maxEarlierRuns = 50;
/** Commits that an ambiguous beginning is shown with. */
const maxCommits = 5;

/** The finished runs that comparisons read. Cancelled ones say nothing about most of their tests, so only a number names one. */
export function createComparedRuns({ database }: { database: Queryable }) {
  return {
    /** The runs with these ids that are finished, by environment. */
    finished: (ids: readonly number[]): Promise<ComparedRun[]> =>
      select(database, `run.id = ANY ($1::bigint[]) AND state = 'finished' ORDER BY code, run.id`, [ids]),

    /** The ids of the runs of a submission, and the environments of those that are not finished. */
    async ofSubmission(id: number): Promise<{ finished: number[]; unfinished: string[] }> {
      const rows = await database.query<{ id: number; state: string; code: string }>(
        `SELECT run.id, state, code FROM run JOIN environment ON environment.id = environment_id
         WHERE submission_id = $1 ORDER BY code, run.id`,
        [id],
      );
      return {
        finished: rows.filter(({ state }) => state === 'finished').map((row) => row.id),
        unfinished: rows.filter(({ state }) => state !== 'finished').map(({ code }) => code),
      };
    },

    /** The newest finished run of an environment. */
    newestOf: (environmentId: number): Promise<ComparedRun[]> =>
      select(database, `${isComparable} AND environment_id = $1 ORDER BY run.id DESC LIMIT 1`, [
        environmentId,
      ]),

    /** The newest finished run of each environment at a commit. */
    ofCommit: (commit: string): Promise<ComparedRun[]> =>
      select(
        database,
        `run.id IN (
           SELECT max(id) FROM run WHERE commit_id = $1 AND ${isComparable} GROUP BY environment_id
         ) ORDER BY code`,
        [commit],
      ),

    /** The commits of finished runs that begin with a text, at most five. */
    async commits(beginning: string): Promise<string[]> {
      const rows = await database.query<{ commit_id: string }>(
        `SELECT DISTINCT commit_id FROM run WHERE commit_id LIKE $1 AND finished_at IS NOT NULL AND ${isComparable}
         ORDER BY commit_id LIMIT ${maxCommits}`,
        // It has no characters that LIKE treats as wildcards.
        [`${beginning}%`],
      );
      return rows.map(({ commit_id }) => commit_id);
    },

    /**
     * The newest finished run of the same environment before a run: one with the same selection if there is any, else one with a
     * planned test in common.
     */
    before: (id: number): Promise<ComparedRun[]> =>
      select(
        database,
        `run.id = (
           SELECT earlier.id FROM (
             SELECT other.id, other.selection = own.selection AS is_same FROM run AS other, run AS own
             WHERE own.id = $1 AND other.environment_id = own.environment_id AND other.id < own.id AND other.removal_at IS NULL
               AND other.state = 'finished' AND other.verdict <> 'cancelled'
             ORDER BY other.id DESC LIMIT ${maxEarlierRuns}
           ) AS earlier
           WHERE is_same OR EXISTS (
             SELECT FROM planned_test AS own JOIN planned_test AS other USING (test, suite)
             WHERE own.run_id = $1 AND other.run_id = earlier.id
           )
           ORDER BY is_same DESC, earlier.id DESC LIMIT 1
         )`,
        [id],
      ),

    /** The planned tests of a run with their outcomes, in the order of the plan. */
    async tests(runId: number): Promise<ComparedTest[]> {
      const rows = await database.query<TestRow>(
        `SELECT test, suite, CASE WHEN outcome = 'passed' AND flaky_in_run THEN 'flaky' ELSE outcome END AS outcome,
           planned_test.duration_ms, cause
         FROM planned_test JOIN run ON run.id = run_id WHERE run_id = $1 AND compared_at IS NOT NULL ORDER BY position`,
        [runId],
      );
      // A run that executed tests again has old ones until it is compared with its history; runs from before there were outcomes in the
      // plan have none.
      const isRead = rows.some(({ outcome }) => outcome !== null);
      return (isRead ? rows : await latestResults(database, runId)).map(
        ({ test, suite, outcome, duration_ms, cause }) => ({
          test,
          suite: suite || undefined,
          outcome: outcome ?? undefined,
          durationMs: duration_ms ?? undefined,
          cause: cause ?? undefined,
        }),
      );
    },
  };
}

interface TestRow {
  test: string;
  suite: string;
  outcome: ComparedOutcome | null;
  duration_ms: number | null;
  cause: string | null;
}

const isComparable = `state = 'finished' AND verdict <> 'cancelled' AND removal_at IS NULL`;

function latestResults(database: Queryable, runId: number): Promise<TestRow[]> {
  return database.query<TestRow>(
    `SELECT DISTINCT ON (position) test, suite, result.duration_ms, result.cause,
       CASE WHEN status = 'passed' AND bool_or(status = 'failed') OVER (PARTITION BY position) THEN 'flaky'
         ELSE status END AS outcome
     FROM planned_test LEFT JOIN result USING (run_id, test, suite)
     WHERE run_id = $1 ORDER BY position, attempt DESC`,
    [runId],
  );
}

interface RunRow {
  id: number;
  environment_id: number;
  code: string;
  verdict: Verdict;
  commit_id: string | null;
  commit_subject: string | null;
  module_commits: unknown;
  finished_at: Date;
}

/** `condition` may end in its own order and limit. */
async function select(database: Queryable, condition: string, parameters: unknown[]): Promise<ComparedRun[]> {
  const rows = await database.query<RunRow>(
    `SELECT run.id, environment_id, code, verdict, commit_id, commit_subject, module_commits, finished_at
     FROM run JOIN environment ON environment.id = environment_id WHERE removal_at IS NULL AND ${condition}`,
    parameters,
  );
  return rows.map((row) => ({
    id: row.id,
    environmentId: row.environment_id,
    environment: row.code,
    verdict: row.verdict,
    commit: row.commit_id === null ? undefined : { id: row.commit_id, subject: row.commit_subject ?? '' },
    modules: toPinnedModules(row.module_commits),
    finishedAt: row.finished_at,
  }));
}
