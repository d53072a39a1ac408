import type { Now } from '../environments/queries.ts';

/** The queue ahead of a new run on an environment. */
export interface Prewarming {
  /** The number of running and queued runs ahead of it. */
  runs: number;
  /** The expected start; `undefined` when it is unknown. */
  startsAt: Date | undefined;
  /** Why the environment is paused; `undefined` when it is not. */
  paused: string | undefined;
}

/** The queue ahead of a run with this priority; `undefined` for an unknown environment. */
export function aheadOf(now: Now, code: string, priority: number): Prewarming | undefined {
  const lane = now.lanes.find((each) => each.code === code);
  if (!lane) return undefined;
  const before = now.queue.filter((each) => each.environment === code && each.priority >= priority);
  // The response lists at most 200 queued runs, but `lane.queued` counts all of them.
  const named = now.queue.filter((each) => each.environment === code).length;
  const runs = (lane.running ? 1 : 0) + before.length + Math.max(0, lane.queued - named);
  return { runs, startsAt: startOf(now, lane, before.at(-1)), paused: lane.paused?.reason };
}

function startOf(
  now: Now,
  lane: Now['lanes'][number],
  last: Now['queue'][number] | undefined,
): Date | undefined {
  if (lane.paused) return undefined;
  const at = new Date(now.at).getTime();
  if (last) {
    if (last.expectedStartAt === null || last.expectedMs === null) return undefined;
    return new Date(new Date(last.expectedStartAt).getTime() + last.expectedMs);
  }
  if (lane.running) return lane.running.msLeft === null ? undefined : new Date(at + lane.running.msLeft);
  // Without a free worker the start depends on the queues of all environments.
  return now.workers.busy < now.workers.slots ? new Date(at) : undefined;
}
