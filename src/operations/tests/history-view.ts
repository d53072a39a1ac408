import { z } from 'zod';
import { statuses } from '../../model/result.ts';
import { time } from '../core/fields.ts';

const milliseconds = z.number().nullable();

/** One result of a test. */
export const historyCellView = z.object({
  run: z.number(),
  status: z.enum(statuses),
  durationMs: z.number(),
  message: z.string().nullable().describe('At most 300 characters'),
  at: time,
});

export type HistoryCellView = z.output<typeof historyCellView>;

const statistics = {
  results: z.number(),
  passRate: z.number().nullable().describe('0 to 1: share of passes among the results that passed or failed'),
  flakiness: z
    .number()
    .nullable()
    .describe('0 to 1: share of neighbouring outcomes on one environment that differ'),
  p50Ms: milliseconds,
  p95Ms: milliseconds,
};

export const testHistoryView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  suites: z
    .array(z.string().nullable())
    .describe('Suites in which this test ran; null stands for outside of a suite'),
  ...statistics,
  columns: z
    .array(
      z.object({
        commit: z.object({ id: z.string(), subject: z.string() }).nullable(),
        at: time.describe('Time of the earliest result in the column'),
        p50Ms: milliseconds,
        p95Ms: milliseconds,
      }),
    )
    .describe(
      'The oldest first: the first results at a commit on all environments, then the second ones, and so on',
    ),
  rows: z.array(
    z.object({
      environment: z.string().describe('Code of the environment'),
      ...statistics,
      cells: z.array(historyCellView.nullable()).describe('One for each column'),
    }),
  ),
});

export type TestHistoryView = z.output<typeof testHistoryView>;
