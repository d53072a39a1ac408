import { z } from 'zod';
import { runPhases, runStates, verdicts } from '../../model/run.ts';
import { code, line, runId, testName, timeInput, wholeNumber } from '../core/fields.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { runView, viewRun } from '../core/views.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { withWaitReasons } from './idle-workers.ts';
import { splitTestName } from './test-log.ts';

export const listRuns = defineOperation({
  name: 'runs.list',
  method: 'GET',
  path: '/api/runs',
  summary: 'List runs, the newest first',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({
    environment: code.optional(),
    state: z.enum(runStates).optional(),
    phase: z
      .enum([...runPhases, 'cancelling'])
      .optional()
      .describe('Of running runs; cancelling: those that should end, whatever their phase'),
    verdict: z.enum(verdicts).optional(),
    test: testName
      .optional()
      .describe('Only runs with a result of this test, or of Suite:Test, among its newest 5,000 results'),
    since: timeInput.optional().describe('Only runs that were queued at this time or later'),
    requestedBy: line(200).optional().describe('Only runs that this principal submitted'),
    before: runId.optional().describe('Only runs with a smaller number: the next page'),
    limit: wholeNumber(1, 200).default(20),
  }),
  output: z.object({
    runs: z.array(runView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last page'),
  }),
  async run(context, { environment, state, phase, verdict, test, since, requestedBy, before, limit }) {
    const environmentId =
      environment === undefined ? undefined : (await getEnvironment(context, environment)).id;
    // One more than the limit shows whether there is another page.
    const page = await context.runs.list({
      limit: limit + 1,
      ...defined({ environmentId, state, phase, verdict, requestedBy, before }),
      ...(test !== undefined && { test: splitTestName(test) }),
      ...(since !== undefined && { since: new Date(since) }),
    });
    const runs = await withWaitReasons(context, page.slice(0, limit).map(viewRun));
    return { runs, next: page.length > limit ? (runs.at(-1)?.id ?? null) : null };
  },
});
