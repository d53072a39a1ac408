import type { Result } from '../model/result.ts';
import type { Run } from '../model/run.ts';

/** The data of a report. */
export interface ReportedRun {
  run: Run;
  /** The latest result of each test. */
  results: Result[];
  /** All tests of the run, in order; those without a result are reported as errors. */
  plan?: { test: string; suite: string | undefined }[];
}

/** The planned tests that have no result. */
export function unrecorded({
  results,
  plan = [],
}: ReportedRun): { test: string; suite: string | undefined }[] {
  const key = (one: { test: string; suite: string | undefined }) => `${one.suite ?? ''}:${one.test}`;
  const recorded = new Set(results.map(key));
  return plan.filter((planned) => !recorded.has(key(planned)));
}
