import { createHash } from 'node:crypto';
import type { Result } from '../model/result.ts';
import { keyOf, type ReportedRun, unrecorded } from './reported-run.ts';

/** A result file of Allure 2, as its adapters write them. Times in milliseconds since 1970. */
export interface AllureResult {
  uuid: string;
  /** Equal for all attempts of a test on an environment: Allure shows the newest as the result, and the others as its retries. */
  historyId: string;
  testCaseId: string;
  name: string;
  fullName: string;
  status: Result['status'];
  statusDetails: { message?: string; flaky: boolean };
  start: number;
  stop: number;
  labels: { name: string; value: string }[];
  parameters: { name: string; value: string }[];
}

/**
 * The results of runs for Allure, one for each attempt of each test, with the ids that they always have. A test that passed after a
 * failure in the same run is `flaky`. A planned test without a result is broken.
 */
export function allureResults(runs: readonly ReportedRun[]): AllureResult[] {
  return runs.flatMap((reported) => {
    const { run, results, earlier = [] } = reported;
    const failed = new Set(earlier.filter(({ status }) => status === 'failed').map(keyOf));
    return [
      ...earlier.map((result) => toAllure(run, result, false)),
      ...results.map((result) =>
        toAllure(run, result, result.status === 'passed' && failed.has(keyOf(result))),
      ),
      ...unrecorded(reported).map(({ test, suite }) => {
        const message = run.reason?.message ?? 'The test was planned but has no result.';
        const startedAt = run.finishedAt ?? run.queuedAt;
        return toAllure(
          run,
          { test, suite, attempt: 0, status: 'broken', message, startedAt, durationMs: 0 },
          false,
        );
      }),
    ];
  });
}

type Reported = Pick<
  Result,
  'test' | 'suite' | 'attempt' | 'status' | 'message' | 'startedAt' | 'durationMs'
> &
  Partial<Pick<Result, 'reason'>>;

function toAllure(
  { id, environmentCode }: ReportedRun['run'],
  { test, suite, attempt, status, message, reason, startedAt, durationMs }: Reported,
  flaky: boolean,
): AllureResult {
  const fullName = suite === undefined ? test : `${suite}:${test}`;
  const text = message ?? reason?.message;
  const start = startedAt.getTime();
  return {
    uuid: uuidOf(`${id} ${environmentCode} ${fullName} ${attempt}`),
    historyId: hash(`${environmentCode} ${fullName}`),
    testCaseId: hash(fullName),
    name: test,
    fullName,
    status,
    statusDetails: { ...(text !== undefined && { message: text }), flaky },
    start,
    stop: start + durationMs,
    labels: [
      { name: 'parentSuite', value: environmentCode },
      { name: 'suite', value: suite ?? 'default' },
      { name: 'framework', value: 'mftf' },
    ],
    parameters: [{ name: 'environment', value: environmentCode }],
  };
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A UUID that is the same for the same text. */
const uuidOf = (text: string) => hash(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
