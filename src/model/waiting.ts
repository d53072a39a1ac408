import { durationText } from './duration.ts';
import type { Reservation } from './reservation.ts';

/** Why a queued run has not started, the most important reason first. */
export const waitCodes = [
  'environment-paused',
  'wait-limit',
  'reserved',
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
  /** Of its first attempt, of a run that was requeued. */
  startedAt?: Date | undefined;
  /** It is cancelled when it has not started by then. */
  startBy?: Date | undefined;
  /** The reservation in which it may start. */
  reservationId?: number | undefined;
}

/** What keeps an environment from starting a run. */
export interface Occupation {
  /** The reason of its pause. */
  paused: string | undefined;
  running: { id: number; msLeft: number | undefined } | undefined;
  /** The owner of its lock, when no run of this installation executes there. */
  lockedBy: string | undefined;
  /** Those that have not ended, in the order in which they begin. */
  reservations?: readonly Reservation[] | undefined;
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
    const environment = environments.get(run.environmentId);
    const refusal = isOverdue(run, now)
      ? ({ code: 'wait-limit', message: 'did not start in time, and is cancelled', run: undefined } as const)
      : refusalBy(holderOf(environment), run);
    const head = heads.get(run.environmentId);
    if (head === undefined && refusal === undefined) heads.set(run.environmentId, run.id);
    waits.set(run.id, explain(run, { head, refusal, environment }, workers, now));
  }
  return waits;
}

/** Whether the limit of waiting of a run is over. */
function isOverdue({ startedAt, startBy }: Waiting, now: Date): boolean {
  return startBy !== undefined && startedAt === undefined && startBy <= now;
}

/** The reservation in force of an environment. */
const holderOf = (environment: Occupation | undefined) =>
  environment?.reservations?.find(({ inForce }) => inForce);

/** Whether a reservation in force lets a run start: the owner submitted it into the reservation, which has begun. */
export function admits({ id, state }: Reservation, { reservationId }: Waiting): boolean {
  return state === 'active' && reservationId === id;
}

function refusalBy(holder: Reservation | undefined, run: Waiting): Wait | undefined {
  if (holder === undefined || admits(holder, run)) return undefined;
  const { owner, reason, endsAt, durationMs = 0 } = holder;
  const until =
    endsAt === undefined
      ? `for ${durationText(durationMs)}`
      : `until ${endsAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return {
    code: 'reserved',
    message: `environment reserved by ${owner} ${until}: ${reason}`,
    run: undefined,
  };
}

function explain(
  { retryAt }: Waiting,
  place: { head: number | undefined; refusal: Wait | undefined; environment: Occupation | undefined },
  workers: WorkerPool,
  now: Date,
): Wait {
  const wait = (code: WaitCode, message: string, run?: number): Wait => ({ code, message, run });
  const { head, refusal } = place;
  const { paused, running, lockedBy } = place.environment ?? {};
  if (paused !== undefined) return wait('environment-paused', `environment paused: ${paused}`);
  if (refusal) return refusal;
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
