import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { classifications } from '../../model/failure.ts';
import { attachmentKinds, statuses } from '../../model/result.ts';
import { runId, testName, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { countsView, reasonView } from '../core/views.ts';
import { withFiles } from '../runs/run-record.ts';
import { judgeResults, mostSame } from './results-view.ts';
import { readSteps, readWhole } from './steps-file.ts';

const earlierRunView = z.object({ id: z.number(), environment: z.string() });

/** What is known of a test that failed or was broken. */
export const failureView = z.object({
  classification: z
    .enum(classifications)
    .nullable()
    .describe(
      'new: it passed before; known: it failed before as well; flaky: it keeps changing; null: broken, or never ran before',
    ),
  cause: z.string().nullable().describe('The same for messages that differ in numbers and names only'),
  sameCauseAs: z.array(earlierRunView).describe('Other runs with that cause, the newest first, at most 5'),
  step: z
    .object({
      title: z.string(),
      number: z.number().describe('From 1'),
      of: z.number().nullable().describe('How many steps it had when it last passed here'),
    })
    .nullable()
    .describe('The step that failed'),
});
export type FailureView = z.output<typeof failureView>;

/** A planned test, and how it is now. */
export const testResultView = z.object({
  position: z.number(),
  test: z.string(),
  suite: z.string().nullable(),
  status: z.enum([...statuses, 'running', 'waiting']),
  message: z.string().nullable().describe('At most 4,000 characters'),
  reason: reasonView.nullable(),
  startedAt: time.nullable(),
  durationMs: z.number().nullable(),
  usualMs: z.number().nullable().describe('The mean of its last five'),
  attempt: z.number().nullable().describe('Of the run, in which it was executed'),
  attempts: z
    .array(z.object({ attempt: z.number(), status: z.enum(statuses), message: z.string().nullable() }))
    .describe('Earlier ones in this run'),
  attachments: z.array(z.object({ name: z.string(), kind: z.enum(attachmentKinds), path: z.string() })),
  history: z
    .string()
    .describe(
      'Its last ten answers on this environment before this one, the newest last: . passed, x failed',
    ),
  flaky: z.boolean().describe('It changed at least three times in its last ten answers and this one'),
  failure: failureView.nullable(),
});
export type TestResultView = z.output<typeof testResultView>;

/** Tests of the run that failed for the same cause. */
export const causeView = z.object({
  cause: z.string(),
  message: z.string().describe('Of the first of them'),
  status: z.enum(['failed', 'broken']),
  tests: z.array(z.object({ test: z.string(), suite: z.string().nullable() })),
  sameCauseAs: z.array(earlierRunView),
});
export type CauseView = z.output<typeof causeView>;

export const runResultsView = z.object({
  reason: reasonView
    .nullable()
    .describe(
      'Of the run: why tests have no result, or why there are none (unknown names, with the nearest)',
    ),
  counts: countsView.extend({ running: z.number(), waiting: z.number(), flaky: z.number() }),
  tests: z.array(testResultView).describe('In the order of the plan'),
  causes: z.array(causeView).describe('Of failures, the most frequent first'),
});
export type RunResultsView = z.output<typeof runResultsView>;

export const listResults = defineOperation({
  name: 'runs.results',
  method: 'GET',
  path: '/api/runs/:id/results',
  summary: 'Show each test of a run: how it went, how it went before, and what failed for the same cause',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ id: runId }),
  output: runResultsView,
  async run(context, { id }) {
    const { reason } = await context.runs.get(id);
    // One after the other would see different moments; the plan is read last, so that no test under way is missed.
    const results = await context.results.list(id);
    const [plan, expected, answers] = await Promise.all([
      context.plans.list(id),
      context.durations.expected(id),
      context.durations.answers(id),
    ]);
    const causes = [...new Set(results.flatMap(({ cause }) => cause ?? []))];
    const same = await context.results.sameCauses(id, causes, mostSame);
    return { reason: reason ?? null, ...judgeResults({ plan, results, expected, answers, same }) };
  },
});

/** A step of a test, with the steps within it. */
export interface StepView {
  name: string;
  status: (typeof statuses)[number];
  durationMs: number;
  attachments: { name: string; path: string }[];
  steps: StepView[];
}

const stepView: z.ZodType<StepView> = z
  .object({
    name: z.string(),
    status: z.enum(statuses),
    durationMs: z.number(),
    attachments: z.array(z.object({ name: z.string(), path: z.string() })),
    get steps() {
      return z.array(stepView);
    },
  })
  .meta({ id: 'Step' });

export const stepsView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  attempt: z.number(),
  steps: z.array(stepView),
  more: z.boolean().describe('Steps were left out, because there are more than 5,000'),
});
export type StepsView = z.output<typeof stepsView>;

export const listSteps = defineOperation({
  name: 'runs.steps',
  method: 'GET',
  path: '/api/runs/:id/steps',
  summary: 'Show what a test of a run did, step by step',
  role: 'viewer',
  audited: false,
  input: z.object({
    id: runId,
    test: testName,
    suite: testName.optional(),
    attempt: runId.optional().describe('The latest in which it was executed by default'),
  }),
  output: stepsView,
  async run(context, { id, test, suite, attempt }) {
    await withFiles(context.runs, id);
    const results = (await context.results.list(id)).filter(
      (result) => result.test === test && result.suite === suite,
    );
    const name = suite === undefined ? test : `${suite}:${test}`;
    const result = attempt === undefined ? results.at(-1) : results.find((each) => each.attempt === attempt);
    if (result === undefined) throw new Fault('NOT_FOUND', `Run ${id} has no such result of ${name}.`);
    const file = result.attachments.find(({ kind }) => kind === 'steps');
    if (file === undefined) throw new Fault('NOT_FOUND', `No steps are kept of ${name} in run ${id}.`);
    const read = readSteps(await readWhole(await context.artifacts.open(id, file.path)));
    return { test, suite: suite ?? null, attempt: result.attempt, ...read };
  },
});
