import { expect, it } from 'vitest';
import type { TestTrend } from '../../store/tables/trends.ts';
import { listTests, trendTimes, viewSums } from './build-trends.ts';

const test = (name: string, fields: Partial<TestTrend>): TestTrend => ({
  ...{ test: name, suite: undefined, executions: 10, failed: 0, flaky: 0, totalMs: 10_000 },
  ...{ beforeMs: undefined, afterMs: undefined },
  ...{ executionsLongTerm: 10, failuresLongTerm: 1, totalMsLongTerm: 10_000 },
  ...fields,
});
const names = (list: readonly { test: string }[]) => list.map((each) => each.test);

it('compares the first with the last quarter of the time, from the first day with results on', () => {
  const timesOf = (days: number, firstDay: string | undefined) => {
    const { since, firstUntil, lastFrom, longTerm } = trendTimes(
      new Date('2026-11-29T10:00:00Z'),
      days,
      firstDay,
    );
    return [since, firstUntil, lastFrom, longTerm].map((at) => at.toISOString().slice(0, 10));
  };
  expect(timesOf(8, undefined)).toEqual(['2026-11-22', '2026-11-24', '2026-11-28', '2026-09-01']);
  expect(timesOf(8, '2026-11-22')).toEqual(['2026-11-22', '2026-11-24', '2026-11-28', '2026-09-01']);
  expect(timesOf(56, '2026-11-22')).toEqual(['2026-10-05', '2026-11-24', '2026-11-28', '2026-09-01']);
  expect(timesOf(56, '2026-11-29')).toEqual(['2026-10-05', '2026-11-30', '2026-11-29', '2026-09-01']);
});

it('makes rates and means of sums, and null of nothing', () => {
  const sums = { passed: 90, failed: 10, broken: 3, flaky: 5, totalMs: 200_000 };
  expect(viewSums({ ...sums, runs: 2, waitingMs: 60_000, durationMs: 120_000 })).toMatchObject({
    ...{ passRate: 0.9, flakiness: 0.05, durationMs: 60_000, testMs: 2_000, waitingMs: 30_000 },
  });
  const none = { passed: 0, failed: 0, broken: 3, flaky: 0, totalMs: undefined };
  expect(viewSums({ ...none, runs: 0, waitingMs: 0, durationMs: 0 })).toMatchObject({
    ...{ passRate: null, flakiness: null, durationMs: null, testMs: null, waitingMs: null },
  });
});

it('lists the slowest tests by their mean and the costliest by their sum', () => {
  const tests = [
    test('OftenTest', { executions: 100, totalMs: 500_000 }),
    test('SlowTest', { executions: 2, totalMs: 240_000 }),
    test('NotExecutedTest', { executions: 0, totalMs: 0 }),
  ];
  const { slowest, costliest } = listTests(tests);
  expect(names(slowest)).toEqual(['SlowTest', 'OftenTest']);
  expect(slowest[0]?.meanMs).toBe(120_000);
  expect(names(costliest)).toEqual(['OftenTest', 'SlowTest']);
});

it('lists the tests that grew by a second and a fifth at least, most seconds first', () => {
  const tests = [
    test('LittleTest', { beforeMs: 100, afterMs: 900 }),
    test('ByAFewPercentTest', { beforeMs: 60_000, afterMs: 65_000 }),
    test('DoubledTest', { beforeMs: 10_000, afterMs: 20_000 }),
    test('LongTest', { beforeMs: 60_000, afterMs: 90_000 }),
    test('NewTest', { afterMs: 90_000 }),
  ];
  expect(names(listTests(tests).grown)).toEqual(['LongTest', 'DoubledTest']);
});

it('counts the tests that never failed in 90 days, with what they cost', () => {
  const never = { failuresLongTerm: 0 };
  const tests = [
    test('GoodTest', { ...never, totalMsLongTerm: 5_000 }),
    test('GoodAndLongTest', { ...never, totalMsLongTerm: 50_000 }),
    test('FailedOnceTest', {}),
    test('HardlyExecutedTest', { ...never, executionsLongTerm: 4 }),
  ];
  expect(listTests(tests).neverFailed).toMatchObject({ days: 90, tests: 2, totalMs: 55_000 });
  expect(names(listTests(tests).neverFailed.costliest)).toEqual(['GoodAndLongTest', 'GoodTest']);
});
