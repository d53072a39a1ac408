import { basename } from 'node:path';
import type { Attachment, Status, Step } from '../../model/result.ts';
import type { Reason } from '../../model/run.ts';

/** A file that a test left. */
export interface OutcomeAttachment {
  name: string;
  kind: Attachment['kind'];
  /** Relative to the folder that was read. */
  file: string;
}

/** How one test went, after everything that its process left was weighed. */
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

/** What one Allure file says of a test. */
export interface AllureCase {
  test: string;
  suite: string | undefined;
  status: Status;
  message: string | undefined;
  trace: string | undefined;
  steps: Step[];
  startedAt: Date;
  /** Absent when the test began but never ended: Allure 1 then says "passed" all the same. */
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

/** Where Codeception puts the files of Allure, below the folder it is told to write to. */
export const allureFolder = 'allure-results';

/** What a step attached, by its path in the folder that is read; none when the source would lead out of it. */
export function stepAttachment(name: string, source: string): { name: string; path: string }[] {
  return basename(source) === source ? [{ name, path: `${allureFolder}/${source}` }] : [];
}

/** What the JUnit file says of a test. It knows no difference between skipped and incomplete. */
export interface JunitCase {
  test: string;
  suite: string | undefined;
  status: Status;
  message: string | undefined;
  durationMs: number;
}

/** A result file that is damaged, cut short or not what it should be. */
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
 * The test and suite behind a generated class, `Magento\AcceptanceTest\_<suite or default>\Backend\<X>Cest`, and its
 * method, which has the name of the test.
 */
export function testOf(className: string, method: string): { test: string; suite: string | undefined } {
  const [, suite] = /^\\?Magento\\AcceptanceTest\\_([^\\]+)\\/.exec(className) ?? [];
  return { test: method, suite: suite === 'default' ? undefined : suite };
}
