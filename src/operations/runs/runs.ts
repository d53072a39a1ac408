import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Principal } from '../../model/access.ts';
import type { Run } from '../../model/run.ts';
import { runStates, verdicts } from '../../model/run.ts';
import {
  describeSelection,
  emptySelection,
  isEmptySelection,
  type Selection,
} from '../../model/selection.ts';
import type { Context } from '../core/context.ts';
import { code, line, runId, testName, whole } from '../core/fields.ts';
import { idempotent } from '../core/idempotency.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { type RunView, runView, viewRun } from '../core/views.ts';
import { getEnvironment } from '../environments/environments.ts';
import { withWaits } from './idle-workers.ts';

const names = z.array(testName).max(10_000).default([]);
const requestedBy = line(200).default('api').describe('Where nobody signs in; else it is who has signed in');

export const priority = z.int().min(-1000).max(1000).describe('Higher starts earlier within its environment');

export const selectionInput = z.strictObject({
  all: z.boolean().default(false),
  tests: names,
  groups: names,
  suites: names,
  exclude: names,
});

export const submitRuns = defineOperation({
  name: 'runs.submit',
  method: 'POST',
  path: '/api/runs',
  summary: 'Queue one run for each environment, all of them or none',
  role: 'operator',
  audited: ({ environments, selection }) => `${environments.join(', ')}: ${describeSelection(selection)}`,
  input: z.object({
    environments: z.array(code).min(1, 'must name an environment').max(200),
    selection: selectionInput,
    priority: priority.default(0),
    requestedBy,
  }),
  output: z.object({ runs: z.array(runView) }),
  creates: true,
  run(context, asks, { principal: who, key, traceParent }) {
    const input = { ...asks, requestedBy: requesterOf(who, asks.requestedBy) };
    return idempotent<{ runs: RunView[] }>(
      context,
      { operation: 'runs.submit', input, key },
      async (keep) => {
        const { environments, selection, priority, requestedBy } = input;
        await checkSelection(context, selection);
        const ids: number[] = [];
        for (const each of new Set(environments)) ids.push((await getEnvironment(context, each)).id);
        const same = { selection, priority, requestedBy, ...defined({ traceParent }) };
        const runs = await context.runs.insert(
          ids.map((environmentId) => ({ environmentId, ...same })),
          (transaction, inserted) => keep(transaction, { runs: inserted.map(viewRun) }),
        );
        return { runs: runs.map(viewRun) };
      },
    );
  },
});

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
    verdict: z.enum(verdicts).optional(),
    before: runId.optional().describe('Only runs with a smaller number: the next page'),
    limit: whole.min(1).max(200).default(20),
  }),
  output: z.object({
    runs: z.array(runView),
    next: z.number().nullable().describe('The `before` of the next page; null when this is the last'),
  }),
  async run(context, { environment, state, verdict, before, limit }) {
    const environmentId =
      environment === undefined ? undefined : (await getEnvironment(context, environment)).id;
    // One more than asked for says whether there is another page.
    const found = await context.runs.list({
      limit: limit + 1,
      ...defined({ environmentId, state, verdict, before }),
    });
    const runs = await withWaits(context, found.slice(0, limit).map(viewRun));
    return { runs, next: found.length > limit ? (runs.at(-1)?.id ?? null) : null };
  },
});

export const cancelRun = defineOperation({
  name: 'runs.cancel',
  method: 'POST',
  path: '/api/runs/:id/cancel',
  summary: 'Cancel a run: at once when it is queued, else its worker ends it',
  role: 'operator',
  audited: ({ id }) => `run ${id}`,
  input: z.object({ id: runId }),
  output: runView,
  async run({ runs }, { id }) {
    return viewRun(await runs.cancel(id));
  },
});

export const prioritiseRun = defineOperation({
  name: 'runs.prioritise',
  method: 'POST',
  path: '/api/runs/:id/priority',
  summary: 'Let a queued run start earlier or later within its environment',
  role: 'operator',
  audited: ({ id, priority, front }) => `run ${id}: ${front ? 'to the front' : `priority ${priority}`}`,
  input: z.object({
    id: runId,
    priority: priority.optional(),
    front: z.boolean().default(false).describe('Before all that wait there now, instead of a priority'),
  }),
  output: runView,
  async run({ runs }, { id, priority, front }) {
    if ((priority === undefined) !== front) {
      throw new Fault('INPUT_INVALID', 'Either a priority is named, or front.');
    }
    return viewRun(await runs.prioritise(id, priority ?? 'front'));
  },
});

export const retryRun = defineOperation({
  name: 'runs.retry',
  method: 'POST',
  path: '/api/runs/:id/retry',
  summary: 'Submit a finished run again, whole or only what did not succeed',
  role: 'operator',
  audited: ({ id, failedOnly }) => `run ${id}${failedOnly ? ', failed only' : ''}`,
  input: z.object({
    id: runId,
    failedOnly: z.boolean().default(false).describe('Only tests that failed, were broken, or have no result'),
    requestedBy,
  }),
  output: runView,
  creates: true,
  run(context, asks, { principal: who, key, traceParent }) {
    const input = { ...asks, requestedBy: requesterOf(who, asks.requestedBy) };
    return idempotent<RunView>(context, { operation: 'runs.retry', input, key }, async (keep) => {
      const { id, failedOnly, requestedBy } = input;
      const run = await context.runs.get(id);
      if (run.state !== 'finished') throw new Fault('RUN_NOT_FINISHED', `Run ${id} is ${run.state}.`);
      const selection = failedOnly ? await selectUnsuccessful(context, run) : run.selection;
      const { environmentId, priority } = run;
      const inserted = await context.runs.insert(
        [{ environmentId, selection, priority, requestedBy, retryOf: id, ...defined({ traceParent }) }],
        (transaction, [made]) => keep(transaction, viewRun(made as Run)),
      );
      return viewRun(inserted[0] as Run);
    });
  },
});

/** Who asked for a run. Only where nobody signs in may a name be claimed. */
function requesterOf(principal: Principal, claimed: string): string {
  const signedIn = principal.via === 'password' || principal.via === 'oidc' || principal.via === 'token';
  return signedIn ? principal.name : claimed;
}

/** Refused here, before anything is queued, as far as it can be known here. */
export async function checkSelection(context: Context, selection: Selection): Promise<void> {
  if (isEmptySelection(selection)) throw new Fault('SELECTION_EMPTY', 'No test is selected.');
  const tests = await context.resolveSelection(selection);
  if (tests?.length === 0) throw new Fault('SELECTION_EMPTY', 'The selection covers no test.');
}

/** A run that broke before it had a plan did nothing, so all of it is repeated. */
async function selectUnsuccessful({ plans }: Context, run: Run): Promise<Selection> {
  const plan = await plans.list(run.id);
  if (plan.length === 0) return run.selection;
  const tests = plan.filter(({ status }) => status !== 'passed' && status !== 'skipped');
  if (tests.length === 0)
    throw new Fault('SELECTION_EMPTY', `No test of run ${run.id} failed or was broken.`);
  // In a suite a test runs between the suite's before and after, so it is named with it.
  const names = tests.map(({ test, suite }) => (suite ? `${suite}:${test}` : test));
  return { ...emptySelection, tests: names };
}
