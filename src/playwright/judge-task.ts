import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { safeName } from '../artifacts/safe-name.ts';
import type { SupervisedEnd } from '../engine/supervised.ts';
import { createRedactor, type Redactor } from '../mftf/redaction/redactor.ts';
import type { JudgedOutcome, JudgedOutput } from '../mftf/results/judged-outcome.ts';
import { cutMessage } from '../mftf/results/text.ts';
import { laterException } from '../model/failure-headline.ts';
import { maxStepNameLength } from '../model/limits.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { Status, Step } from '../model/result.ts';
import type { ResultPlace } from '../model/result-place.ts';
import type { Reason } from '../model/run.ts';
import { summariseSteps } from '../model/steps.ts';
import { shorten } from '../model/visible-text.ts';
import { defineTask } from '../threads/task.ts';
import { attachmentsOf, packingOf } from './attachments.ts';
import { reportFile, withoutColours } from './list-task.ts';
import {
  nameOfTest,
  type ReportedStep,
  type ReportLine,
  type ResultLine,
  readReport,
} from './report-lines.ts';

/** The output of a Playwright command, on this host. */
export interface CommandOutput {
  /** The folder with its files. */
  folder: string;
  /** An empty folder for the steps of each test. */
  stepsFolder: string;
  /** The tests of its block. */
  tests: PlaywrightTest[];
  /** Where the files will be kept, relative to the folder of the run. */
  place: string;
  /** The folder of the project below the root of Magento. */
  projectPlace: string;
  end: SupervisedEnd;
  timeoutMs: number;
  startedAt: Date;
  endedAt: Date;
  secrets: readonly string[];
}

export interface JudgedReport extends JudgedOutput {
  /** Files that are kept only when the secrets in them are hidden. */
  archives: JudgedOutput['files'];
}

/** One outcome for each test of a block, and the files that these attach. */
export const judgeReport = defineTask(
  import.meta.url,
  'judgeReport',
  async (output: CommandOutput): Promise<JudgedReport> => {
    const { folder, stepsFolder, tests, secrets } = output;
    const { lines, unreadable } = await readReport(join(folder, reportFile));
    const redactor = await createRedactor(secrets);
    const results = new Map<string, ResultLine>();
    for (const line of lines) if (line.kind === 'result') results.set(keyOf(line), line);
    const cause = failureBefore(output, lines);
    const ofCause = cause && (await attachmentsOf(folder, cause, redactor));
    const outcomes: JudgedOutcome[] = [];
    for (const [index, test] of tests.entries()) {
      const line = results.get(`${test.suite ?? ''}:${test.name}`);
      const outcome =
        line === undefined
          ? { ...withoutResult(output, test, { lines, unreadable, cause }), attachments: ofCause ?? [] }
          : await withResult(output, test, line, redactor);
      const steps = line === undefined ? [] : stepsOf(line.steps, redactor);
      const stepsFile = steps.length === 0 ? undefined : `${index}.json`;
      if (stepsFile !== undefined) await writeFile(join(stepsFolder, stepsFile), JSON.stringify(steps));
      const { message, reason } = outcome;
      outcomes.push({
        ...outcome,
        message: message === undefined ? undefined : cutMessage(redactor.text(message)),
        reason: reason && { ...reason, message: cutMessage(redactor.text(reason.message)) },
        steps: summariseSteps(steps),
        stepsFile,
      });
    }
    return { outcomes: withTrust(outcomes, lines, output), ...(await filesOf(output, outcomes)) };
  },
);

/** The files that outcomes attach, and where each is kept. */
async function filesOf(
  { folder, place }: CommandOutput,
  outcomes: readonly JudgedOutcome[],
): Promise<Pick<JudgedReport, 'files' | 'archives'>> {
  const files: JudgedReport['files'] = [];
  const archives: JudgedReport['archives'] = [];
  const names = new Set(outcomes.flatMap(({ attachments }) => attachments.map(({ file }) => file)));
  for (const file of names) {
    const path = posix.join(place, file.split('/').map(safeName).join('/'));
    const isArchive = (await packingOf(join(folder, file))) === 'zip';
    (isArchive ? archives : files).push({ file, path });
  }
  return { files, archives };
}

/** Higher exit codes are those of signals. */
export const maxOwnCode = 128;

/**
 * The outcomes, without good ones that nothing confirms: all of them are good, and the process was killed, or ended with an error that no
 * test has.
 */
function withTrust(
  outcomes: JudgedOutcome[],
  lines: readonly ReportLine[],
  { end }: CommandOutput,
): JudgedOutcome[] {
  const isGood = ({ status }: { status: Status }) => status === 'passed' || status === 'skipped';
  if (end.kind !== 'exited' || !outcomes.every(isGood)) return outcomes;
  const isFailure = (line: ReportLine) => line.kind === 'result' && statusOf(line).status === 'failed';
  const hasEnd = lines.some(({ kind }) => kind === 'end');
  if (hasEnd && (end.code === 0 || (end.code <= maxOwnCode && lines.some(isFailure)))) return outcomes;
  const reason: Reason =
    hasEnd && end.code <= maxOwnCode
      ? {
          code: 'RESULT_CONTRADICTORY',
          message: `Playwright ended with exit code ${end.code}, and reports no failure.`,
        }
      : { code: 'RESULT_MISSING', message: `Playwright was stopped before its end (exit code ${end.code}).` };
  return outcomes.map((outcome) => ({ ...outcome, status: 'broken', message: reason.message, reason }));
}

const keyOf = (line: ResultLine) => `${line.project}:${nameOfTest(line)}`;

type Judged = Omit<JudgedOutcome, 'steps' | 'stepsFile'>;

async function withResult(
  { folder, projectPlace }: CommandOutput,
  test: PlaywrightTest,
  line: ResultLine,
  redactor: Redactor,
): Promise<Judged> {
  const attachments = await attachmentsOf(folder, line, redactor);
  const { status, reason } = statusOf(line);
  const isBad = status === 'failed' || status === 'broken';
  return {
    ...{ test: test.name, suite: test.suite, status, reason, attachments },
    message: messageOf(line, status),
    startedAt: new Date(line.startedAt),
    durationMs: line.durationMs,
    place: isBad ? placeOf(test, line, projectPlace) : undefined,
  };
}

const browserMissing =
  /Executable doesn't exist at|browserType\.launch: Failed to launch|distribution '[^']{1,40}' is not found|Host system is missing dependencies/;

function statusOf(line: ResultLine): { status: Status; reason: Reason | undefined } {
  const texts = line.errors.map(({ message = '' }) => withoutColours(message));
  const noBrowser = texts.find((text) => browserMissing.test(text));
  const broken = (reason: Reason) => ({ status: 'broken' as const, reason });
  if (noBrowser !== undefined) {
    const [message = ''] = noBrowser.split('\n', 1);
    return broken({ code: 'PLAYWRIGHT_BROWSER_MISSING', message });
  }
  if (line.status === 'interrupted') {
    return broken({ code: 'RESULT_MISSING', message: 'The test was stopped before its end.' });
  }
  if (line.status === 'skipped') {
    return { status: line.expected === 'skipped' ? 'skipped' : 'failed', reason: undefined };
  }
  return { status: line.status === line.expected ? 'passed' : 'failed', reason: undefined };
}

function messageOf(line: ResultLine, status: Status): string | undefined {
  const texts = line.errors.flatMap(({ message }) => (message ? [withoutColours(message)] : []));
  if (status === 'skipped') return line.note;
  if (status === 'passed') return undefined;
  if (line.status === 'skipped') {
    return 'The test was not executed, because one before it in its group failed.';
  }
  if (line.status === 'passed')
    return `The test passed, and it is marked to fail${line.note ? `: ${line.note}` : '.'}`;
  return texts.join(laterException) || `The test ended as ${line.status}, without a message.`;
}

function placeOf(test: PlaywrightTest, line: ResultLine, folder: string): ResultPlace {
  const at = line.errors.find(({ place }) => place !== undefined && !place.file.startsWith('..'))?.place;
  const inTree = (file: string) => posix.join(folder, file);
  const failed = summariseSteps(stepsOf(line.steps, { text: (text) => text }))?.failed?.title;
  return {
    test: { file: inTree(test.file), line: test.line },
    ...(at && {
      step: { file: inTree(at.file), line: at.line, stepKey: shorten(failed ?? 'error', maxStepNameLength) },
    }),
  };
}

function stepsOf(list: readonly ReportedStep[], redactor: Pick<Redactor, 'text'>): Step[] {
  return list.map(({ title, durationMs, error, steps }) => ({
    name: redactor.text(title).slice(0, maxStepNameLength),
    status: error === undefined ? 'passed' : 'failed',
    durationMs,
    attachments: [],
    steps: stepsOf(steps, redactor),
  }));
}

/** Why tests of the block were not executed: the result of a test of a project that theirs needs. */
function failureBefore({ tests }: CommandOutput, lines: readonly ReportLine[]): ResultLine | undefined {
  const own = new Set(tests.map(({ name, suite }) => `${suite ?? ''}:${name}`));
  for (const line of lines) {
    if (line.kind !== 'result' || own.has(keyOf(line))) continue;
    const { status } = statusOf(line);
    if (status === 'failed' || status === 'broken') return line;
  }
  return undefined;
}

interface Report {
  lines: readonly ReportLine[];
  unreadable: number;
  /** See `failureBefore`. */
  cause: ResultLine | undefined;
}

/** The outcome of a test that the report does not have. */
function withoutResult(
  output: CommandOutput,
  test: PlaywrightTest,
  report: Report,
): Omit<Judged, 'attachments'> {
  const { startedAt, endedAt, projectPlace } = output;
  const { message, reason } = whyMissing(output, report);
  return {
    ...{ test: test.name, suite: test.suite, message, reason, startedAt },
    status: reason === undefined ? 'failed' : 'broken',
    // Without a cause it may have been executed.
    durationMs: report.cause ? 0 : Math.max(0, endedAt.getTime() - startedAt.getTime()),
    place: { test: { file: posix.join(projectPlace, test.file), line: test.line } },
  };
}

function whyMissing(
  { end, timeoutMs }: CommandOutput,
  { lines, unreadable, cause }: Report,
): { message: string; reason: Reason | undefined } {
  const brokenBy = (code: Reason['code'], message: string) => ({ message, reason: { code, message } });
  if (end.kind === 'unknown') return brokenBy('CONTAINER_VANISHED', end.message);
  if (end.kind === 'timeout') {
    return brokenBy('TEST_TIMEOUT', `It took longer than ${timeoutMs / 1000} s and was stopped.`);
  }
  if (end.outOfMemory) {
    return brokenBy('OUT_OF_MEMORY', 'The kernel ended the test process at the memory limit.');
  }
  if (cause) {
    const { status, reason } = statusOf(cause);
    const message = messageOf(cause, status) ?? '';
    const about = `The test was not executed, because ${nameOfTest(cause)} failed before it: ${message}`;
    return { message: reason ? message : about, reason };
  }
  const error = lines.find((line) => line.kind === 'error');
  if (error) {
    const message = withoutColours(error.message ?? 'Playwright ended with an error.');
    return brokenBy(browserMissing.test(message) ? 'PLAYWRIGHT_BROWSER_MISSING' : 'RESULT_MISSING', message);
  }
  if (unreadable > 0) {
    return brokenBy('RESULT_UNREADABLE', `${unreadable} lines of the report of Playwright cannot be read.`);
  }
  return brokenBy(
    'RESULT_MISSING',
    `Playwright ended with exit code ${end.code} and left no result of the test.`,
  );
}
