import { withTimeout } from '../async/timeout.ts';
import { Fault } from '../faults/fault.ts';

export interface LeaseOptions {
  runId: number;
  /** Extends the lease in the database. */
  renew(): Promise<{ cancelRequested: boolean } | 'stale'>;
  /** Monotonic time (`performance.now()`) before the run was claimed. */
  requestedAt: number;
  leaseMs: number;
  /** Called once, when a user has cancelled the run. */
  onCancel(): void;
}

/** The right to execute a run, as the database sees it. */
export interface Lease {
  /**
   * Aborted with STALE_FENCE when another worker has the run, and with DATABASE_UNREACHABLE when the lease could not be
   * renewed for so long that another worker may have the run soon.
   */
  readonly lost: AbortSignal;
  /** Renews at once, because something about the run has changed. */
  renewNow(): void;
  /** Whether the database still reserves the run for this worker, as far as this process can know. */
  holds(): boolean;
  /**
   * Until when test processes may live, on the monotonic clock: a tenth of the lease before its deadline. No other worker has the
   * run before the deadline, on any host; see docs/reliability.md for the sum.
   */
  until(): number;
  /** Throws what `lost` is, or will be, aborted with. It checks the clock: a process that was stopped has late timers. */
  assertHeld(): void;
  /** Stops the renewals. */
  end(): void;
}

/**
 * Renews a lease five times in its length. Its deadline is the monotonic time before the last renewal was sent plus its
 * length; a fifth before that it is lost, because stopping a test takes time. Renewals continue after that until `end`: the
 * runner may still be ending its processes, and no other worker should start before they have ended.
 */
export function createLease({ runId, renew, requestedAt, leaseMs, onCancel }: LeaseOptions): Lease {
  const lost = new AbortController();
  const everyMs = leaseMs / 5;
  const marginMs = leaseMs / 5;
  let deadline = requestedAt + leaseMs;
  let ended = false;
  let stale = false;
  let cancelRequested = false;
  let renewing = false;
  /** A renewal was requested while one was under way. */
  let isRequested = false;
  let renewalTimer: NodeJS.Timeout | undefined;
  let expiryTimer: NodeJS.Timeout | undefined;

  function end(): void {
    ended = true;
    clearTimeout(renewalTimer);
    clearTimeout(expiryTimer);
  }

  function checkExpiry(): void {
    if (ended || lost.signal.aborted) return;
    clearTimeout(expiryTimer);
    const msLeft = deadline - marginMs - performance.now();
    if (msLeft > 0) expiryTimer = setTimeout(checkExpiry, Math.ceil(msLeft));
    else lost.abort(expiryFault());
  }

  function expiryFault(): Fault {
    const silentMs = Math.round(leaseMs - marginMs);
    const message = `The lease of run ${runId} could not be renewed in the database for ${silentMs} ms.`;
    return new Fault('DATABASE_UNREACHABLE', message);
  }

  async function renewOnce(): Promise<void> {
    const requestedAt = performance.now();
    // A half-open connection may delay a statement for long, and the next renewal may get another connection. After an
    // error it is unknown whether the statement took effect; the next renewal shows that.
    const answer = await withTimeout(
      everyMs,
      () => renew().catch(() => undefined),
      () => undefined,
    );
    if (ended || answer === undefined) return;
    if (answer === 'stale') {
      stale = true;
      lost.abort(new Fault('STALE_FENCE', `Run ${runId} was claimed by another worker.`));
      return end();
    }
    checkExpiry();
    deadline = requestedAt + leaseMs;
    checkExpiry();
    if (answer.cancelRequested && !cancelRequested) {
      cancelRequested = true;
      onCancel();
    }
  }

  /** One renewal at a time; a call during a renewal makes another one follow it. */
  async function renewNow(): Promise<void> {
    isRequested = true;
    if (renewing) return;
    renewing = true;
    clearTimeout(renewalTimer);
    while (isRequested && !ended) {
      isRequested = false;
      await renewOnce();
    }
    renewing = false;
    if (!ended) renewalTimer = setTimeout(renewNow, everyMs);
  }

  checkExpiry();
  renewalTimer = setTimeout(renewNow, everyMs);
  return {
    lost: lost.signal,
    renewNow: () => void renewNow(),
    until: () => deadline - leaseMs / 10,
    holds: () => !stale && performance.now() < deadline,
    assertHeld() {
      lost.signal.throwIfAborted();
      if (performance.now() >= deadline - marginMs) throw expiryFault();
    },
    end,
  };
}
