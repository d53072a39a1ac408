import { basename } from 'node:path';
import type { Attachment, Status, Step } from '../../model/result.ts';
import type { Reason } from '../../model/run.ts';

/** A file that a test attached. */
export interface OutcomeAttachment {
  name: string;
  kind: Attachment['kind'];
  /** Relative to the output folder. */
  file: string;
}

/** The outcome of one test, after comparing all results of its process. */
export interface TestOutcome {
  test: string;
  suite: string | undefined;
  status: Status;
  message: string | undefined;
  trace: string | undefined;
  /** Only when broken by the infrastructure. */
  reason: Reason | undefined;
  steps: Step[];
  startedAt: Date;
  durationMs: number;
  attachments: OutcomeAttachment[];
}

/** A test in an Allure file. */
export interface AllureCase {
  test: string;
  suite: string | undefined;
  status: Status;
  message: string | undefined;
  trace: string | undefined;
  steps: Step[];
  startedAt: Date;
  /** Absent when the test did not end: Allure 1 reports "passed" all the same. */
  endedAt: Date | undefined;
  attachments: AllureAttachment[];
}

export interface AllureAttachment {
  name: string;
  /** A file in the folder of the Allure results. */
  source: string;
  /** Media type, often absent. */
  type: string | undefined;
}

/** The folder of Allure's files, relative to the output folder. */
export const allureFolder = 'allure-results';

/** The attachment of a step, with its path relative to the output folder; none when the source would be outside. */
export function stepAttachment(name: string, source: string): { name: string; path: string }[] {
  return basename(source) === source ? [{ name, path: `${allureFolder}/${source}` }] : [];
}

/** A test in the JUnit report, which does not distinguish skipped and incomplete. */
export interface JunitCase {
  test: string;
  suite: string | undefined;
  status: Status;
  message: string | undefined;
  durationMs: number;
}

/** A result file is damaged, cut short or of another format. */
export class Unreadable extends Error {}

const badness: Record<Status, number> = { passed: 0, skipped: 1, failed: 2, broken: 3 };

export function isGood(status: Status): boolean {
  return badness[status] < badness.failed;
}

/** The worst of several reports of one test; `undefined` of none. */
export function worst<T extends { status: Status }>(reports: T[]): T | undefined {
  return reports.reduce<T | undefined>(
    (worse, report) => (worse && badness[worse.status] >= badness[report.status] ? worse : report),
    undefined,
  );
}

/**
 * The test and suite of a generated class, `Magento\AcceptanceTest\_<suite or default>\Backend\<X>Cest`, and its method, which
 * has the name of the test.
 */
export function testOf(className: string, method: string): { test: string; suite: string | undefined } {
  const [, suite] = /^\\?Magento\\AcceptanceTest\\_([^\\]+)\\/.exec(className) ?? [];
  return { test: method, suite: suite === 'default' ? undefined : suite };
}

/** The last time that a result may name, in milliseconds since 1970: a later year has five digits, which neither ISO 8601 nor databases read. */
export const maxTimeMs = Date.UTC(9999, 11, 31);
