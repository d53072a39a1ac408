import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { readChanges } from '../../messages/facts/changes.ts';
import type { Submission } from '../../model/submission.ts';
import type { Context } from '../core/context.ts';
import { scheduleName, submissionId, wholeNumber } from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { buildCauses, buildRows, datedResults, failuresByCause } from './build-matrix.ts';
import { matrixView } from './matrix-view.ts';
import {
  type SubmissionView,
  submissionSummary,
  submissionView,
  viewSubmission,
  viewSummary,
} from './submission-view.ts';

export const listSubmissions = defineOperation({
  name: 'submissions.list',
  method: 'GET',
  path: '/api/submissions',
  summary: 'List submissions, the newest first: what was requested at once over several environments',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    schedule: scheduleName.optional().describe('Only those of this schedule'),
    saved: scheduleName.optional().describe('Only those of this saved selection'),
    finished: z.enum(['true', 'false']).optional().describe('Only those that are finished, or not'),
    before: submissionId.optional().describe('Only submissions with a smaller number: the next page'),
    limit: wholeNumber(1, 200).default(20),
  }),
  output: z.object({
    submissions: z.array(submissionSummary),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last page'),
  }),
  async run(context, { schedule, saved, finished, before, limit }) {
    const scheduleId = schedule === undefined ? undefined : (await context.schedules.get(schedule)).id;
    const savedSelectionId = saved === undefined ? undefined : (await context.savedSelections.get(saved)).id;
    // One more than the limit shows whether there is another page.
    const page = await context.submissions.list({
      limit: limit + 1,
      ...defined({ scheduleId, savedSelectionId, before }),
      ...(finished !== undefined && { finished: finished === 'true' }),
    });
    const submissions = page.slice(0, limit).map(viewSummary);
    return { submissions, next: page.length > limit ? (submissions.at(-1)?.id ?? null) : null };
  },
});

export const showSubmission = defineOperation({
  name: 'submissions.show',
  method: 'GET',
  path: '/api/submissions/:id',
  summary: 'Show a submission with its runs, and what it is compared with',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ id: submissionId }),
  output: submissionView,
  run: async (context, { id }) => view(context, await context.submissions.get(id)),
});

export const showLatestSubmission = defineOperation({
  name: 'schedules.latest',
  method: 'GET',
  path: '/api/schedules/:name/latest',
  summary: 'Show the newest finished submission of a schedule',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ name: scheduleName }),
  output: submissionView,
  async run(context, { name }) {
    const { id: scheduleId } = await context.schedules.get(name);
    const [latest] = await context.submissions.list({ scheduleId, finished: true, limit: 1 });
    if (latest) return view(context, latest);
    throw new Fault(
      'SUBMISSION_NOT_FINISHED',
      `Schedule ${JSON.stringify(name)} has no finished submission yet.`,
    );
  },
});

export const showMatrix = defineOperation({
  name: 'submissions.matrix',
  method: 'GET',
  path: '/api/submissions/:id/matrix',
  summary: 'Show the tests of a submission by environments, and the causes of its failures',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    id: submissionId,
    rows: z
      .enum(['notable', 'all'])
      .default('notable')
      .describe('notable: only tests that differ between environments, failed, or have a class'),
  }),
  output: matrixView,
  async run({ submissions, matrix, notes }, { id, rows }) {
    const { runs } = await submissions.get(id);
    const runIds = runs.map((run) => run.id);
    const notable = rows === 'notable';
    const [cells, count] = await Promise.all([
      matrix.cells(runIds, { notable }),
      notable ? matrix.countTests(runIds) : undefined,
    ]);
    const failures = failuresByCause(cells);
    const causes = [...failures.keys()];
    const [seen, noteOf, dated] = await Promise.all([
      matrix.causes(causes, [...failures.values()].flat()),
      notes.ofCauses(causes),
      matrix.since(datedResults(cells)),
    ]);
    const shownRows = buildRows(runs, cells, { notable, dated });
    return {
      environments: runs.map(({ environmentCode }) => environmentCode),
      tests: count ?? shownRows.length,
      rows: shownRows,
      causes: buildCauses(runs, failures, seen, noteOf),
    };
  },
});

async function view(context: Context, submission: Submission): Promise<SubmissionView> {
  const { submissions } = context;
  const [related, usualMs] = await Promise.all([
    submissions.related(submission.id),
    submissions.usualDurations(submission.runs.map(({ id }) => id)),
  ]);
  const commits = related.reference && (await readChanges(context, related.reference.id, submission));
  return viewSubmission(submission, related, { usualMs, commits });
}
