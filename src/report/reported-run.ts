import type { CauseNote } from '../model/cause-note.ts';
import type { AppliedQuarantine } from '../model/quarantine.ts';
import type { Result } from '../model/result.ts';
import type { Run } from '../model/run.ts';

/** A run with what reports say of it. */
export interface ReportedRun {
  run: Run;
  /** Its planned tests by their last results; those that a quarantine covers are not among the failed ones. */
  counts: ReportedCounts;
  /** The duration of the last results together. */
  durationMs: number;
  /** All tests of the run, in the order of its plan. A run may have thousands, so they are read while they are reported. */
  tests(): AsyncIterable<ReportedTest>;
}

/** `covered`: failed, and a quarantine covers it; `missing`: without a result. */
export type ReportedCounts = Record<
  'passed' | 'failed' | 'covered' | 'broken' | 'skipped' | 'missing',
  number
>;

/** A planned test with its results. */
export interface ReportedTest {
  test: string;
  suite: string | undefined;
  /** Of all attempts, in their order; the last one decides. Without any, the test is reported as an error. */
  results: (Result & { cause?: string | undefined })[];
  /** The quarantine that covered its failure when the run was judged. */
  quarantine?: AppliedQuarantine | undefined;
  /** What users know about the cause of its failure. */
  note?: CauseNote | undefined;
}

/** Whether a test passed after it had failed in the same run. */
export const isFlaky = ({ results }: ReportedTest): boolean =>
  results.at(-1)?.status === 'passed' && results.some(({ status }) => status === 'failed');
