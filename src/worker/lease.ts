import { delay } from '../async/delay.ts';
import { Fault } from '../faults/fault.ts';

export interface LeaseOptions {
  runId: number;
  /** Prolongs the lease in the database. */
  renew(): Promise<{ cancelRequested: boolean } | 'stale'>;
  /** Monotonic time (`performance.now()`) before the run was claimed. */
  askedAt: number;
  leaseMs: number;
  /** Called once, when a person wants the run to end. */
  onCancel(): void;
}

/** The right to execute a run, as the database sees it. */
export interface Lease {
  /**
   * Aborted with STALE_FENCE when another worker has the run, and with DATABASE_UNREACHABLE when the lease could not be
   * renewed so long that another worker may have the run soon.
   */
  readonly lost: AbortSignal;
  /** Renews now, because something about the run has changed. */
  renewNow(): void;
  /** Whether the database still keeps the run for this worker, as far as one can know here. */
  holds(): boolean;
  /**
   * Until when test processes may live, on the monotonic clock: a tenth of the lease before its deadline. Nobody else has the run
   * earlier than the deadline, on whatever host; see docs/reliability.md for the sum.
   */
  until(): number;
  /** Throws what `lost` is, or will be, aborted with. It looks at the clock: a process that was stopped has late timers. */
  assertHeld(): void;
  /** No more renewals. */
  end(): void;
}

/**
 * Renews a lease five times in its length. Its deadline is the monotonic time before the last renewal was sent plus its
 * length; a fifth before that it is lost, because stopping a test takes time. Renewals go on after that until `end`: the
 * runner may still be ending its processes, and nobody else should start before they have ended.
 */
export function createLease({ runId, renew, askedAt, leaseMs, onCancel }: LeaseOptions): Lease {
  const lost = new AbortController();
  const everyMs = leaseMs / 5;
  const marginMs = leaseMs / 5;
  let deadline = askedAt + leaseMs;
  let ended = false;
  let stale = false;
  let cancelRequested = false;
  let renewing = false;
  let again = false;
  let renewal: NodeJS.Timeout | undefined;
  let judgement: NodeJS.Timeout | undefined;

  function end(): void {
    ended = true;
    clearTimeout(renewal);
    clearTimeout(judgement);
  }

  function judge(): void {
    if (ended || lost.signal.aborted) return;
    clearTimeout(judgement);
    const left = deadline - marginMs - performance.now();
    if (left > 0) judgement = setTimeout(judge, Math.ceil(left));
    else lost.abort(overdue());
  }

  function overdue(): Fault {
    const silentMs = Math.round(leaseMs - marginMs);
    const message = `The lease of run ${runId} could not be renewed in the database for ${silentMs} ms.`;
    return new Fault('DATABASE_UNREACHABLE', message);
  }

  async function renewOnce(): Promise<void> {
    const askedAt = performance.now();
    // A connection that is half open may keep a statement for long; the next renewal may get another.
    const inTime = new AbortController();
    const late = delay(everyMs, inTime.signal).then(() => undefined);
    // After an error nobody knows whether the statement took effect; the next one tells.
    const answer = await Promise.race([renew().catch(() => undefined), late]);
    inTime.abort();
    if (ended || answer === undefined) return;
    if (answer === 'stale') {
      stale = true;
      lost.abort(new Fault('STALE_FENCE', `Run ${runId} was given to another worker.`));
      return end();
    }
    judge();
    deadline = askedAt + leaseMs;
    judge();
    if (answer.cancelRequested && !cancelRequested) {
      cancelRequested = true;
      onCancel();
    }
  }

  /** One renewal at a time; `again` asks for one that starts after now. */
  async function renewNow(): Promise<void> {
    again = true;
    if (renewing) return;
    renewing = true;
    clearTimeout(renewal);
    while (again && !ended) {
      again = false;
      await renewOnce();
    }
    renewing = false;
    if (!ended) renewal = setTimeout(renewNow, everyMs);
  }

  judge();
  renewal = setTimeout(renewNow, everyMs);
  return {
    lost: lost.signal,
    renewNow: () => void renewNow(),
    until: () => deadline - leaseMs / 10,
    holds: () => !stale && performance.now() < deadline,
    assertHeld() {
      lost.signal.throwIfAborted();
      if (performance.now() >= deadline - marginMs) throw overdue();
    },
    end,
  };
}
