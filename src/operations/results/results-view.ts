import { z } from 'zod';
import { classifications } from '../../model/failure.ts';
import { attachmentKinds, statuses } from '../../model/result.ts';
import { resultClasses } from '../../model/result-class.ts';
import { time } from '../core/fields.ts';
import { sourceFields, sourceView } from '../core/source-view.ts';
import { countsView, reasonView, waitsView } from '../core/views.ts';
import { noteView } from '../triage/note-view.ts';
import { appliedQuarantineView } from '../triage/quarantine-view.ts';

const earlierRunView = z.object({ id: z.number(), environment: z.string() });

/** The failure of a test that failed or was broken. */
export const failureView = z.object({
  classification: z
    .enum(classifications)
    .nullable()
    .describe(
      'The first of flaky, new and known among its classes; null: broken, or it never ran or failed for another cause before',
    ),
  cause: z.string().nullable().describe('Equal for messages that differ only in numbers and names'),
  sameCauseAs: z.array(earlierRunView).describe('Other runs with this cause, the newest first, at most 5'),
  step: z
    .object({
      title: z.string(),
      number: z.number().describe('From 1'),
      of: z.number().nullable().describe('Number of steps when the test last passed on this environment'),
    })
    .nullable()
    .describe('The step that failed'),
  place: z
    .object({
      test: sourceView.describe('Where the test is declared'),
      suite: z
        .object({ name: z.string(), ...sourceFields })
        .nullable()
        .describe(
          'Where its suite is declared, when the steps before that failed; then `step` is one of these',
        ),
      step: z
        .object({
          ...sourceFields,
          stepKey: z.string(),
          call: z
            .object({ actionGroup: z.string(), stepKey: z.string(), ...sourceFields })
            .nullable()
            .describe('The call of the action group that the step comes from'),
        })
        .nullable()
        .describe('Where the step that failed is declared; null when it is not known which one that is'),
    })
    .nullable()
    .describe('Where the failure comes from at the commits of the run; null when that is not known'),
});

export type FailureView = z.output<typeof failureView>;

/** A planned test and its current state. */
export const testResultView = z.object({
  position: z.number(),
  test: z.string(),
  suite: z.string().nullable(),
  status: z.enum([...statuses, 'running', 'waiting']),
  message: z.string().nullable().describe('At most 4,000 characters'),
  reason: reasonView.nullable(),
  startedAt: time.nullable(),
  durationMs: z.number().nullable(),
  usualMs: z
    .number()
    .nullable()
    .describe(
      'Median of its earlier passes here, once the run was compared with them; before, the mean of its last five executions',
    ),
  attempt: z.number().nullable().describe('Attempt of the run in which it was executed'),
  attempts: z
    .array(z.object({ attempt: z.number(), status: z.enum(statuses), message: z.string().nullable() }))
    .describe('Earlier attempts in this run'),
  attachments: z.array(z.object({ name: z.string(), kind: z.enum(attachmentKinds), path: z.string() })),
  history: z
    .string()
    .describe(
      'Its last ten outcomes on this environment before this one, the newest last: . passed, x failed',
    ),
  flakyInRun: z.boolean().describe('It passed, and failed in an earlier attempt of this run'),
  classes: z
    .array(z.enum(resultClasses))
    .describe('Of its result; until the run was compared with the history only those of failures'),
  flaky: z
    .boolean()
    .describe('It has the class flaky: it failed and then passed, or its outcome keeps changing'),
  quarantine: appliedQuarantineView
    .nullable()
    .describe('The quarantine that covered the failure when the run was judged, so that it decided nothing'),
  failure: failureView.nullable(),
  waits: waitsView.nullable(),
});

export type TestResultView = z.output<typeof testResultView>;

/** Tests of the run that failed for the same cause. */
export const causeView = z.object({
  cause: z.string(),
  message: z.string().describe('Message of the first of these tests'),
  status: z.enum(['failed', 'broken']),
  tests: z.array(z.object({ test: z.string(), suite: z.string().nullable() })),
  sameCauseAs: z.array(earlierRunView),
  note: noteView.nullable().describe('What users know about it'),
});

export type CauseView = z.output<typeof causeView>;

export const runResultsView = z.object({
  reason: reasonView
    .nullable()
    .describe('Why tests of the run have no result, or why there are none (unknown names, with the nearest)'),
  counts: countsView.extend({ running: z.number(), waiting: z.number() }),
  tests: z.array(testResultView).describe('In the order of the plan'),
  causes: z.array(causeView).describe('Causes of failures, the most frequent first'),
});

export type RunResultsView = z.output<typeof runResultsView>;
