import { z } from 'zod';
import type { Run } from '../../model/run.ts';
import { timeLeft, workOf } from '../../model/time-left.ts';
import type { PlannedProgress } from '../../store/tables/plans.ts';
import type { Context } from '../core/context.ts';
import { runId, time } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { runView, viewRun } from '../core/views.ts';
import { withWaitReasons } from './idle-workers.ts';

export const progressView = z.object({
  run: runView,
  position: z
    .number()
    .nullable()
    .describe('Position in the queue of its environment, 1 is executed next; null unless queued'),
  current: z
    .object({ test: z.string(), suite: z.string().nullable(), startedAt: time })
    .nullable()
    .describe('The test under way'),
  msLeft: z
    .number()
    .nullable()
    .describe('Expected time left, from earlier durations of its tests; null when unknown'),
});
export type ProgressView = z.output<typeof progressView>;

export const showProgress = defineOperation({
  name: 'runs.progress',
  method: 'GET',
  path: '/api/runs/:id/progress',
  summary: 'Show the progress of a run',
  role: 'viewer',
  audited: false,
  live: true,
  input: z.object({ id: runId }),
  output: progressView,
  async run(context, { id }) {
    const run = await context.runs.get(id);
    return viewProgress(context, run, run.state === 'running' ? await context.plans.list(id) : []);
  },
});

/** The progress of a run. `plan` is only read when the run is running. */
export async function viewProgress(
  context: Context,
  run: Run,
  plan: readonly PlannedProgress[],
): Promise<ProgressView> {
  const running = run.state === 'running';
  const current = running ? plan.find(({ startedAt }) => startedAt) : undefined;
  const remaining = running && plan.length > 0 ? await timeLeftOf(context, run, plan) : undefined;
  const [view = viewRun(run)] = await withWaitReasons(context, [viewRun(run)]);
  return {
    run: view,
    position: run.state === 'queued' ? ((await context.runs.positionInQueue(run.id)) ?? null) : null,
    current: current?.startedAt
      ? { test: current.test, suite: current.suite ?? null, startedAt: current.startedAt.toISOString() }
      : null,
    msLeft: remaining === undefined ? null : Math.round(remaining.msLeft),
  };
}

async function timeLeftOf(context: Context, run: Run, plan: readonly PlannedProgress[]) {
  const [expected, environment, overheads] = await Promise.all([
    context.durations.expected(run.id),
    context.environments.find(run.environmentCode),
    context.durations.overheads([run.environmentId]),
  ]);
  const overhead = overheads.get(run.environmentId);
  return timeLeft(workOf(plan, { expected, slots: environment?.slots ?? 1, overhead }), new Date());
}
