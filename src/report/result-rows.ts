import type { Status } from '../model/result.ts';
import type { Run } from '../model/run.ts';
import { innermostPlace } from '../model/source-link/innermost-place.ts';
import { isFlaky, type ReportedTest } from './reported-run.ts';

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

/** A test of a run as rows of a table: all its attempts in their order, or one row without a result. */
export function rowsOf(run: Run, reported: ReportedTest): ReportRow[] {
  const { test, suite, results, quarantine } = reported;
  const ofTest = {
    run: run.id,
    environment: run.environmentCode,
    test,
    suite: suite ?? null,
    commit: run.commit?.id ?? null,
    requestedBy: run.requestedBy,
  };
  if (results.length === 0) {
    return [
      {
        ...ofTest,
        ...{ attempt: null, last: true, status: withoutResult, flaky: false, quarantined: false },
        ...{ startedAt: null, durationMs: null, code: run.reason?.code ?? null },
        ...{ message: run.reason?.message ?? null, cause: null, file: null, line: null },
      },
    ];
  }
  return results.map((result, index) => {
    const { attempt, status, startedAt, durationMs, reason, message, cause, place } = result;
    const last = index === results.length - 1;
    const source = place && innermostPlace(place, run.modules ?? []);
    return {
      ...ofTest,
      attempt,
      last,
      status,
      flaky: last && isFlaky(reported),
      quarantined: last && status === 'failed' && quarantine !== undefined,
      startedAt: startedAt.toISOString(),
      durationMs,
      code: reason?.code ?? null,
      message: message ?? reason?.message ?? null,
      cause: cause ?? null,
      file: source?.module?.path ?? source?.file ?? null,
      line: source?.line ?? null,
    };
  });
}
