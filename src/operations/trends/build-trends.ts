import { dayMs } from '../../model/duration.ts';
import type { TestTrend, TrendSums } from '../../store/tables/trends.ts';
import type { DayTrend, TestTrendView, TrendsView } from './trends-view.ts';

/** The length of each list of tests. */
const maxTests = 20;
/** A test that grew by less is not worth a look. */
const minGrowthMs = 1_000;
const minGrowth = 1.2;
/** Fewer executions say little about a test. */
const minExecutions = 5;
/** The time in which a test must not fail to count as one that never fails. */
const longTermDays = 90;

const daysBefore = (now: Date, count: number) => new Date(now.getTime() - count * dayMs);

/** The first of so many days until today. */
export const firstDayOf = (now: Date, days: number) => daysBefore(now, days - 1);

/**
 * The times that trends of so many days are made of. The first and the last quarter are compared, a day at least, of the time from the
 * first day with results on (as text, if there is one): before it there is nothing to compare with.
 */
export function trendTimes(now: Date, days: number, firstDay: string | undefined) {
  const since = firstDayOf(now, days);
  const start = firstDay === undefined ? since : new Date(Math.max(since.getTime(), Date.parse(firstDay)));
  const comparedDays = Math.floor((now.getTime() - start.getTime()) / dayMs) + 1;
  const quarter = Math.max(1, Math.floor(comparedDays / 4));
  return {
    since,
    firstUntil: new Date(start.getTime() + quarter * dayMs),
    lastFrom: daysBefore(now, quarter - 1),
    longTerm: daysBefore(now, longTermDays - 1),
  };
}

/** The sums as rates and means. */
export function viewSums(sums: TrendSums): Omit<DayTrend, 'day'> {
  const { passed, failed, broken, flaky, runs, waitingMs, durationMs, totalMs } = sums;
  const executions = passed + failed;
  const mean = (total: number, of: number) => (of === 0 ? null : Math.round(total / of));
  return {
    ...{ runs, passed, failed, broken, flaky },
    passRate: executions === 0 ? null : passed / executions,
    flakiness: executions === 0 ? null : flaky / executions,
    durationMs: mean(durationMs, runs),
    testMs: totalMs === undefined ? null : mean(totalMs, executions),
    waitingMs: mean(waitingMs, runs),
  };
}

/** The lists of tests: slowest, grown, costliest, never failed. */
export function listTests(
  tests: readonly TestTrend[],
): Pick<TrendsView, 'slowest' | 'grown' | 'costliest' | 'neverFailed'> {
  const executed = tests.filter(({ executions }) => executions > 0);
  const never = tests.filter(
    ({ executionsLongTerm, failuresLongTerm }) =>
      executionsLongTerm >= minExecutions && failuresLongTerm === 0,
  );
  return {
    slowest: top(executed, meanOf).map(viewTest),
    grown: top(executed.filter(hasGrown), growthMs).map(viewTest),
    costliest: top(executed, ({ totalMs }) => totalMs).map(viewTest),
    neverFailed: {
      days: longTermDays,
      tests: never.length,
      totalMs: never.reduce((sum, { totalMsLongTerm }) => sum + totalMsLongTerm, 0),
      costliest: top(never, ({ totalMsLongTerm }) => totalMsLongTerm).map((test) =>
        viewTest({ ...test, executions: test.executionsLongTerm, totalMs: test.totalMsLongTerm }),
      ),
    },
  };
}

const meanOf = ({ totalMs, executions }: TestTrend) => totalMs / executions;
const growthMs = ({ beforeMs = 0, afterMs = 0 }: TestTrend) => afterMs - beforeMs;
const hasGrown = ({ beforeMs, afterMs }: TestTrend) =>
  beforeMs !== undefined &&
  afterMs !== undefined &&
  afterMs - beforeMs >= minGrowthMs &&
  afterMs >= beforeMs * minGrowth;

const top = (tests: readonly TestTrend[], figure: (test: TestTrend) => number) =>
  tests.toSorted((one, other) => figure(other) - figure(one)).slice(0, maxTests);

function viewTest(test: TestTrend): TestTrendView {
  const { suite, executions, failed, flaky, totalMs, beforeMs, afterMs } = test;
  return {
    ...{ test: test.test, suite: suite ?? null, executions, failed, flaky, totalMs },
    meanMs: Math.round(meanOf(test)),
    beforeMs: beforeMs === undefined ? null : Math.round(beforeMs),
    afterMs: afterMs === undefined ? null : Math.round(afterMs),
  };
}
