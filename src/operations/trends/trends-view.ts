import { z } from 'zod';

const count = z.number();
const share = z.number().nullable();
const mean = z.number().nullable();

const sums = {
  runs: count.describe('Finished runs that were not cancelled'),
  passed: count,
  failed: count,
  broken: count,
  flaky: count.describe('Of those that passed: they failed in an earlier attempt of their run'),
  passRate: share.describe('0 to 1: share of passes among the results that passed or failed'),
  flakiness: share.describe('0 to 1: share of flaky results among those that passed or failed'),
  durationMs: mean.describe('Mean duration of a run'),
  testMs: mean.describe('Mean duration of a test; null unless a group or module is chosen'),
  waitingMs: mean.describe('Mean time from the submission of a run to its start'),
};

export const dayTrendView = z.object({ day: z.string().describe('2026-11-28, in UTC'), ...sums });
export type DayTrend = z.output<typeof dayTrendView>;

const testTrendView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  executions: count.describe('Results that passed or failed'),
  failed: count,
  flaky: count,
  meanMs: z.number(),
  totalMs: z.number(),
  beforeMs: mean.describe('Mean duration in the first quarter of the time; null without enough executions'),
  afterMs: mean.describe('Mean duration in the last quarter, on the same environments'),
});
export type TestTrendView = z.output<typeof testTrendView>;

export const trendsView = z.object({
  since: z.string().describe('The first day'),
  days: z.array(dayTrendView).describe('Days with finished runs, the oldest first'),
  environments: z
    .array(z.object({ environment: z.string().describe('Code of the environment'), ...sums }))
    .describe('By code'),
  slowest: z.array(testTrendView).describe('By their mean duration'),
  grown: z
    .array(testTrendView)
    .describe('By how much longer they take than in the first quarter of the time'),
  costliest: z.array(testTrendView).describe('By the sum of their durations'),
  neverFailed: z
    .object({
      days: count,
      tests: count.describe('Number of tests that were executed and never failed'),
      totalMs: z.number().describe('The sum of their durations'),
      costliest: z.array(testTrendView),
    })
    .describe('Tests without a failure in 90 days, not even in an attempt before a pass'),
});
export type TrendsView = z.output<typeof trendsView>;
