import type { Environment } from '../model/environment.ts';
import type { Result } from '../model/result.ts';
import type { Reason, Run, RunPhase } from '../model/run.ts';
import type { PlannedTest } from '../model/selection.ts';

/** What the worker hands to the runner: a claimed run, with both environment locks arranged for. */
export interface Job {
  run: Run;
  environment: Environment;
  fence: number;
  /** For logs and lock owners: `host/process/slot`. */
  workerId: string;
  /** Aborted when the run must end now: cancelled, lease or lock lost, second stop signal. The reason is a Fault or a `Cancelled`. */
  abort: AbortSignal;
  /** Aborted when the worker wants to stop: finish the test under way, then return `handed-back`. */
  stop: AbortSignal;
  /** Holds `mftf_execution_env_{id}` while `work` runs; `work` gets a signal that aborts with `abort` or when that lock is lost. */
  exclusively<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  record: Recorder;
}

/** Where the runner writes. Every call is fenced: a worker with an older fence gets STALE_FENCE and changes nothing. */
export interface Recorder {
  phase(phase: RunPhase): Promise<void>;
  commit(commit: { id: string; subject: string }): Promise<void>;
  /** The tests that will be executed, in order. Called once per attempt; a resumed run keeps its first plan. */
  plan(tests: PlannedTest[]): Promise<void>;
  /** The plan of an earlier attempt, with the tests that have a result already. Empty on a first attempt. */
  planned(): Promise<{ test: PlannedTest; done: boolean }[]>;
  /** Marks a test as under way, so that a page can show it. */
  testStarted(test: PlannedTest): Promise<void>;
  /** Exactly once for each test and attempt; a repeat with the same attempt changes nothing. */
  result(result: Omit<Result, 'runId' | 'attempt'>): Promise<void>;
  /** Something that people should know about the run (container replaced, snapshot restored). */
  event(event: { code: string; message: string }): Promise<void>;
}

/** How a run ended for the runner. The verdict comes from the results (`verdictOf`) unless `reason` is given. */
export type Outcome =
  | { kind: 'finished' }
  /** No trustworthy answer: the run is broken with this reason. */
  | { kind: 'broken'; reason: Reason }
  /** `stop` was asked for and tests are left: the run goes back to the queue under its old id. */
  | { kind: 'handed-back' };

/** Executes one run. Rejects only with Faults, or with the reason of `abort`. */
export type Runner = (job: Job) => Promise<Outcome>;

/** The reason of `Job.abort` when a person cancelled the run. */
export class Cancelled extends Error {
  constructor() {
    super('The run was cancelled.');
    this.name = 'Cancelled';
  }
}
