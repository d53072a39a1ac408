import type { AppliedQuarantine } from '../../model/quarantine.ts';
import type { Status } from '../../model/result.ts';
import type { Queryable } from '../database/database.ts';

/** A planned test of a run, and its progress. */
export interface PlannedProgress {
  test: string;
  suite: string | undefined;
  /** Set while the test is under way. */
  startedAt: Date | undefined;
  /** The status of its latest result; `undefined` also while the test waits to be executed again. */
  status: Status | undefined;
  /** It has a result, and waits to be executed again in an unfinished run. */
  repeats: boolean;
  /** It passed, and failed in an earlier attempt of the run. */
  flaky: boolean;
  /** Its usual duration, as the run was compared with the history of its environment; `undefined` before, and without one. */
  usualMs: number | undefined;
  /** The quarantine that covered its failure when the run was judged. */
  quarantine: AppliedQuarantine | undefined;
}

export type Plans = ReturnType<typeof createPlans>;

export function createPlans(deps: { database: Queryable }) {
  return {
    /** The planned tests of a run, in the order of the plan. */
    async list(runId: number): Promise<PlannedProgress[]> {
      const rows = await deps.database.query<{
        test: string;
        suite: string;
        started_at: Date | null;
        status: Status | null;
        repeats: boolean | null;
        failed_before: boolean | null;
        usual_ms: number | null;
        quarantine: StoredQuarantine | null;
      }>(
        `SELECT DISTINCT ON (position) planned_test.test, planned_test.suite, planned_test.started_at,
           planned_test.usual_ms, result.status,
           run.state <> 'finished' AND result.attempt <= redo_after AS repeats,
           bool_or(result.status = 'failed') OVER (PARTITION BY position) AS failed_before,
           CASE WHEN result.status = 'failed' AND quarantine.id IS NOT NULL THEN json_build_object('id', quarantine.id,
             'owner', owner, 'reason', quarantine.reason, 'ends', extract(epoch FROM ends_at) * 1000) END AS quarantine
         FROM planned_test JOIN run ON run.id = planned_test.run_id
         LEFT JOIN result ON result.run_id = planned_test.run_id AND result.test = planned_test.test
           AND result.suite = planned_test.suite
         LEFT JOIN quarantine ON quarantine.id = quarantine_id
         WHERE planned_test.run_id = $1 ORDER BY position, result.attempt DESC`,
        [runId],
      );
      return rows.map(
        ({ test, suite, started_at, status, repeats, failed_before, usual_ms, quarantine }) => ({
          test,
          suite: suite || undefined,
          startedAt: started_at ?? undefined,
          status: repeats === true ? undefined : (status ?? undefined),
          repeats: repeats === true,
          flaky: repeats !== true && status === 'passed' && failed_before === true,
          usualMs: usual_ms ?? undefined,
          quarantine: quarantine === null || repeats === true ? undefined : toApplied(quarantine),
        }),
      );
    },
  };
}

/** `ends`: in milliseconds since 1970. */
export interface StoredQuarantine {
  id: number;
  owner: string;
  reason: string;
  ends: number;
}

export const toApplied = ({ id, owner, reason, ends }: StoredQuarantine): AppliedQuarantine => ({
  id,
  owner,
  reason,
  endsAt: new Date(ends),
});
