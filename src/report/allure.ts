import { createHash } from 'node:crypto';
import { isPlaywrightTest } from '../model/playwright.ts';
import type { Result } from '../model/result.ts';
import { placesOf, type ResultPlace, type TreePlace } from '../model/result-place.ts';
import type { Run } from '../model/run.ts';
import { innermostPlace } from '../model/source-link/innermost-place.ts';
import { type AllureFile, allureFiles } from './allure-files.ts';
import { isFlaky, type ReportedTest } from './reported-run.ts';
import { plainText } from './xml.ts';

/** A result file of Allure 2, as its adapters write them. Times in milliseconds since 1970. */
export interface AllureResult {
  uuid: string;
  /** Equal for all attempts of a test on an environment: Allure shows the newest as the result, and the others as its retries. */
  historyId: string;
  testCaseId: string;
  name: string;
  fullName: string;
  status: Result['status'];
  /** `trace`: the places that a failure comes from, the innermost first, a line for each. */
  statusDetails: { message?: string; trace?: string; flaky: boolean };
  start: number;
  stop: number;
  labels: { name: string; value: string }[];
  parameters: { name: string; value: string }[];
  /** The line that a failure comes from, where its address is known. */
  links: { name: string; url: string; type: string }[];
  attachments: AllureFile[];
}

/** The address of a line of a file of a run, where it is known. */
export type UrlOfPlace = (place: TreePlace) => string | undefined;

/** What a result of Allure is made of. */
export interface AllureEntry {
  run: Run;
  /** `undefined`: the test has no result. */
  reported: Result | undefined;
  result: AllureResult;
}

/**
 * The results of a test for Allure, one for each attempt, with the ids that they always have. A test that passed after a failure in the
 * same run is `flaky`. A planned test without a result is broken.
 */
export function allureEntries(
  run: Run,
  test: ReportedTest,
  urlOf: UrlOfPlace = () => undefined,
): AllureEntry[] {
  const { results } = test;
  if (results.length === 0) {
    const message = run.reason?.message ?? 'The test was planned but has no result.';
    const startedAt = run.finishedAt ?? run.queuedAt;
    const missing = { ...test, attempt: 0, status: 'broken', message, startedAt, durationMs: 0 } as const;
    return [{ run, reported: undefined, result: toAllure(run, missing, false) }];
  }
  return results.map((each, index) => {
    const result = toAllure(run, each, index === results.length - 1 && isFlaky(test));
    return { run, reported: each, result: { ...result, links: linksOf(run, each, urlOf) } };
  });
}

type Reported = Pick<
  Result,
  'test' | 'suite' | 'attempt' | 'status' | 'message' | 'startedAt' | 'durationMs'
> &
  Partial<Pick<Result, 'attachments' | 'reason' | 'place'>>;

function toAllure({ id, environmentCode }: Run, reported: Reported, flaky: boolean): AllureResult {
  const { test, suite, attempt, status, message, reason, startedAt, durationMs, place } = reported;
  const fullName = suite === undefined ? test : `${suite}:${test}`;
  const text = message ?? reason?.message;
  const start = startedAt.getTime();
  const uuid = uuidOf(`${id} ${environmentCode} ${fullName} ${attempt}`);
  return {
    uuid,
    historyId: hash(`${environmentCode} ${fullName}`),
    testCaseId: testCaseIdOf(fullName),
    name: plainText(test),
    fullName: plainText(fullName),
    status,
    statusDetails: {
      ...(text !== undefined && { message: plainText(text) }),
      ...(place && { trace: traceOf(place) }),
      flaky,
    },
    start,
    stop: start + durationMs,
    labels: [
      { name: 'parentSuite', value: environmentCode },
      { name: 'suite', value: plainText(suite ?? 'default') },
      { name: 'framework', value: isPlaywrightTest(test) ? 'playwright' : 'mftf' },
    ],
    parameters: [{ name: 'environment', value: environmentCode }],
    links: [],
    // The report is for failures; the files of tests that passed are many, and stay on the page of the run.
    attachments: isShown(status) ? allureFiles(uuid, reported.attachments ?? []) : [],
  };
}

/** Whether a report shows the files and the steps of a test. */
export const isShown = (status: Result['status']) => status !== 'passed' && status !== 'skipped';

function linksOf(
  { modules }: Run,
  { place }: Pick<Result, 'place'>,
  urlOf: UrlOfPlace,
): AllureResult['links'] {
  if (place === undefined) return [];
  const { file, line } = innermostPlace(place, modules ?? []);
  const url = urlOf({ file, line });
  return url === undefined ? [] : [{ name: `${plainText(file)}:${line}`, url, type: 'source' }];
}

const traceOf = (place: ResultPlace) =>
  placesOf(place)
    .map(({ file, line }) => `${plainText(file)}:${line}`)
    .join('\n');

/** Equal for all results of a test, on all environments. */
export const testCaseIdOf = (fullName: string): string => hash(fullName);

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A UUID that is the same for the same text. */
const uuidOf = (text: string) => hash(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
