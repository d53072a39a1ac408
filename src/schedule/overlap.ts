import type { Reason } from '../model/run.ts';
import type { Schedule } from '../model/schedule.ts';

/** A run of the schedule that is not finished. */
export interface OpenRun {
  id: number;
  environmentId: number;
  state: 'queued' | 'running';
}

/** Where a schedule that fires makes a run, and where not. */
export interface Plan {
  /** Environments that get one. */
  start: number[];
  /** Runs that end for it. */
  cancel: number[];
  /** Why others get none. */
  reasons: Reason[];
}

/** As many runs of a schedule as may wait in one environment; without a limit a stuck or paused one would fill for ever. */
export const maxWaiting = 10;

/** Decides for each environment by itself: what is slow on one does not hold up the others. */
export function planRuns(
  { overlap, environments }: Pick<Schedule, 'overlap' | 'environments'>,
  open: readonly OpenRun[],
): Plan {
  const plan: Plan = { start: [], cancel: [], reasons: [] };
  for (const { id, code, removed } of environments) {
    const earlier = open.filter(({ environmentId }) => environmentId === id);
    const why = removed ? removedReason(code) : overlapReason(overlap, code, earlier);
    if (why) {
      plan.reasons.push(why);
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
    return { code: 'SCHEDULE_OVERLAPS', message: `${waiting} of its runs wait on ${code} already.` };
  }
  return { code: 'SCHEDULE_OVERLAPS', message: `Run ${first.id} of it on ${code} is ${first.state}.` };
}
