import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { statuses } from '../../model/result.ts';
import { runId, testName } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { createSourceViewer } from '../core/source-view.ts';
import { getRunWithFiles } from '../runs/run-record.ts';
import { judgeResults, maxSameCause } from './judge-results.ts';
import { runResultsView } from './results-view.ts';
import { readSmallFile, readSteps } from './steps-file.ts';

export const listResults = defineOperation({
  name: 'runs.results',
  method: 'GET',
  path: '/api/runs/:id/results',
  summary: 'Show each test of a run with its result and history, and the causes of failures',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    id: runId,
    only: z.enum(['failures']).optional().describe('failures: only the tests that failed or were broken'),
  }),
  output: runResultsView,
  async run(context, { id, only }) {
    const { reason, modules } = await context.runs.get(id);
    // The plan is read after the results, so that no test under way is missed.
    const results = await context.results.list(id);
    const [plan, expected, outcomes, classes] = await Promise.all([
      context.plans.list(id),
      context.durations.expected(id),
      context.durations.outcomes(id),
      context.comparisons.classes(id),
    ]);
    const causes = [...new Set(results.flatMap(({ cause }) => cause ?? []))];
    const [same, notes] = await Promise.all([
      context.results.sameCauses(id, causes, maxSameCause),
      context.notes.ofCauses(causes),
    ]);
    const { tests, ...judged } = judgeResults({
      ...{ plan, results, expected, outcomes, classes, same, notes },
      viewSource: createSourceViewer(context, modules),
    });
    const listed = only === 'failures' ? tests.filter(({ failure }) => failure !== null) : tests;
    return { reason: reason ?? null, ...judged, tests: listed };
  },
});

/** A step of a test, with its nested steps. */
export interface StepView {
  name: string;
  status: (typeof statuses)[number];
  startedAt?: number | undefined;
  durationMs: number;
  attachments: { name: string; path: string }[];
  steps: StepView[];
}

const stepView: z.ZodType<StepView> = z
  .object({
    name: z.string(),
    status: z.enum(statuses),
    startedAt: z.number().optional().describe('Milliseconds since 1970; absent when unknown'),
    durationMs: z.number(),
    attachments: z.array(z.object({ name: z.string(), path: z.string() })),
    get steps() {
      return z.array(stepView);
    },
  })
  .meta({ id: 'Step' });

const stepsView = z.object({
  test: z.string(),
  suite: z.string().nullable(),
  attempt: z.number(),
  steps: z.array(stepView),
  more: z.boolean().describe('There are more than 5,000 steps; the rest was left out'),
});

export const listSteps = defineOperation({
  name: 'runs.steps',
  method: 'GET',
  path: '/api/runs/:id/steps',
  summary: 'Show the steps of a test of a run',
  role: 'viewer',
  audited: false,
  input: z.object({
    id: runId,
    test: testName,
    suite: testName.optional(),
    attempt: runId.optional().describe('By default the latest attempt in which it was executed'),
  }),
  output: stepsView,
  async run(context, { id, test, suite, attempt }) {
    await getRunWithFiles(context.runs, id);
    const results = (await context.results.list(id)).filter(
      (result) => result.test === test && result.suite === suite,
    );
    const name = suite === undefined ? test : `${suite}:${test}`;
    const result = attempt === undefined ? results.at(-1) : results.find((each) => each.attempt === attempt);
    if (result === undefined) throw new Fault('NOT_FOUND', `Run ${id} has no such result of ${name}.`);
    const file = result.attachments.find(({ kind }) => kind === 'steps');
    if (file === undefined) throw new Fault('NOT_FOUND', `Run ${id} has no recorded steps of ${name}.`);
    const read = readSteps(await readSmallFile(await context.artifacts.open(id, file.path)));
    return { test, suite: suite ?? null, attempt: result.attempt, ...read };
  },
});
