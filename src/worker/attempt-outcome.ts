import { isFault, toFault } from '../faults/fault.ts';
import type { Reason, Verdict } from '../model/run.ts';
import { Cancelled, type Outcome } from './runner.ts';

/** What is written about a run when its runner has ended. */
export type AttemptEnd =
  /** The verdict follows from the results. `maxFailures`: so many tests failed that no other one was started. */
  | { kind: 'results'; maxFailures?: number }
  | { kind: 'verdict'; verdict: Verdict; reason?: Reason }
  /** The verdict was decided by an earlier attempt: only hooks after the tests were left. */
  | { kind: 'decided'; verdict: Verdict; reason?: Reason | undefined }
  /** The run is requeued. */
  | { kind: 'requeue' }
  /** The run is requeued because the worker lost what it needs to continue; this says nothing about the run. */
  | { kind: 'interrupted'; reason: Reason }
  /** Another worker has the run: nothing may be written. */
  | { kind: 'nothing' };

/** How the runner ended: with an outcome, or with an error. */
export type RunnerEnd = { outcome: Outcome } | { error: unknown };

/**
 * What to write about a run whose runner has ended. An abort outweighs the outcome of the runner, which lost the right to execute
 * the run at that moment.
 */
export function judgeRunnerEnd(end: RunnerEnd, abort: AbortSignal): AttemptEnd {
  if (abort.aborted) return judgeError(abort.reason);
  if ('error' in end) return judgeError(end.error);
  const { outcome } = end;
  if (outcome.kind === 'broken') return { kind: 'verdict', verdict: 'broken', reason: outcome.reason };
  if (outcome.kind === 'max-failures') return { kind: 'results', maxFailures: outcome.maxFailures };
  return { kind: outcome.kind === 'requeue' ? 'requeue' : 'results' };
}

function judgeError(error: unknown): AttemptEnd {
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
