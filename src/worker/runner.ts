import type { Logger } from '../log.ts';
import type { Environment } from '../model/environment.ts';
import type { Reason, Run, Verdict } from '../model/run.ts';
import type { Recorder } from '../queue/recorder.ts';

/** What the worker passes to the runner: a claimed run, whose environment lock is held. */
export interface Job {
  run: Run;
  environment: Environment;
  fence: number;
  /** For logs and lock owners: `host/process/slot`. */
  workerId: string;
  /**
   * Aborted when the run must end now. The reason is a `Cancelled` or a Fault: STALE_FENCE, LOCK_LOST,
   * DATABASE_UNREACHABLE (the lease could not be renewed), WORKER_STOPPED (second stop signal).
   */
  abort: AbortSignal;
  /** Throws when this worker has lost the run, by the clock and not by an event: call it before anything starts. */
  assertHeld(): void;
  /** Until when the test processes of the run may live, on the monotonic clock; every renewal of the lease extends it. */
  heldUntil(): number;
  /** Aborted when the worker stops: finish the test under way, then return `requeue`. */
  stop: AbortSignal;
  /** Holds `mftf_execution_env_{id}` while `work` runs. `signal` is `abort`; a loss of that lock aborts it, too. */
  exclusively<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  record: Recorder;
  /** Its lines carry the run, its environment and its worker. */
  log: Logger;
}

/** How a run ended for the runner. */
export type Outcome =
  /** The verdict follows from the results (`verdictOf`). */
  | { kind: 'finished' }
  /** So many tests failed that no other one was started (`RunOptions.maxFailures`). */
  | { kind: 'max-failures'; maxFailures: number }
  /** There is no trustworthy verdict: the run is broken with this reason. */
  | { kind: 'broken'; reason: Reason }
  /** `stop` was aborted and tests are left: the run goes back to the queue under its id. */
  | { kind: 'requeue' };

/**
 * Executes the hooks after the tests of a run, those that have not ended. Returns why the first failed one did. `verdict` is that of the
 * tests. Rejects only with the reason of `Job.abort`, and with faults of the infrastructure when it is worth to try again later.
 */
export type AfterHooks = (job: Job, verdict: Verdict) => Promise<Reason | undefined>;

/** Executes one run. Rejects only with Faults, or with the reason of `abort`. */
export type Runner = (job: Job) => Promise<Outcome>;

/** The reason of `Job.abort` when a user cancelled the run. */
export class Cancelled extends Error {
  constructor() {
    super('The run was cancelled.');
    this.name = 'Cancelled';
  }
}
