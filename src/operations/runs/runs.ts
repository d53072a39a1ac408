import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import type { Principal } from '../../model/access.ts';
import { maxEnvironments, maxPriority } from '../../model/limits.ts';
import type { Run } from '../../model/run.ts';

import { describeSelection, emptySelection, type Selection } from '../../model/selection.ts';
import { nothingToRetry } from '../../store/tables/user-retries.ts';

import type { Context } from '../core/context.ts';
import { code, gitRef, reservationId, runId, scheduleName } from '../core/fields.ts';
import { idempotent } from '../core/idempotency.ts';
import { defined, defineOperation } from '../core/operation.ts';
import { requestedBy, requesterOf } from '../core/requester.ts';
import { type RunView, runView, viewRun } from '../core/views.ts';
import { ownReservation, waitAtMostMs } from '../reservations/reservations.ts';
import { changedSinceFields, runsOfChanged } from './changed-since.ts';
import { commitSha, commitUrl, resolveCommit } from './requested-commit.ts';
import { resolveRequest } from './requested-runs.ts';
import { runOptionsInput } from './run-options.ts';
import { selectionInput } from './selection-input.ts';

export const priority = z
  .int()
  .min(-maxPriority)
  .max(maxPriority)
  .describe('Higher starts earlier in the queue of its environment');

export const submitRuns = defineOperation({
  name: 'runs.submit',
  method: 'POST',
  path: '/api/runs',
  summary: 'Queue one run for each environment, all of them or none',
  role: 'operator',
  readsTests: true,
  audited: ({ environments, selection, saved, ref, changedSince }) =>
    [
      ...(environments ? [environments.join(', ')] : []),
      selection ? describeSelection(selection) : `saved selection ${saved}`,
      ...(ref === undefined ? [] : [`ref ${ref}`]),
      ...(changedSince === undefined ? [] : [`changed since ${changedSince}`]),
    ].join(': '),
  input: z.object({
    environments: z
      .array(code)
      .min(1, 'must name an environment')
      .max(maxEnvironments)
      .optional()
      .describe('By default those of the saved selection'),
    selection: selectionInput.optional().describe('Or `saved`'),
    saved: scheduleName.optional().describe('A saved selection, with its environments, priority and options'),
    priority: priority.optional().describe('By default that of the saved selection, else 0'),
    options: runOptionsInput
      .optional()
      .describe('How the runs treat failed tests; by default as the saved selection says'),
    ref: gitRef.optional(),
    ...changedSinceFields,
    commitUrl: commitUrl.optional(),
    sha: commitSha.optional(),
    reservation: reservationId
      .optional()
      .describe('A reservation of the caller on the environment: the run may start in it'),
    waitAtMostMs: waitAtMostMs
      .optional()
      .describe('The run is cancelled with WAITED_TOO_LONG when it has not started after this time'),
    requestedBy,
  }),
  output: z.object({
    runs: z.array(runView),
    unchanged: z
      .array(code)
      .optional()
      .describe('With changedSince: the environments without a run, because none of the tests changed there'),
  }),
  creates: true,
  run(context, request, { principal, key, traceParent }) {
    const { environments, selection, saved, options, ref, commitUrl, sha, reservation, waitAtMostMs } =
      request;
    const { changedSince, mergeBase } = request;
    const input = {
      environments,
      selection,
      saved,
      // Without a saved selection 0 is the default, so that a request with it is the same one.
      priority: request.priority ?? (saved === undefined ? 0 : undefined),
      options,
      ref,
      changedSince,
      mergeBase,
      commitUrl,
      sha,
      reservation,
      waitAtMostMs,
      requestedBy: requesterOf(principal, request.requestedBy),
    };
    return idempotent<{ runs: RunView[]; unchanged?: string[] }>(
      context,
      { operation: 'runs.submit', input, key, principal },
      async (save) => {
        const { requestedBy } = input;
        const commitLink = resolveCommit(context, input);
        const { environmentIds, selection, priority, options, ref, saved } = await resolveRequest(
          context,
          input,
        );
        await checkReservation(context, { id: reservation, environmentIds, principal });
        const limits = { reservationId: reservation, waitAtMostMs };
        const fields = { ...limits, priority, options, requestedBy, ...defined({ traceParent }) };
        const { runs: places, unchanged } =
          changedSince === undefined
            ? { runs: environmentIds.map((environmentId) => ({ environmentId, selection, ref })) }
            : await runsOfChanged(context, environmentIds, { selection, ref, changedSince, mergeBase });
        const view = (inserted: Run[]) => ({
          runs: inserted.map(viewRun),
          ...(unchanged && { unchanged }),
        });
        const runs = await context.runs.insert(
          places.map((place) => ({ ...fields, ...place })),
          (transaction, inserted) => save(transaction, view(inserted)),
          { ...(saved && { name: saved.name, savedSelectionId: saved.id }), commitLink },
        );
        return view(runs);
      },
    );
  },
});

export const cancelRun = defineOperation({
  name: 'runs.cancel',
  method: 'POST',
  path: '/api/runs/:id/cancel',
  summary: 'Cancel a run: at once when it is queued, otherwise its worker ends it',
  role: 'operator',
  audited: ({ id }) => `run ${id}`,
  input: z.object({ id: runId }),
  output: runView,
  async run({ runs }, { id }, { principal }) {
    return viewRun(await runs.cancel(id, principal.name));
  },
});

export const prioritiseRun = defineOperation({
  name: 'runs.prioritise',
  method: 'POST',
  path: '/api/runs/:id/priority',
  summary: 'Change the position of a queued run in the queue of its environment',
  role: 'operator',
  audited: ({ id, priority, front }) => `run ${id}: ${front ? 'to the front' : `priority ${priority}`}`,
  input: z.object({
    id: runId,
    priority: priority.optional(),
    front: z
      .boolean()
      .default(false)
      .describe('Move it before all runs queued there now, instead of setting a priority'),
  }),
  output: runView,
  async run({ runs }, { id, priority, front }) {
    if ((priority === undefined) !== front) {
      throw new Fault('INPUT_INVALID', 'Name either priority or front.');
    }
    return viewRun(await runs.prioritise(id, priority ?? 'front'));
  },
});

export const retryRun = defineOperation({
  name: 'runs.retry',
  method: 'POST',
  path: '/api/runs/:id/retry',
  summary:
    'Retry a finished run: its tests that did not succeed as another attempt of the run, or its tests in a new run',
  role: 'operator',
  audited: ({ id, failedOnly, newRun }) =>
    `run ${id}${failedOnly ? ', failed only' : ''}${failedOnly && newRun ? ', new run' : ''}`,
  input: z.object({
    id: runId,
    failedOnly: z
      .boolean()
      .default(false)
      .describe(
        'Only tests that failed, were broken or have no result: another attempt of the same run at its commit',
      ),
    newRun: z
      .boolean()
      .optional()
      .describe(
        'With failedOnly: in a new run, at the newest commit. A retry of all tests always is a new run',
      ),
    requestedBy,
  }),
  output: runView,
  creates: true,
  run(context, request, { principal, key, traceParent }) {
    const input = { ...request, requestedBy: requesterOf(principal, request.requestedBy) };
    return idempotent<RunView>(context, { operation: 'runs.retry', input, key, principal }, async (save) => {
      const { id, failedOnly, newRun, requestedBy } = input;
      if (failedOnly && !newRun) {
        return viewRun(
          await context.runs.retryFailed(id, requestedBy, (transaction, run) =>
            save(transaction, viewRun(run)),
          ),
        );
      }
      const run = await context.runs.get(id);
      if (run.state !== 'finished') throw new Fault('RUN_NOT_FINISHED', `Run ${id} is ${run.state}.`);
      const selection = failedOnly ? await selectUnsuccessful(context, run) : run.selection;
      const { environmentId, priority, options, ref, submissionId } = run;
      const { commitLink } = submissionId === undefined ? {} : await context.submissions.get(submissionId);
      const inserted = await context.runs.insert(
        [
          {
            environmentId,
            selection,
            priority,
            options,
            requestedBy,
            retryOf: id,
            ...defined({ traceParent, ref }),
          },
        ],
        (transaction, [run]) => save(transaction, viewRun(run as Run)),
        // Its verdict is that of the same commit.
        { commitLink },
      );
      return viewRun(inserted[0] as Run);
    });
  },
});

/** Errors: RESERVATION_UNKNOWN, RESERVATION_ENDED, FORBIDDEN, INPUT_INVALID when a run is on another environment. */
async function checkReservation(
  context: Context,
  request: { id: number | undefined; environmentIds: readonly number[]; principal: Principal },
): Promise<void> {
  const { id, environmentIds, principal } = request;
  if (id === undefined) return;
  const { environment, environmentId, state } = await ownReservation(context, id, principal);
  if (state === 'ended' || state === 'cancelled')
    throw new Fault('RESERVATION_ENDED', `Reservation ${id} is ${state}.`);
  if (environmentIds.some((each) => each !== environmentId))
    throw new Fault('INPUT_INVALID', `Reservation ${id} is of ${environment}: submit its runs there only.`);
}

/** The tests of a run that did not succeed; all of its selection when it broke before it had a plan. */
async function selectUnsuccessful({ plans }: Context, run: Run): Promise<Selection> {
  const plan = await plans.list(run.id);
  if (plan.length === 0) return run.selection;
  const tests = plan.filter(({ status }) => status !== 'passed' && status !== 'skipped');
  if (tests.length === 0) throw nothingToRetry(run);
  // A test of a suite runs between the before and after of the suite, so it is named with the suite.
  const names = tests.map(({ test, suite }) => (suite ? `${suite}:${test}` : test));
  return { ...emptySelection, tests: names };
}
