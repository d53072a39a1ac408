import type { Status } from '../model/result.ts';
import { innermostPlace } from '../model/source-link/innermost-place.ts';
import { keyOf, type ReportedRun, unrecorded } from './reported-run.ts';

/** The status of a planned test that has no result. */
export const withoutResult = 'without a result';

/** A result, or a planned test without one, on one line of a table. Times in ISO 8601. */
export interface ReportRow {
  run: number;
  environment: string;
  test: string;
  suite: string | null;
  /** `null`: the test has no result. */
  attempt: number | null;
  /** The last attempt of its test, which decides. */
  last: boolean;
  status: Status | typeof withoutResult;
  /** It passed, and failed in an earlier attempt of the run. */
  flaky: boolean;
  quarantined: boolean;
  startedAt: string | null;
  durationMs: number | null;
  code: string | null;
  message: string | null;
  /** Equal for messages that differ only in numbers and names. */
  cause: string | null;
  /** Where a failure comes from: a path in the repository of the test module, else below the root of Magento. */
  file: string | null;
  line: number | null;
  commit: string | null;
  requestedBy: string;
}

/** The results of runs as a table: all attempts of each test in their order, then its planned tests without a result. */
export function rowsOf(reported: ReportedRun): ReportRow[] {
  const { run, results, earlier = [], plan = [] } = reported;
  const covered = new Set(plan.flatMap((planned) => (planned.quarantine ? keyOf(planned) : [])));
  const failedBefore = new Set(earlier.flatMap((each) => (each.status === 'failed' ? keyOf(each) : [])));
  const ofRun = {
    run: run.id,
    environment: run.environmentCode,
    commit: run.commit?.id ?? null,
    requestedBy: run.requestedBy,
  };
  const rowOf = (result: ReportedRun['results'][number], last: boolean): ReportRow => {
    const { test, suite, attempt, status, startedAt, durationMs, reason, message, cause, place } = result;
    const source = place && innermostPlace(place, run.modules ?? []);
    return {
      ...ofRun,
      test,
      suite: suite ?? null,
      attempt,
      last,
      status,
      flaky: last && status === 'passed' && failedBefore.has(keyOf(result)),
      quarantined: last && status === 'failed' && covered.has(keyOf(result)),
      startedAt: startedAt.toISOString(),
      durationMs,
      code: reason?.code ?? null,
      message: message ?? reason?.message ?? null,
      cause: cause ?? null,
      file: source?.module?.path ?? source?.file ?? null,
      line: source?.line ?? null,
    };
  };
  return [
    ...earlier.map((result) => rowOf(result, false)),
    ...results.map((result) => rowOf(result, true)),
    ...unrecorded(reported).map(
      ({ test, suite }): ReportRow => ({
        ...ofRun,
        test,
        suite: suite ?? null,
        attempt: null,
        last: true,
        status: withoutResult,
        flaky: false,
        quarantined: false,
        startedAt: null,
        durationMs: null,
        code: run.reason?.code ?? null,
        message: run.reason?.message ?? null,
        cause: null,
        file: null,
        line: null,
      }),
    ),
  ];
}
