import type { CauseNote } from '../model/cause-note.ts';
import type { AppliedQuarantine } from '../model/quarantine.ts';
import type { Result } from '../model/result.ts';
import type { Run } from '../model/run.ts';

/** The data of a report. */
export interface ReportedRun {
  run: Run;
  /** The latest result of each test. */
  results: (Result & { cause?: string | undefined })[];
  /** What users know about the causes of its failures, by cause. */
  notes?: ReadonlyMap<string, CauseNote>;
  /** All tests of the run, in order; those without a result are reported as errors. */
  plan?: PlannedTest[];
}

interface PlannedTest {
  test: string;
  suite: string | undefined;
  /** The quarantine that covered its failure when the run was judged. */
  quarantine?: AppliedQuarantine | undefined;
}

/** The planned tests that have no result. */
export function unrecorded({
  results,
  plan = [],
}: ReportedRun): { test: string; suite: string | undefined }[] {
  const recorded = new Set(results.map(keyOf));
  return plan.filter((planned) => !recorded.has(keyOf(planned)));
}

/** Identifies a test of a run. */
export const keyOf = ({ test, suite }: { test: string; suite: string | undefined }): string =>
  `${suite ?? ''}:${test}`;
