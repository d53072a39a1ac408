import type { Now } from '../environments/queries.ts';

/** What a run would find before it on an environment. */
export interface Prewarming {
  /** Runs that start or end before it could start. */
  runs: number;
  /** When it would probably start; `undefined` when that cannot be known. */
  startsAt: Date | undefined;
  /** Why nothing starts there. */
  paused: string | undefined;
}

/** `undefined` for an environment that is not there. */
export function aheadOf(now: Now, code: string, priority: number): Prewarming | undefined {
  const lane = now.lanes.find((each) => each.code === code);
  if (!lane) return undefined;
  const before = now.queue.filter((each) => each.environment === code && each.priority >= priority);
  // The answer names 200 waiting runs at most; of the others only the number is known.
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
  // With no worker free it waits for one, and which queue that one comes from is not known.
  return now.workers.busy < now.workers.slots ? new Date(at) : undefined;
}
