/** Why a queued run has not started, the most important reason first. */
export const waitCodes = [
  'environment-paused',
  'environment-busy',
  'behind',
  'retry',
  'locks-unreachable',
  'engine-away',
  'environment-locked',
  'workers-wait',
  'no-worker',
  'no-free-worker',
  'starting',
] as const;
export type WaitCode = (typeof waitCodes)[number];

export interface Wait {
  code: WaitCode;
  message: string;
  /** The id of the run that it waits for. */
  run: number | undefined;
}

/** A queued run. */
export interface Waiting {
  id: number;
  environmentId: number;
  retryAt: Date | undefined;
  expectedMs: number | undefined;
}

/** What keeps an environment from starting a run. */
export interface Occupation {
  /** The reason of its pause. */
  paused: string | undefined;
  running: { id: number; msLeft: number | undefined } | undefined;
  /** The owner of its lock, when no run of this installation executes there. */
  lockedBy: string | undefined;
}

/** What every run needs. */
export interface WorkerPool {
  /** The number of slots of all workers that are alive and not stopping. */
  slots: number;
  busy: number;
  locksReachable: boolean;
  engineAnswers: boolean;
  /** What all workers wait for, for example a free browser session. */
  waitsFor?: string | undefined;
}

/**
 * Why each of these runs waits, by id; `queue` is in the order of the queues. The conditions are those of a claim, in the order
 * in which a user would have to resolve them. A property test compares them with the SQL of the claim.
 */
export function explainWaits(
  queue: readonly Waiting[],
  environments: ReadonlyMap<number, Occupation>,
  workers: WorkerPool,
  now: Date,
): Map<number, Wait> {
  const heads = new Map<number, number>();
  const waits = new Map<number, Wait>();
  for (const run of queue) {
    const head = heads.get(run.environmentId);
    if (head === undefined) heads.set(run.environmentId, run.id);
    waits.set(run.id, explain(run, head, environments.get(run.environmentId), workers, now));
  }
  return waits;
}

function explain(
  { retryAt }: Waiting,
  head: number | undefined,
  environment: Occupation | undefined,
  workers: WorkerPool,
  now: Date,
): Wait {
  const wait = (code: WaitCode, message: string, run?: number): Wait => ({ code, message, run });
  const { paused, running, lockedBy } = environment ?? {};
  if (paused !== undefined) return wait('environment-paused', `environment paused: ${paused}`);
  if (running) return wait('environment-busy', `environment busy with run ${running.id}`, running.id);
  if (head !== undefined) return wait('behind', `behind run ${head}`, head);
  if (retryAt && retryAt > now) {
    return wait('retry', `is retried at ${retryAt.toISOString().slice(11, 19)} UTC`);
  }
  if (!workers.locksReachable) return wait('locks-unreachable', 'the lock store does not answer');
  if (!workers.engineAnswers) return wait('engine-away', 'the container engine does not answer');
  if (lockedBy !== undefined) return wait('environment-locked', `environment locked by ${lockedBy}`);
  if (workers.waitsFor !== undefined) return wait('workers-wait', workers.waitsFor);
  if (workers.slots === 0) return wait('no-worker', 'no worker is running');
  if (workers.busy >= workers.slots) return wait('no-free-worker', 'no free worker');
  return wait('starting', 'starting');
}

/**
 * When each of these runs will probably start, by id. Simulates the queues: environments and workers become free when their runs
 * have taken as long as usual, and each queue is processed in its order. A run is missing when its start cannot be known: its
 * environment is paused, or a run before it has no expected duration.
 */
export function forecastStarts(
  queue: readonly Waiting[],
  environments: ReadonlyMap<number, Occupation>,
  workers: WorkerPool,
  now: Date,
): Map<number, Date> {
  const starts = new Map<number, Date>();
  if (workers.slots === 0) return starts;
  const never = Number.POSITIVE_INFINITY;
  const environmentsFreeAt = new Map<number, number>();
  const busySlots: number[] = [];
  for (const [id, { paused, running }] of environments) {
    const end = running ? now.getTime() + (running.msLeft ?? never) : now.getTime();
    if (running) busySlots.push(end);
    environmentsFreeAt.set(id, paused === undefined ? end : never);
  }
  const idleSlots = Array.from({ length: Math.max(0, workers.slots - busySlots.length) }, () =>
    now.getTime(),
  );
  const slots = [...idleSlots, ...busySlots].sort((one, other) => one - other).slice(0, workers.slots);

  for (const { id, environmentId, retryAt, expectedMs } of queue) {
    const environmentFreeAt = environmentsFreeAt.get(environmentId) ?? now.getTime();
    const earliest = Math.max(environmentFreeAt, retryAt?.getTime() ?? 0);
    // The slot that became free last before that time, else the first that becomes free.
    const readyIndex = slots.findLastIndex((at) => at <= earliest);
    const [slotFreeAt = never] = slots.splice(Math.max(0, readyIndex), 1);
    const start = Math.max(earliest, slotFreeAt);
    if (start < never) starts.set(id, new Date(start));
    const end = start + (expectedMs ?? never);
    environmentsFreeAt.set(environmentId, end);
    // A run without a known start takes no slot from the others.
    slots.push(start < never ? end : slotFreeAt);
    slots.sort((one, other) => one - other);
  }
  return starts;
}
