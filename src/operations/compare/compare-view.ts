import { z } from 'zod';
import { verdicts } from '../../model/run.ts';
import { comparedOutcomes } from '../../store/tables/compared-runs.ts';
import { time } from '../core/fields.ts';
import { noteView } from '../triage/note-view.ts';
import { differences } from './compare-tests.ts';

const comparedRunView = z.object({
  id: z.number(),
  environment: z.string(),
  verdict: z.enum(verdicts),
  commit: z.object({ id: z.string(), subject: z.string() }).nullable().describe('Of the first test module'),
  modules: z
    .array(z.object({ name: z.string(), id: z.string(), subject: z.string() }))
    .nullable()
    .describe('The commits of all test modules, in order; null for runs of older versions'),
  finishedAt: time,
});

const sideKinds = ['run', 'submission', 'environment', 'commit'] as const;

/** One side of a comparison. */
export const sideView = z.object({
  kind: z.enum(sideKinds),
  name: z.string().describe('Number, code or commit'),
  runs: z.array(comparedRunView).describe('Its finished runs, by environment'),
  unfinished: z.array(z.string()).describe('Environments on which it is not finished; they are left out'),
});
export type SideView = z.output<typeof sideView>;

const outcomeView = z.object({
  run: z.number(),
  outcome: z
    .enum(comparedOutcomes)
    .nullable()
    .describe('Of its last attempt; flaky: it passed after it had failed in the run; null: no result'),
  durationMs: z.number().nullable(),
  cause: z.string().nullable(),
});

export const differenceView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  environment: z.string().describe('Of A; of B for a test that is only in B'),
  difference: z.enum(differences),
  a: outcomeView.nullable().describe('Null: not planned'),
  b: outcomeView.nullable(),
});
export type DifferenceView = z.output<typeof differenceView>;

const count = z.number();

export const compareView = z.object({
  a: sideView,
  b: sideView,
  pairs: z
    .array(z.object({ a: z.number(), b: z.number(), common: z.number() }))
    .describe('The runs that are compared with each other, with the number of tests in common'),
  alone: z
    .object({ a: z.array(z.string()), b: z.array(z.string()) })
    .describe('Environments with runs on one side only; their tests are not compared'),
  counts: z.object({
    common: count,
    same: count,
    outcome: count,
    cause: count,
    duration: count,
    onlyA: count,
    onlyB: count,
  }),
  durations: z
    .object({ tests: z.number(), aMs: z.number(), bMs: z.number() })
    .describe('Sums of the tests that passed on both sides'),
  rows: z
    .array(differenceView)
    .describe(
      'Tests that differ: other outcomes first, of these the failures in B; then causes and durations',
    ),
  more: z.number().describe('Differing tests beyond the limit'),
  causes: z
    .array(z.object({ cause: z.string(), message: z.string(), note: noteView.nullable() }))
    .describe('The causes in the rows, each with the message of its newest failure'),
});
export type CompareView = z.output<typeof compareView>;
