import type { CauseNote } from '../../src/model/cause-note.ts';
import { groupBy } from '../../src/model/group-by.ts';
import type { Result, Status } from '../../src/model/result.ts';
import type { Run } from '../../src/model/run.ts';
import { noRunOptions } from '../../src/model/run-options.ts';
import { emptySelection } from '../../src/model/selection.ts';
import { type JunitDialect, junitPieces } from '../../src/report/junit.ts';
import type { ReportedRun, ReportedTest } from '../../src/report/reported-run.ts';

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

/** A finished run 7 with these results, those of a test in the order of its attempts, and planned tests without any. */
export function reported(
  results: (Result & { cause?: string })[],
  more: Partial<Run> = {},
  planned: Pick<ReportedTest, 'test' | 'suite' | 'quarantine'>[] = [],
  notes: ReadonlyMap<string, CauseNote> = new Map(),
): ReportedRun & { listed: ReportedTest[] } {
  const keyOf = ({ test, suite }: { test: string; suite: string | undefined }) => `${suite ?? ''}:${test}`;
  const byKey = groupBy(results, keyOf);
  const tests = new Map(
    [...results, ...planned].map(({ test, suite }) => [keyOf({ test, suite }), { test, suite }]),
  );
  const listed = [...tests].map(([key, test]): ReportedTest => {
    const ofTest = byKey.get(key) ?? [];
    const { quarantine } = planned.find((each) => keyOf(each) === key) ?? {};
    return { ...test, results: ofTest, quarantine, note: notes.get(ofTest.at(-1)?.cause ?? '') };
  });
  const last = listed.flatMap((test) => test.results.slice(-1).map((each) => ({ ...each, test })));
  const of = (status: Status, isCovered = false) =>
    last.filter((each) => each.status === status && (each.test.quarantine !== undefined) === isCovered)
      .length;
  return {
    run: finishedRun(more),
    counts: {
      ...{ passed: of('passed'), failed: of('failed'), covered: of('failed', true), broken: of('broken') },
      ...{ skipped: of('skipped'), missing: listed.length - last.length },
    },
    durationMs: last.reduce((sum, { durationMs }) => sum + durationMs, 0),
    listed,
    async *tests() {
      yield* listed;
    },
  };
}

/** The JUnit report of runs as a whole. */
export async function junitReport(runs: readonly ReportedRun[], dialect?: JunitDialect): Promise<string> {
  const pieces: string[] = [];
  for await (const piece of junitPieces(runs, dialect)) pieces.push(piece);
  return pieces.join('');
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
