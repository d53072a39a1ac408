import { isFault, toFault } from '../faults/fault.ts';
import type { Reason, Verdict } from '../model/run.ts';
import { Cancelled, type Outcome } from './runner.ts';

/** What is written about a run when its runner has ended. */
export type AttemptEnd =
  /** The results tell the verdict. */
  | { kind: 'results' }
  | { kind: 'verdict'; verdict: Verdict; reason?: Reason }
  /** Back to the queue. */
  | { kind: 'requeue' }
  /** The same, because the worker lost what it needs to go on; says nothing about the run. */
  | { kind: 'interrupted'; reason: Reason }
  /** Another worker has the run: nothing may be written. */
  | { kind: 'nothing' };

/** How the runner ended: with an outcome, or with an error. */
export type RunnerEnd = { outcome: Outcome } | { error: unknown };

/** An abort outweighs what the runner says, because what it did after that was done without the right to do it. */
export function endOf(ended: RunnerEnd, abort: AbortSignal): AttemptEnd {
  if (abort.aborted) return endOfError(abort.reason);
  if ('error' in ended) return endOfError(ended.error);
  const { outcome } = ended;
  if (outcome.kind === 'broken') return { kind: 'verdict', verdict: 'broken', reason: outcome.reason };
  return { kind: outcome.kind === 'requeue' ? 'requeue' : 'results' };
}

function endOfError(error: unknown): AttemptEnd {
  if (error instanceof Cancelled) return { kind: 'verdict', verdict: 'cancelled' };
  const fault = toFault(error);
  const reason: Reason = { code: fault.code, message: fault.message };
  if (isFault(fault, 'STALE_FENCE')) return { kind: 'nothing' };
  if (isFault(fault, 'WORKER_STOPPED')) return { kind: 'requeue' };
  if (isFault(fault, 'LOCK_LOST', 'LOCK_STORE_UNREACHABLE', 'DATABASE_UNREACHABLE')) {
    return { kind: 'interrupted', reason };
  }
  return { kind: 'verdict', verdict: 'broken', reason };
}
