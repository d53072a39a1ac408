import { z } from 'zod';
import { resultClasses } from '../../model/result-class.ts';
import { time } from '../core/fields.ts';
import { noteView } from '../triage/note-view.ts';

/** The matrix of a submission as JSON: its tests by environments. */

/** A commit of the test module. */
export const commitView = z.object({ id: z.string(), subject: z.string() });
const milliseconds = z.number().nullable();

/** The run in which something was seen first. */
const firstSeenView = z.object({
  submission: z.number().nullable(),
  run: z.number(),
  at: time,
  commit: commitView.nullable().describe('The commit of that run'),
});

export const matrixView = z.object({
  environments: z.array(z.string()).describe('The columns'),
  tests: z.number().describe('Number of tests, also of those that have no row'),
  rows: z.array(
    z.object({
      test: z.string(),
      suite: z.string().nullable(),
      cells: z
        .array(
          z
            .object({
              outcome: z
                .enum(['passed', 'failed', 'broken', 'skipped'])
                .nullable()
                .describe('Null while it has no result'),
              classes: z.array(z.enum(resultClasses)),
              durationMs: milliseconds,
              usualMs: milliseconds.describe('Usual duration of the test on this environment'),
              cause: z.string().nullable(),
              quarantined: z
                .boolean()
                .optional()
                .describe('True where a quarantine covers the failure, which decides no verdict'),
              since: firstSeenView
                .optional()
                .describe(
                  'Of a failure: the first one on this environment after the last pass. Of a slower test: the first slower pass there after the last usual one',
                ),
              run: z.number(),
            })
            .nullable()
            .describe('Null where the test was not planned'),
        )
        .describe('One for each environment'),
    }),
  ),
  causes: z.array(
    z.object({
      cause: z.string(),
      message: z.string().describe('The message of one of its failures'),
      values: z.array(z.string()).describe('The values that its messages compare'),
      tests: z.number(),
      environments: z.array(z.string()),
      since: firstSeenView.nullable().describe('Where it was seen first'),
      note: noteView.nullable(),
    }),
  ),
});
export type MatrixView = z.output<typeof matrixView>;
export type MatrixRow = MatrixView['rows'][number];
export type FirstSeen = z.output<typeof firstSeenView>;
export type MatrixCell = NonNullable<MatrixRow['cells'][number]>;
