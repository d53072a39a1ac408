import { z } from 'zod';
import type { PastResult } from '../../store/tables/results.ts';
import type { Context, StepChange } from '../core/context.ts';
import { line, runId, testName, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { testChangesView, viewTestChanges } from '../tests/changes-view.ts';

const datedCommit = z.object({ id: z.string(), subject: z.string(), author: z.string(), at: time });

const place = z.object({ file: z.string().describe('Below the root of Magento'), line: z.number() });

/** Results of a test on all environments that are searched for one that passed. */
const maxResults = 2_000;

export const showChangesSincePass = defineOperation({
  name: 'runs.testChanges',
  method: 'GET',
  path: '/api/runs/:id/changes',
  summary: 'Show how a test of a run differs from that of the last run before in which it passed there',
  role: 'viewer',
  audited: false,
  readsTests: true,
  input: z.object({
    id: runId,
    test: testName,
    suite: testName.optional(),
    step: line(300).optional().describe('The key of a step, such as that which failed'),
  }),
  output: z.object({
    since: z
      .object({ run: z.number(), commit: z.object({ id: z.string(), subject: z.string() }), at: time })
      .nullable()
      .describe('The last run before, on the same environment, in which the test passed'),
    commits: z
      .array(datedCommit)
      .nullable()
      .describe('Of the first test module, after that run and up to this one; null when not known'),
    moreCommits: z.boolean().describe('There are more commits; the oldest are left out'),
    changes: testChangesView
      .nullable()
      .describe('With the current image of the environment; null without an earlier run or commits'),
    step: z
      .object({
        place,
        call: place.nullable().describe('The call of the action group that it comes from'),
        changed: z.boolean().describe('Whether the step itself differs from that of the earlier run'),
        lastChange: datedCommit
          .extend({
            commitsAgo: z.number().describe('Number of commits after it, up to that of the run'),
            boundary: z.boolean().describe('The history is cut off there, so the change may be older'),
            kind: z
              .enum(['step', 'call', 'data', 'element', 'page', 'metadata', 'helper'])
              .describe(
                'What it changed: the step itself, the call of its action group, or what it refers to',
              ),
            name: z.string().describe('Such as `CartSection.total`'),
            place,
          })
          .nullable()
          .describe(
            'The commit that changed it, or what it resolves to, last; null when all of that is in the image',
          ),
      })
      .nullable(),
  }),
  async run(context, { id, test, suite, step: stepKey }) {
    const run = await context.runs.get(id);
    const { modules } = run;
    const nothing = { since: null, commits: null, moreCommits: false, changes: null, step: null };
    if (modules === undefined) return nothing;
    const environment = await getEnvironment(context, run.environmentCode);
    const passed = await lastPass(context, { id, environment: environment.code, test, suite });
    const earlier = passed && (await context.runs.get(passed.runId)).modules;
    const compared = { environment, before: earlier ?? modules, after: modules, test, stepKey };
    const { stepChange, ...changes } = await context.impact.changesBetween(compared);
    const ends = earlier && { from: earlier[0].id, to: modules[0].id };
    const range = ends && ends.from !== ends.to ? await context.commitRange(ends) : undefined;
    const isSame = ends?.from === ends?.to;
    return {
      since:
        passed && earlier
          ? {
              run: passed.runId,
              commit: { id: earlier[0].id, subject: earlier[0].subject },
              at: passed.at.toISOString(),
            }
          : null,
      commits: isSame && ends ? [] : (range?.commits.map(viewCommit) ?? null),
      moreCommits: range?.more ?? false,
      changes: earlier ? viewTestChanges(test, changes) : null,
      step: changes.step && {
        place: changes.step.origin,
        call: changes.step.call,
        changed: changes.step.changed,
        lastChange: stepChange === undefined ? null : viewStepChange(stepChange),
      },
    };
  },
});

async function lastPass(
  { results }: Context,
  of: { id: number; environment: string; test: string; suite: string | undefined },
): Promise<PastResult | undefined> {
  const history = await results.history(of.test, maxResults);
  return history.findLast(
    ({ runId, environment, suite, status }) =>
      runId < of.id && environment === of.environment && suite === of.suite && status === 'passed',
  );
}

function viewCommit({ at, ...commit }: StepChange['commit']): z.input<typeof datedCommit> {
  return { ...commit, at: at.toISOString() };
}

function viewStepChange({ commit, commitsAgo, isBoundary, place: { kind, name, origin } }: StepChange) {
  return { ...viewCommit(commit), commitsAgo, boundary: isBoundary, kind, name, place: origin };
}
