import type { Logger } from '../log.ts';
import type { Environment } from '../model/environment.ts';
import type { Reason, Run } from '../model/run.ts';
import type { Recorder } from '../queue/recorder.ts';

/** What the worker hands to the runner: a claimed run, with both environment locks arranged for. */
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
  /** Throws when the run is not this worker's any more, by the clock and not by an event: to be asked before anything starts. */
  assertHeld(): void;
  /** Until when its test processes may live as things are now, on the monotonic clock; it grows with every renewal. */
  heldUntil(): number;
  /** Aborted when the worker wants to stop: finish the test under way, then return `requeue`. */
  stop: AbortSignal;
  /** Holds `mftf_execution_env_{id}` while `work` runs. `signal` is `abort`, which a loss of that lock aborts, too. */
  exclusively<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  record: Recorder;
  /** Its lines say which run, environment and worker they are about. */
  log: Logger;
}

/** How a run ended for the runner. The verdict comes from the results (`verdictOf`) unless `reason` is given. */
export type Outcome =
  | { kind: 'finished' }
  /** No trustworthy answer: the run is broken with this reason. */
  | { kind: 'broken'; reason: Reason }
  /** `stop` was asked for and tests are left: the run goes back to the queue under its old id. */
  | { kind: 'requeue' };

/** Executes one run. Rejects only with Faults, or with the reason of `abort`. */
export type Runner = (job: Job) => Promise<Outcome>;

/** The reason of `Job.abort` when a person cancelled the run. */
export class Cancelled extends Error {
  constructor() {
    super('The run was cancelled.');
    this.name = 'Cancelled';
  }
}
