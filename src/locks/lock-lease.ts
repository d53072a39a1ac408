import { Fault } from '../faults/fault.ts';
import type { HeldLock } from './lock.ts';

/** What a hold asks its store. All reject when the store does not answer. */
export interface LockBackend {
  /** `renewed`, `forgotten` (nobody has it), or who holds it instead. */
  renew(): Promise<'renewed' | 'forgotten' | { heldBy: string }>;
  /** Takes a forgotten lock again. False when somebody else was faster. */
  retake(): Promise<boolean>;
  /** Gives it back if it is still ours. */
  unclaim(): Promise<void>;
}

export interface LockLeaseOptions {
  name: string;
  backend: LockBackend;
  /** Monotonic time (`performance.now()`) before the lock was asked for. */
  askedAt: number;
  ttlMs: number;
  marginMs: number;
  confirmOwnership: (() => Promise<boolean>) | undefined;
  /** Called once, when the hold is released or lost. */
  onEnd(): void;
}

export interface LockLease extends HeldLock {
  lose(why: string): void;
}

/**
 * Keeps a lock of a store with expiring locks. Three renewals fit into the TTL; after one without an answer the next
 * follows sooner. What is believed, in this order: somebody else holds it: lost at once. The store confirms it: held
 * until the time before asking plus the TTL. The store does not answer, or has forgotten the lock: `stillMine` decides,
 * and its yes holds as long as one of the store, because the database lets no other run start in that time and a
 * store that is away gives the lock to nobody. No confirmation of any kind until the deadline minus the margin: lost.
 */
export function createLockLease(options: LockLeaseOptions): LockLease {
  const { name, backend: keeper, ttlMs, marginMs, confirmOwnership: stillMine, onEnd } = options;
  const lost = new AbortController();
  let deadline = options.askedAt + ttlMs;
  let released = false;
  let renewal: NodeJS.Timeout | undefined;
  let end: NodeJS.Timeout | undefined;

  const ended = () => released || lost.signal.aborted;

  function finish(): void {
    clearTimeout(renewal);
    clearTimeout(end);
    onEnd();
  }

  function lose(why: string): void {
    if (ended()) return;
    lost.abort(new Fault('LOCK_LOST', `The lock ${name} was lost: ${why}.`));
    finish();
  }

  function judgeDeadline(): void {
    if (ended()) return;
    const left = deadline - marginMs - performance.now();
    clearTimeout(end);
    if (left <= 0) lose(`it could not be confirmed within ${ttlMs} ms`);
    else end = setTimeout(judgeDeadline, Math.ceil(left));
  }

  function confirm(askedAt: number): void {
    // A hold that ended stays ended, though a late answer may say otherwise.
    judgeDeadline();
    if (ended()) return;
    deadline = askedAt + ttlMs;
    judgeDeadline();
  }

  /** Whether the second judge says that the lock is ours. Errors (the database is away too) mean that nobody knows. */
  async function askDatabase(): Promise<boolean | undefined> {
    try {
      return await stillMine?.();
    } catch {
      return undefined;
    }
  }

  /** True when the lock was confirmed, false when nobody knows (and another try makes sense). */
  async function renew(): Promise<boolean> {
    let askedAt = performance.now();
    const answer = await keeper.renew().catch(() => 'unknown' as const);
    if (answer === 'renewed') {
      confirm(askedAt);
      return true;
    }
    if (typeof answer === 'object') {
      lose(`${answer.heldBy} holds it now`);
      return false;
    }
    askedAt = performance.now();
    const mine = await askDatabase();
    if (ended()) return false;
    if (mine === false) lose('another run may have it now, or its store was emptied');
    if (answer === 'unknown') {
      if (mine) confirm(askedAt);
      return mine ?? false;
    }
    if (!stillMine) lose('its store has forgotten it');
    if (!mine) return false;
    const retaken = await keeper.retake().catch(() => undefined);
    if (retaken === false) lose('its store had forgotten it, and somebody else took it');
    // Without an answer the next renewal will tell; until then the second judge's word counts.
    if (retaken !== false) confirm(askedAt);
    return retaken ?? false;
  }

  function schedule(confirmed: boolean): void {
    if (ended()) return;
    renewal = setTimeout(
      async () => {
        // Timers do not run while a process is stopped, and this one may come before the one of the deadline.
        judgeDeadline();
        if (!ended()) schedule(await renew());
      },
      confirmed ? ttlMs / 3 : ttlMs / 10,
    );
  }

  judgeDeadline();
  schedule(true);

  return {
    name,
    lost: lost.signal,
    lose,
    assertHeld() {
      judgeDeadline();
      lost.signal.throwIfAborted();
    },
    async release() {
      if (released) return;
      if (!lost.signal.aborted) {
        released = true;
        finish();
      }
      // When the store does not answer, the lock ends by itself with its TTL.
      await keeper.unclaim().catch(() => {});
    },
  };
}
