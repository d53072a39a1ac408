import type { CauseNote } from '../model/cause-note.ts';
import type { AppliedQuarantine } from '../model/quarantine.ts';
import type { Result } from '../model/result.ts';
import type { Run } from '../model/run.ts';

/** The data of a report. */
export interface ReportedRun {
  run: Run;
  /** The latest result of each test. */
  results: (Result & { cause?: string | undefined })[];
  /** The results of earlier attempts, in their order. */
  earlier?: Result[];
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

/** The results of all attempts, those of a test in the order of attempts, as the latest of each test and the earlier ones. */
export function splitAttempts<Each extends Result>(
  results: readonly Each[],
): { results: Each[]; earlier: Each[] } {
  const latest = new Map(results.map((result) => [keyOf(result), result]));
  return {
    results: [...latest.values()],
    earlier: results.filter((result) => latest.get(keyOf(result)) !== result),
  };
}

/** The planned tests that have no result. */
export function unrecorded({
  results,
  plan = [],
}: ReportedRun): { test: string; suite: string | undefined }[] {
  const keys = new Set(results.map(keyOf));
  return plan.filter((planned) => !keys.has(keyOf(planned)));
}

/** Identifies a test of a run. */
export const keyOf = ({ test, suite }: { test: string; suite: string | undefined }): string =>
  `${suite ?? ''}:${test}`;
