import { z } from 'zod';
import type { ChangedTest } from '../../mftf/impact/changed-tests.ts';
import type { Reason } from '../../mftf/impact/reasons.ts';
import type { TestChanges } from '../../mftf/impact/test-changes.ts';
import { gitRef } from '../core/fields.ts';
import { stepView, viewStep } from './step-view.ts';

export const since = gitRef.describe(
  'Branch, tag or commit of the first test module that the tests are compared with',
);

export const reasonView = z.object({
  kind: z
    .string()
    .describe(
      'steps, data, element, page, metadata, helper, suite, annotations, files, skip, hooks, attachment, new, refused or unreadable',
    ),
  text: z.string().describe('Such as `data Coupon.code changed`'),
  file: z.string().nullable().describe('Below the root of Magento: where it is declared'),
  line: z.number().nullable(),
  before: z
    .string()
    .nullable()
    .describe('The value of a field, a selector or an address at the earlier commit'),
  after: z.string().nullable(),
});
export type ReasonView = z.output<typeof reasonView>;

export const changedTestView = z.object({
  test: z.string(),
  suites: z
    .array(z.string().nullable())
    .describe('The suites in which it is executed because of the change; null: alone'),
  reasons: z.array(reasonView).describe('Why it is among them'),
  more: z.number().describe('Number of reasons that were left out'),
});
export type ChangedTestView = z.output<typeof changedTestView>;

const hunk = z.object({
  skipped: z.number().describe('Number of equal steps that are left out before'),
  steps: z.array(stepView.extend({ change: z.enum(['same', 'added', 'removed']) })),
});

export const testChangesView = z.object({
  test: z.string(),
  state: z.enum(['same', 'changed', 'new', 'removed']),
  reasons: z.array(reasonView),
  more: z.number().describe('Number of reasons that were left out'),
  parts: z
    .array(z.object({ part: z.enum(['before', 'test', 'after']), hunks: z.array(hunk) }))
    .describe('The parts of the test whose steps differ; a step that changed was removed and added'),
});
export type TestChangesView = z.output<typeof testChangesView>;

function viewReason({ kind, text, origin, values }: Reason): ReasonView {
  return {
    kind,
    text,
    file: origin?.file || null,
    line: origin?.file ? origin.line : null,
    before: values?.before ?? null,
    after: values?.after ?? null,
  };
}

export function viewChangedTest({ test, suites, reasons, more }: ChangedTest): ChangedTestView {
  return { test, suites, reasons: reasons.map(viewReason), more };
}

export function viewTestChanges(test: string, { state, reasons, more, parts }: TestChanges): TestChangesView {
  return {
    test,
    state,
    reasons: reasons.map(viewReason),
    more,
    parts: parts.map(({ part, hunks }) => ({
      part,
      hunks: hunks.map(({ skipped, steps }) => ({
        skipped,
        steps: steps.map(({ change, step }) => ({ change, ...viewStep(step) })),
      })),
    })),
  };
}
