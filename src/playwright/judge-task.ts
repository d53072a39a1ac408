import { writeFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { safeName } from '../artifacts/safe-name.ts';
import type { SupervisedEnd } from '../engine/supervised.ts';
import { createRedactor, type Redactor } from '../mftf/redaction/redactor.ts';
import type { JudgedOutcome, JudgedOutput } from '../mftf/results/judged-outcome.ts';
import { cutMessage } from '../mftf/results/text.ts';
import { keyOf } from '../mftf/run/blocks.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { Status } from '../model/result.ts';
import type { Reason } from '../model/run.ts';
import { summariseSteps } from '../model/steps.ts';
import { defineTask } from '../threads/task.ts';
import { attachmentsOf, packingOf } from './attachments.ts';
import { withoutColours } from './list-task.ts';
import { nameOfTest, type ReportedResult, type ReportLine, readReport, readResults } from './report-lines.ts';
import { browserMissing, messageOf, placeOf, statusOf, stepsOf } from './result-outcome.ts';

/** The output of a Playwright command, on this host. */
export interface CommandOutput {
  /** The folder with its files. */
  folder: string;
  /** An empty folder for the steps of each test. */
  stepsFolder: string;
  /** The tests of its block. */
  tests: PlaywrightTest[];
  /** The keys of those without a recorded result. */
  open: ReadonlySet<string>;
  /** The number of the first result to read. */
  firstResult: number;
  /** Where the files will be kept, relative to the folder of the run. */
  place: string;
  /** The folder of the project below the root of Magento. */
  projectPlace: string;
  /** How its command ended; `undefined` while it runs. */
  end: SupervisedEnd | undefined;
  timeoutMs: number;
  startedAt: Date;
  endedAt: Date;
  secrets: readonly string[];
}

export interface JudgedReport extends JudgedOutput {
  /** Files that are kept only when the secrets in them are hidden. */
  archives: JudgedOutput['files'];
}

/**
 * The outcomes of the open tests of a block, and the files that these attach: of those that have ended, and of all when the command has
 * ended.
 */
export const judgeReport = defineTask(
  import.meta.url,
  'judgeReport',
  async (output: CommandOutput): Promise<JudgedReport> => {
    const { folder, stepsFolder, tests, open, end, secrets } = output;
    const redactor = await createRedactor(secrets);
    const report = await readOutput(output);
    const ofCause = report.cause && (await attachmentsOf(folder, report.cause, redactor));
    const results = new Map(report.results.map((result) => [keyOfResult(result), result]));
    const outcomes: JudgedOutcome[] = [];
    for (const [index, test] of tests.entries()) {
      const result = results.get(keyOf(test));
      if (!open.has(keyOf(test))) continue;
      const outcome =
        result === undefined
          ? end && { ...withoutResult({ ...output, end }, test, report), attachments: ofCause ?? [] }
          : await withResult(output, test, result, redactor);
      if (outcome === undefined) continue;
      const steps = result === undefined ? [] : stepsOf(result.steps, redactor);
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
    return { outcomes: withTrust(outcomes, report, end), ...(await filesOf(output, outcomes)) };
  },
);

/** What the reporter wrote. */
interface Report {
  lines: readonly ReportLine[];
  results: readonly ReportedResult[];
  unreadable: number;
  /** Why tests of the block were not executed: the result of a test of a project that theirs needs. */
  cause: ReportedResult | undefined;
}

async function readOutput({ folder, tests, firstResult }: CommandOutput): Promise<Report> {
  const { lines, unreadable } = await readReport(folder);
  const { results, unreadable: unreadableResults } = await readResults(folder, firstResult);
  const own = new Set(tests.map(keyOf));
  const cause = results.find((result) => {
    const { status } = statusOf(result);
    return !own.has(keyOfResult(result)) && (status === 'failed' || status === 'broken');
  });
  return { lines, results, unreadable: unreadable + unreadableResults, cause };
}

const keyOfResult = (result: ReportedResult) => keyOf({ name: nameOfTest(result), suite: result.project });

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
 * The outcomes of an ended command, without good ones that nothing confirms: all of them are good, and the process was killed, or ended with
 * an error that no test has.
 */
function withTrust(
  outcomes: JudgedOutcome[],
  { lines, results }: Report,
  end: SupervisedEnd | undefined,
): JudgedOutcome[] {
  const isGood = ({ status }: { status: Status }) => status === 'passed' || status === 'skipped';
  if (end?.kind !== 'exited' || !outcomes.every(isGood)) return outcomes;
  const hasEnd = lines.some(({ kind }) => kind === 'end');
  const hasFailure = results.some((result) => statusOf(result).status === 'failed');
  if (hasEnd && (end.code === 0 || (end.code <= maxOwnCode && hasFailure))) return outcomes;
  const reason: Reason =
    hasEnd && end.code <= maxOwnCode
      ? {
          code: 'RESULT_CONTRADICTORY',
          message: `Playwright ended with exit code ${end.code}, and reports no failure.`,
        }
      : { code: 'RESULT_MISSING', message: `Playwright was stopped before its end (exit code ${end.code}).` };
  return outcomes.map((outcome) => ({ ...outcome, status: 'broken', message: reason.message, reason }));
}

type TestOutcome = Omit<JudgedOutcome, 'steps' | 'stepsFile'>;

async function withResult(
  { folder, projectPlace }: CommandOutput,
  test: PlaywrightTest,
  result: ReportedResult,
  redactor: Redactor,
): Promise<TestOutcome> {
  const attachments = await attachmentsOf(folder, result, redactor);
  const { status, reason } = statusOf(result);
  const isBad = status === 'failed' || status === 'broken';
  return {
    test: test.name,
    suite: test.suite,
    status,
    reason,
    attachments,
    message: messageOf(result, status),
    startedAt: new Date(result.startedAt),
    durationMs: result.durationMs,
    place: isBad ? placeOf(test, result, projectPlace) : undefined,
  };
}

type EndedOutput = CommandOutput & { end: SupervisedEnd };

/** The outcome of a test that the report does not have. */
function withoutResult(
  output: EndedOutput,
  test: PlaywrightTest,
  report: Report,
): Omit<TestOutcome, 'attachments'> {
  const { startedAt, endedAt, projectPlace } = output;
  const { message, reason } = whyMissing(output, report);
  return {
    test: test.name,
    suite: test.suite,
    message,
    reason,
    startedAt,
    status: reason === undefined ? 'failed' : 'broken',
    // Without a cause it may have been executed.
    durationMs: report.cause ? 0 : Math.max(0, endedAt.getTime() - startedAt.getTime()),
    place: { test: { file: posix.join(projectPlace, test.file), line: test.line } },
  };
}

function whyMissing(
  { end, timeoutMs }: EndedOutput,
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
    return brokenBy(
      'RESULT_UNREADABLE',
      `${unreadable} lines and results of the report of Playwright cannot be read.`,
    );
  }
  return brokenBy(
    'RESULT_MISSING',
    `Playwright ended with exit code ${end.code} and left no result of the test.`,
  );
}
