import { createHash } from 'node:crypto';
import type { Attachment, Result } from '../model/result.ts';
import { replaceForbiddenInXml } from '../model/xml-characters.ts';
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
  /** Files beside the result file. `path` is that of the file in the folder of the run. */
  attachments: { name: string; source: string; type: string; path: string }[];
}

/** The types of files by their endings: what Allure shows inline. */
const attachmentTypes: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.html': 'text/html',
  '.log': 'text/plain',
  '.txt': 'text/plain',
};

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
  Partial<Pick<Result, 'attachments' | 'reason'>>;

function toAllure(
  { id, environmentCode }: ReportedRun['run'],
  { test, suite, attempt, status, message, reason, startedAt, durationMs, attachments = [] }: Reported,
  flaky: boolean,
): AllureResult {
  const fullName = suite === undefined ? test : `${suite}:${test}`;
  const text = message ?? reason?.message;
  const start = startedAt.getTime();
  const uuid = uuidOf(`${id} ${environmentCode} ${fullName} ${attempt}`);
  return {
    uuid,
    historyId: hash(`${environmentCode} ${fullName}`),
    testCaseId: testCaseIdOf(fullName),
    name: plain(test),
    fullName: plain(fullName),
    status,
    statusDetails: { ...(text !== undefined && { message: plain(text) }), flaky },
    start,
    stop: start + durationMs,
    labels: [
      { name: 'parentSuite', value: environmentCode },
      { name: 'suite', value: plain(suite ?? 'default') },
      { name: 'framework', value: 'mftf' },
    ],
    parameters: [{ name: 'environment', value: environmentCode }],
    // The report is for failures; the files of tests that passed are many, and stay on the page of the run.
    attachments: status === 'passed' || status === 'skipped' ? [] : attachmentsOf(uuid, attachments),
  };
}

function attachmentsOf(uuid: string, attachments: readonly Attachment[]): AllureResult['attachments'] {
  return attachments.flatMap(({ name, path }, index) => {
    const extension = /\.\w{1,8}$/.exec(path)?.[0].toLowerCase() ?? '';
    const type = attachmentTypes[extension];
    if (type === undefined) return [];
    return [{ name: plain(name), source: `${uuid}-${index}-attachment${extension}`, type, path }];
  });
}

/** Equal for all results of a test, on all environments. */
export const testCaseIdOf = (fullName: string): string => hash(fullName);

/** Without control characters and halves of characters, which not every reader of JSON accepts. */
const plain = (text: string) => replaceForbiddenInXml(text, '');

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** A UUID that is the same for the same text. */
const uuidOf = (text: string) => hash(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
