import type { Now } from '../environments/queries.ts';

/** The queue ahead of a new run on an environment. */
export interface QueueAhead {
  /** The number of running and queued runs ahead of it. */
  runs: number;
  /** The expected start; `undefined` when it is unknown. */
  startsAt: Date | undefined;
  /** Why the environment is paused; `undefined` when it is not. */
  paused: string | undefined;
}

/** The queue ahead of a run with this priority; `undefined` for an unknown environment. */
export function queueAhead(now: Now, code: string, priority: number): QueueAhead | undefined {
  const lane = now.lanes.find((each) => each.code === code);
  if (!lane) return undefined;
  const queuedAhead = now.queue.filter((each) => each.environment === code && each.priority >= priority);
  // The response lists at most `maxListedQueuedRuns` queued runs, but `lane.queued` counts all of them.
  const listedCount = now.queue.filter((each) => each.environment === code).length;
  const runs = (lane.running ? 1 : 0) + queuedAhead.length + Math.max(0, lane.queued - listedCount);
  return { runs, startsAt: expectedStart(now, lane, queuedAhead.at(-1)), paused: lane.paused?.reason };
}

function expectedStart(
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
