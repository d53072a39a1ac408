import type { Result, Status } from '../../src/model/result.ts';
import type { Run } from '../../src/model/run.ts';
import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { ReportedRun } from '../../src/report/reported-run.ts';

/** A result of run 7. */
export function result(test: string, status: Status, more: Partial<Result> = {}): Result {
  return {
    runId: 7,
    test,
    suite: undefined,
    attempt: 1,
    status,
    message: status === 'passed' ? undefined : `${test} went wrong\nin the second line`,
    reason: undefined,
    startedAt: new Date('2026-01-02T03:04:05.678Z'),
    durationMs: 1234,
    attachments: [],
    ...more,
  };
}

/** A finished run 7 with these results. */
export function reported(results: Result[], more: Partial<Run> = {}): ReportedRun {
  const of = (status: Status) => results.filter((one) => one.status === status).length;
  const counts = {
    ...{ planned: results.length, passed: of('passed'), failed: of('failed'), broken: of('broken') },
    ...{ skipped: of('skipped'), flaky: 0, quarantined: 0 },
  };
  return { results, run: finishedRun({ counts, ...more }) };
}

/** A finished run 7. */
export const finishedRun = (more: Partial<Run> = {}): Run => ({
  id: 7,
  environmentId: 3,
  environmentCode: 'preprod-us',
  selection: { ...emptySelection, groups: ['smoke'] },
  priority: 0,
  ref: undefined,
  modules: undefined,
  state: 'finished',
  phase: undefined,
  verdict: 'passed',
  reason: undefined,
  commit: { id: '0123456789abcdef', subject: 'Add <a> "test" & more' },
  attempt: 1,
  fence: 4,
  workerId: 'w',
  leaseUntil: undefined,
  cancelRequested: false,
  requestedBy: 'cli:ann',
  retryAt: undefined,
  retryOf: undefined,
  scheduleId: undefined,
  patches: [],
  submissionId: undefined,
  filesRemovedAt: undefined,
  pin: undefined,
  options: noRunOptions,
  retriedAfter: 0,
  reservationId: undefined,
  startBy: undefined,
  counts: { planned: 1, passed: 1, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 },
  queuedAt: new Date('2026-01-02T03:00:00Z'),
  startedAt: new Date('2026-01-02T03:04:00Z'),
  finishedAt: new Date('2026-01-02T03:06:03Z'),
  ...more,
});
