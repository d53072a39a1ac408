/** Why a queued run does not run yet, the weightiest first. */
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
  /** The run that it waits for. */
  run: number | undefined;
}

/** A run that waits, as far as its waiting goes. */
export interface Waiting {
  id: number;
  environmentId: number;
  retryAt: Date | undefined;
  expectedMs: number | undefined;
}

/** What an environment does. */
export interface Occupation {
  /** Why nothing starts there. */
  paused: string | undefined;
  running: { id: number; msLeft: number | undefined } | undefined;
  /** Who holds its lock, though no run of ours executes there. */
  lockedBy: string | undefined;
}

/** What all runs need. */
export interface WorkerPool {
  /** Of all workers that answer and go on. */
  slots: number;
  busy: number;
  locksReachable: boolean;
  engineAnswers: boolean;
  /** What all workers wait for, a free session of the browser for one. */
  waitsFor?: string | undefined;
}

/**
 * Why each of these runs waits; they are in the order of their queues. The same conditions as those of a claim, in the order
 * in which somebody would have to do something about them.
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
    return wait('retry', `waits to be tried again at ${retryAt.toISOString().slice(11, 19)} UTC`);
  }
  if (!workers.locksReachable) return wait('locks-unreachable', 'the lock store does not answer');
  if (!workers.engineAnswers) return wait('engine-away', 'the container engine does not answer');
  if (lockedBy !== undefined) return wait('environment-locked', `environment locked by ${lockedBy}`);
  if (workers.waitsFor !== undefined) return wait('workers-wait', workers.waitsFor);
  if (workers.slots === 0) return wait('no-worker', 'no worker is there');
  if (workers.busy >= workers.slots) return wait('no-free-worker', 'no free worker');
  return wait('starting', 'starting');
}

/**
 * When each of these runs will probably start. It plays on what is known: environments and workers get free when their runs
 * have taken as long as usual, and each queue goes on in its order. A run is not in it when that cannot be known: its
 * environment is paused, or nobody knows how long what is before it takes.
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
  const free = new Map<number, number>();
  const underWay: number[] = [];
  for (const [id, { paused, running }] of environments) {
    const end = running ? now.getTime() + (running.msLeft ?? never) : now.getTime();
    if (running) underWay.push(end);
    free.set(id, paused === undefined ? end : never);
  }
  const idle = Array.from({ length: Math.max(0, workers.slots - underWay.length) }, () => now.getTime());
  const slots = [...idle, ...underWay].sort((one, other) => one - other).slice(0, workers.slots);

  for (const { id, environmentId, retryAt, expectedMs } of queue) {
    const environmentFree = free.get(environmentId) ?? now.getTime();
    const earliest = Math.max(environmentFree, retryAt?.getTime() ?? 0);
    // Of the workers that are free by then the one that has waited least, else the first that gets free.
    const ready = slots.findLastIndex((at) => at <= earliest);
    const [slotFree = never] = slots.splice(Math.max(0, ready), 1);
    const start = Math.max(earliest, slotFree);
    if (start < never) starts.set(id, new Date(start));
    const end = start + (expectedMs ?? never);
    free.set(environmentId, end);
    // One that cannot be known to start takes no worker from the others.
    slots.push(start < never ? end : slotFree);
    slots.sort((one, other) => one - other);
  }
  return starts;
}
