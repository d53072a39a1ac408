import { Fault } from '../faults/fault.ts';
import type { HeldLock } from './lock.ts';

/** One lock in its store. Every method rejects when the store does not answer. */
export interface LockBackend {
  /** `renewed`, `forgotten` (the lock has no holder), or the owner that holds it instead. */
  renew(): Promise<'renewed' | 'forgotten' | { heldBy: string }>;
  /** Acquires a forgotten lock again. False when another process was faster. */
  reacquire(): Promise<boolean>;
  /** Releases the lock if it is still held. */
  release(): Promise<void>;
}

export interface LockLeaseOptions {
  name: string;
  backend: LockBackend;
  /** Monotonic time (`performance.now()`) before the lock was requested. */
  requestedAt: number;
  ttlMs: number;
  marginMs: number;
  confirmOwnership: (() => Promise<boolean>) | undefined;
  /** Called once, when the lock is released or lost. */
  onEnd(): void;
}

export interface LockLease extends HeldLock {
  /** Ends the lease with LOCK_LOST. */
  lose(reason: string): void;
}

/**
 * Keeps a lock of a store with expiring locks. Three renewals fit into the TTL; after a renewal without an answer the next
 * follows sooner. What decides, in this order:
 *
 * 1. Another process holds the lock: it is lost at once.
 * 2. The store confirms it: it is held until the time before the request plus the TTL.
 * 3. The store does not answer, or has forgotten the lock: `confirmOwnership` decides, and after its yes the lock is
 *    held for the full TTL, as after a renewal: the database lets no other run start in that time, and a store that does not answer
 *    grants the lock to no process.
 * 4. No confirmation of any kind until the deadline minus the margin: it is lost.
 */
export function createLockLease(options: LockLeaseOptions): LockLease {
  const { name, backend, onEnd } = options;
  const lost = new AbortController();
  let released = false;
  let renewalTimer: NodeJS.Timeout | undefined;

  const hasEnded = () => released || lost.signal.aborted;
  const deadline = createDeadline(options, { hasEnded, lose });

  function finish(): void {
    clearTimeout(renewalTimer);
    deadline.end();
    onEnd();
  }

  function lose(reason: string): void {
    if (hasEnded()) return;
    lost.abort(new Fault('LOCK_LOST', `The lock ${name} was lost: ${reason}.`));
    finish();
  }

  function scheduleRenewal(wasConfirmed: boolean): void {
    if (hasEnded()) return;
    renewalTimer = setTimeout(
      async () => {
        // Timers do not run while a process is stopped, and this one may fire before that of the deadline.
        deadline.check();
        if (!hasEnded()) scheduleRenewal(await renew(options, { hasEnded, lose, confirm: deadline.extend }));
      },
      wasConfirmed ? options.ttlMs / 3 : options.ttlMs / 10,
    );
  }

  deadline.check();
  scheduleRenewal(true);

  return {
    name,
    lost: lost.signal,
    lose,
    assertHeld() {
      deadline.check();
      lost.signal.throwIfAborted();
    },
    async release() {
      if (released) return;
      if (!lost.signal.aborted) {
        released = true;
        finish();
      }
      // When the store does not answer, the lock ends with its TTL.
      await backend.release().catch(() => {});
    },
  };
}

/** How the parts of a lease end it. */
interface LeaseState {
  hasEnded(): boolean;
  lose(reason: string): void;
}

interface Deadline {
  /** Loses the lock when the time until the deadline, minus the margin, is over. */
  check(): void;
  /** The lock was confirmed by a request that was sent at this monotonic time. */
  extend(requestedAt: number): void;
  /** Stops the timer. */
  end(): void;
}

function createDeadline(
  { requestedAt, ttlMs, marginMs }: LockLeaseOptions,
  { hasEnded, lose }: LeaseState,
): Deadline {
  let deadline = requestedAt + ttlMs;
  let timer: NodeJS.Timeout | undefined;

  function check(): void {
    if (hasEnded()) return;
    const msLeft = deadline - marginMs - performance.now();
    clearTimeout(timer);
    if (msLeft <= 0) lose(`it could not be confirmed within ${ttlMs} ms`);
    else timer = setTimeout(check, Math.ceil(msLeft));
  }

  return {
    check,
    extend(requestedAt) {
      // A lease that has ended stays ended, whatever a late answer says.
      check();
      if (hasEnded()) return;
      deadline = requestedAt + ttlMs;
      check();
    },
    end: () => clearTimeout(timer),
  };
}

/** True when the lock was confirmed; after false the next renewal comes sooner, unless the lock is lost. */
async function renew(
  { backend, confirmOwnership }: LockLeaseOptions,
  { hasEnded, lose, confirm }: LeaseState & { confirm(requestedAt: number): void },
): Promise<boolean> {
  // 1. Ask the store.
  let requestedAt = performance.now();
  const answer = await backend.renew().catch(() => 'unknown' as const);
  if (answer === 'renewed') {
    confirm(requestedAt);
    return true;
  }
  if (typeof answer === 'object') {
    lose(`${answer.heldBy} holds it now`);
    return false;
  }
  // 2. It does not know: ask the database, which may not answer either.
  requestedAt = performance.now();
  const owned = await checkOwnership(confirmOwnership);
  if (hasEnded()) return false;
  if (owned === false) lose('another run may have it now, or its store was emptied');
  if (answer === 'unknown') {
    if (owned) confirm(requestedAt);
    return owned ?? false;
  }
  // 3. The store has forgotten the lock: acquire it again, if it is still ours.
  if (!confirmOwnership) lose('its store has forgotten it');
  if (!owned) return false;
  const reacquired = await backend.reacquire().catch(() => undefined);
  if (reacquired === false) lose('its store had forgotten it, and another process took it');
  // Without an answer the next renewal decides; until then the yes of `confirmOwnership` is enough.
  if (reacquired !== false) confirm(requestedAt);
  return reacquired ?? false;
}

/** The answer of `confirmOwnership`; `undefined` without one, and when the database does not answer either. */
async function checkOwnership(
  confirmOwnership: LockLeaseOptions['confirmOwnership'],
): Promise<boolean | undefined> {
  try {
    return await confirmOwnership?.();
  } catch {
    return undefined;
  }
}
