import type { ResultPlace } from '../../model/result-place.ts';
import type { StepSummary } from '../../model/steps.ts';
import type { ExecutedStep } from './executed-steps.ts';
import type { TestOutcome } from './outcome.ts';
import type { SuiteProgress } from './suite-before.ts';

/** The outcome of a test to be recorded: its texts are cut, and its steps are in a file. */
export interface JudgedOutcome extends Omit<TestOutcome, 'steps' | 'trace'> {
  steps: StepSummary | undefined;
  /** The name of a file with the steps in `stepsFolder`; `undefined` without steps. */
  stepsFile: string | undefined;
  /** Where a failure comes from, when the result files say so. */
  place?: ResultPlace | undefined;
  /** Of MFTF: the steps up to the one that failed, see `executedSteps`. */
  executed?: ExecutedStep[] | undefined;
  /** Of MFTF, when the steps before its suite failed: how far they came, as far as that is known. */
  beforeSuite?: { suite: string; progress: SuiteProgress | undefined } | undefined;
}

/** What a process left, as read from its files. */
export interface JudgedOutput {
  /** Outcomes of planned tests, in the order of the plan. */
  outcomes: JudgedOutcome[];
  /** The files to be kept, relative to the folder of the process, and where each is kept, relative to the folder of the run. */
  files: { file: string; path: string }[];
}
