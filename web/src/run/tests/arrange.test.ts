import { describe, expect, it } from 'vitest';
import type { CauseView, TestResultView } from '#src/operations/results/results-view.ts';
import { arrange, type ListOptions, type Row } from './arrange.ts';

let position = 0;
function result(
  test: string,
  status: TestResultView['status'],
  more: Partial<TestResultView> = {},
): TestResultView {
  position += 1;
  return {
    position,
    test,
    suite: null,
    status,
    message: null,
    reason: null,
    startedAt: null,
    durationMs: null,
    usualMs: null,
    attempt: 1,
    attempts: [],
    attachments: [],
    history: '',
    flakyInRun: false,
    classes: [],
    flaky: false,
    quarantine: null,
    failure: null,
    waits: null,
    ...more,
  };
}

function failure(
  test: string,
  classification: 'new' | 'known' | 'flaky' | null,
  message = 'no',
): TestResultView {
  const flaky = classification === 'flaky';
  return result(test, 'failed', {
    message,
    flaky,
    failure: { classification, cause: message, sameCauseAs: [], step: null, place: null },
  });
}

function causeOf(cause: string, tests: TestResultView[]): CauseView {
  return { cause, message: cause, status: 'failed', tests, sameCauseAs: [], note: null };
}

const filter: ListOptions = { filter: '', search: '', order: 'status', byCause: true };
const names = (rows: Row[]) =>
  rows.map((row) => (row.kind === 'cause' ? `= ${row.cause.cause}` : row.test.test));

describe('arrange', () => {
  it('filters the failures that a quarantine covered', () => {
    const quarantine = { id: 1, owner: 'ann', reason: 'slow', endsAt: '2026-12-31T00:00:00.000Z' };
    const tests = [result('F', 'failed'), result('Q', 'failed', { quarantine })];
    expect(names(arrange(tests, [], { ...filter, filter: 'quarantined' }))).toEqual(['Q']);
  });

  const passed = result('P', 'passed', { durationMs: 9 });
  const knownFailure = failure('K', 'known');
  const waiting = result('W', 'waiting');
  const fresh = failure('N', 'new', 'other');
  const running = result('R', 'running');
  const shaky = result('S', 'passed', { flakyInRun: true, durationMs: 50 });
  const tests = [passed, knownFailure, waiting, fresh, running, shaky];

  it('puts failures first, new ones before known ones, and waiting tests last', () => {
    expect(names(arrange(tests, [], filter))).toEqual(['N', 'K', 'R', 'S', 'P', 'W']);
  });

  it('sorts by plan, duration or name', () => {
    expect(names(arrange(tests, [], { ...filter, order: 'plan' }))).toEqual(['P', 'K', 'W', 'N', 'R', 'S']);
    expect(names(arrange(tests, [], { ...filter, order: 'slowest' })).slice(0, 2)).toEqual(['S', 'P']);
    expect(names(arrange(tests, [], { ...filter, order: 'name' }))).toEqual(['K', 'N', 'P', 'R', 'S', 'W']);
  });

  it('filters by status and search', () => {
    expect(names(arrange(tests, [], { ...filter, filter: 'failed' }))).toEqual(['N', 'K']);
    expect(names(arrange(tests, [], { ...filter, filter: 'flaky' }))).toEqual(['S']);
    expect(names(arrange(tests, [], { ...filter, search: 'OTH n' }))).toEqual(['N']);
  });

  it('groups failures by a shared cause', () => {
    const alone = failure('A', 'new', 'alone');
    const one = failure('C1', 'known', 'common');
    const two = failure('C2', 'new', 'common');
    const causes = [causeOf('common', [one, two]), causeOf('alone', [alone])];
    const all = [passed, alone, one, two];
    expect(names(arrange(all, causes, filter))).toEqual(['= common', 'C2', 'C1', 'A', 'P']);
    expect(names(arrange(all, causes, { ...filter, byCause: false }))).toEqual(['A', 'C2', 'C1', 'P']);
    expect(names(arrange(all, causes, { ...filter, search: 'C1' }))).toEqual(['C1']);
  });

  it('distinguishes tests of the same name in two suites', () => {
    const rows = arrange(
      [result('T', 'passed', { suite: 'A' }), result('T', 'passed', { suite: 'B' })],
      [],
      filter,
    );
    expect(rows.map(({ key }) => key)).toEqual(['A:T', 'B:T']);
  });
});
