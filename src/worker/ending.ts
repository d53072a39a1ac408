import { isFault, toFault } from '../errors.ts';
import type { Reason, Verdict } from '../model/run.ts';
import { Cancelled, type Outcome } from './runner.ts';

/** What is written about a run when its runner has ended. */
export type Ending =
  /** The results tell the verdict. */
  | { kind: 'results' }
  | { kind: 'verdict'; verdict: Verdict; reason?: Reason }
  /** Back to the queue; with a reason when something went wrong. */
  | { kind: 'hand-back'; reason?: Reason }
  /** Another worker has the run: nothing may be written. */
  | { kind: 'nothing' };

/** How the runner ended: with an outcome, or with an error. */
export type Ended = { outcome: Outcome } | { error: unknown };

/**
 * An abort outweighs what the runner says, because what it did after that was done without the right to do it. A loss of the
 * lock, the lease or the database says nothing about the run, so it is tried again, but not for ever:
 * `lastAttempt` makes it broken.
 */
export function endingOf(ended: Ended, abort: AbortSignal, lastAttempt: boolean): Ending {
  if (abort.aborted) return endingOfError(abort.reason, lastAttempt);
  if ('error' in ended) return endingOfError(ended.error, lastAttempt);
  const { outcome } = ended;
  if (outcome.kind === 'broken') return { kind: 'verdict', verdict: 'broken', reason: outcome.reason };
  return { kind: outcome.kind === 'handed-back' ? 'hand-back' : 'results' };
}

function endingOfError(error: unknown, lastAttempt: boolean): Ending {
  if (error instanceof Cancelled) return { kind: 'verdict', verdict: 'cancelled' };
  const fault = toFault(error);
  const reason: Reason = { code: fault.code, message: fault.message };
  if (isFault(fault, 'STALE_FENCE')) return { kind: 'nothing' };
  if (isFault(fault, 'WORKER_STOPPED')) return { kind: 'hand-back' };
  const passing = isFault(fault, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE', 'DATABASE_UNREACHABLE');
  if (passing && !lastAttempt) return { kind: 'hand-back', reason };
  return { kind: 'verdict', verdict: 'broken', reason };
}
