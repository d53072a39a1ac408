import type { Reason } from '../model/run.ts';
import type { Schedule } from '../model/schedule.ts';

/** A run of the schedule that is not finished. */
export interface OpenRun {
  id: number;
  environmentId: number;
  state: 'queued' | 'running';
}

/** Where a schedule that fires submits a run, and where not. */
export interface Plan {
  /** Ids of the environments that get a run. */
  start: number[];
  /** Ids of the runs that are cancelled for it. */
  cancel: number[];
  /** Why other environments get none. */
  reasons: Reason[];
}

/**
 * How many runs of a schedule may wait in one environment; without a limit the queue of a stuck or paused one would grow for
 * ever.
 */
const maxWaiting = 10;

/** Decides for each environment separately: a slow environment does not delay the others. */
export function planRuns(
  { overlap, environments }: Pick<Schedule, 'overlap' | 'environments'>,
  open: readonly OpenRun[],
): Plan {
  const plan: Plan = { start: [], cancel: [], reasons: [] };
  for (const { id, code, removed } of environments) {
    const earlier = open.filter(({ environmentId }) => environmentId === id);
    const reason = removed ? removedReason(code) : overlapReason(overlap, code, earlier);
    if (reason) {
      plan.reasons.push(reason);
      continue;
    }
    plan.start.push(id);
    if (overlap === 'replace') plan.cancel.push(...earlier.map((run) => run.id));
  }
  return plan;
}

function removedReason(code: string): Reason {
  return { code: 'ENVIRONMENT_UNKNOWN', message: `The environment ${code} was removed.` };
}

function overlapReason(
  overlap: Schedule['overlap'],
  code: string,
  earlier: readonly OpenRun[],
): Reason | undefined {
  const [first] = earlier;
  if (first === undefined || overlap === 'replace') return undefined;
  const waiting = earlier.filter(({ state }) => state === 'queued').length;
  if (overlap === 'queue') {
    if (waiting < maxWaiting) return undefined;
    return { code: 'SCHEDULE_OVERLAPS', message: `${waiting} runs of the schedule already wait on ${code}.` };
  }
  return {
    code: 'SCHEDULE_OVERLAPS',
    message: `Run ${first.id} of the schedule on ${code} is ${first.state}.`,
  };
}
