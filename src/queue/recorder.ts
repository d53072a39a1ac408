import type { Result } from '../model/result.ts';
import type { RunPhase } from '../model/run.ts';
import type { PlannedTest } from '../model/selection.ts';

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
