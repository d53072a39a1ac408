import type { ExecEnd } from '../../engine/engine.ts';
import { asSentence } from '../../faults/sentence.ts';
import { beforeFailedHeading, laterException } from '../../model/failure-headline.ts';
import type { Status } from '../../model/result.ts';
import type { Reason } from '../../model/run.ts';
import type { PlannedTest } from '../../model/selection.ts';
import { summariseSteps } from '../../model/steps.ts';
import type { CollectedCase, CollectedResults } from './collect.ts';
import { recogniseFault } from './infrastructure.ts';
import { isGood, type TestOutcome, worst } from './outcome.ts';
import { describeSuiteBefore, readSuiteBefore } from './suite-before.ts';

/** How the process that executed the tests ended. */
export interface ProcessEnd {
  end: ExecEnd;
  /** The beginning of its output. */
  logStart: string;
  /** The end of its output. */
  log: string;
  startedAt: Date;
  endedAt: Date;
  /** Why matre stopped it, if it did: a timeout, a cancelled run. */
  stopped: Reason | undefined;
}

/**
 * One outcome for each planned test of a process, in the order of the plan.
 *
 * A good verdict needs all sources to agree: Allure and the JUnit report both have a good verdict, and the process ended as it
 * does after good tests. A bad verdict needs one source, and the worse one counts. Without any source, or if none can be trusted,
 * a test is `broken`, with the reason that fits best. Two misleading cases:
 *
 * - a test whose suite failed in `<before>` is reported as failed (Allure 1), broken (Allure 2) or skipped (JUnit) while
 *   the process exits with 0; or MFTF does not notice, and executes it; or the process ends. It never ran as it should, and has the
 *   cause of that: it is broken when the infrastructure is the cause, else failed;
 * - Allure 1 starts every test as passed, so one during which the process died is passed without an end.
 */
export function reconcile(
  planned: PlannedTest[],
  results: CollectedResults,
  processEnd: ProcessEnd,
): TestOutcome[] {
  const outcomes = planned.map((test) => withoutBefore(judge(test, results, processEnd), processEnd));
  const { end } = processEnd;
  const unexplained =
    end.kind === 'unknown' || (end.code !== 0 && outcomes.every(({ status }) => isGood(status)));
  if (!unexplained) return outcomes;
  const reason = processEnd.stopped ?? endReason(end) ?? contradiction(end);
  return outcomes.map((outcome) =>
    isGood(outcome.status) ? { ...outcome, status: 'broken', message: reason.message, reason } : outcome,
  );
}

function judge(planned: PlannedTest, results: CollectedResults, processEnd: ProcessEnd): TestOutcome {
  const isOfTest = (one: { test: string; suite: string | undefined }) =>
    one.test === planned.name && one.suite === planned.suite;
  const allure = worst(results.allure.filter(isOfTest));
  const junit = worst(results.junit?.filter(isOfTest) ?? []);
  const base: TestOutcome = {
    test: planned.name,
    suite: planned.suite,
    status: 'broken',
    message: undefined,
    trace: allure?.trace,
    reason: undefined,
    steps: allure?.steps ?? [],
    startedAt: allure?.startedAt ?? processEnd.startedAt,
    durationMs: Math.min(maxDurationMs, duration(allure, junit, processEnd)),
    attachments:
      allure?.attachments ??
      results.pictures.find(({ test: { name, suite } }) => isOfTest({ test: name, suite }))?.attachments ??
      [],
  };

  const endedCase = allure?.endedAt === undefined && allure?.status === 'passed' ? undefined : allure;
  const report = worst([endedCase, junit].filter((one) => one !== undefined));
  if (report === undefined) return missing(base, results, processEnd);
  if (!isGood(report.status)) {
    const messages = { report: report.message, allure: endedCase, junit: junit?.message };
    return badOutcome(base, report.status, messages, processEnd);
  }
  // A damaged file means that the process did not end properly; then none of its good verdicts counts.
  if (endedCase === undefined || junit === undefined || results.unreadable.length > 0) {
    return missing(base, results, processEnd);
  }
  return { ...base, status: report.status, message: report.message ?? endedCase.message };
}

/** The outcome of a test that MFTF executed although the steps before its suite ended early: it says nothing. */
function withoutBefore(outcome: TestOutcome, { logStart, log, end }: ProcessEnd): TestOutcome {
  const { suite, status, message = '' } = outcome;
  const isJudged = status === 'broken' || status === 'skipped' || message.includes(beforeFailedHeading);
  if (suite === undefined || isJudged) return outcome;
  const before = readSuiteBefore(suite, { start: logStart, end: log });
  if (before.kind !== 'cut-short') return outcome;
  return { ...outcome, status: 'failed', message: describeSuiteBefore(suite, before, end) };
}

/** Codeception's exception in the running step when it gets SIGTERM. */
const terminated = 'TESTS EXECUTION TERMINATED';

/** What the sources report about a bad verdict. */
interface BadMessages {
  report: string | undefined;
  allure: Pick<CollectedCase, 'message' | 'trace' | 'exceptions'> | undefined;
  junit: string | undefined;
}

function badOutcome(
  base: TestOutcome,
  status: Status,
  messages: BadMessages,
  processEnd: ProcessEnd,
): TestOutcome {
  const { allure } = messages;
  const exceptions = allure?.exceptions ?? [];
  const texts = [...exceptions, allure?.message, allure?.trace, messages.junit].filter(
    (text) => text !== undefined,
  );
  // When `<after>` fails too, its exception replaces that of the test in all messages; the one thrown first is the cause.
  const first = exceptions[0] ?? messages.report ?? texts[0];
  const message = withLaterExceptions(first, exceptions.slice(1));
  if (texts.some((text) => text.includes(terminated))) {
    const reason = processEnd.stopped ?? {
      code: 'RESULT_MISSING',
      message: 'The test was stopped before its end.',
    };
    return { ...base, status: 'broken', message: reason.message, reason };
  }
  const beforeFailed = texts.some((text) => text.includes(beforeFailedHeading));
  // The text of a failed assertion comes from the shop, even if it looks like a fault of the infrastructure.
  const isAssertion = /^(?:SUITE PRECONDITION FAILED:\s+)?Failed asserting that/.test(first ?? '');
  const step = beforeFailed ? stepOfBefore(first ?? '') : summariseSteps(base.steps)?.failed?.title;
  const reason = isAssertion ? undefined : recogniseFirst(texts, step);
  if (reason) return { ...base, status: 'broken', message, reason };
  if (beforeFailed || status === 'failed')
    return { ...base, status: 'failed', message: message ?? beforeFailedHeading, reason };
  const noVerdict = 'Its result file gives no verdict.';
  return {
    ...base,
    status: 'broken',
    message: message ?? noVerdict,
    reason: { code: 'RESULT_MISSING', message: noVerdict },
  };
}

/**
 * The step of a suite's before that failed, of which MFTF gives only the message: command.php is missing when the answer is a page,
 * because the REST API answers with JSON.
 */
function stepOfBefore(message: string): string | undefined {
  return /Error HTTP response code: \d{3}\s+Response:\s*</.test(message) ? 'magento cli' : undefined;
}

/** The first fault that the texts show, in their order. */
function recogniseFirst(texts: string[], failedStep: string | undefined): Reason | undefined {
  for (const text of texts) {
    const reason = recogniseFault(text, failedStep);
    if (reason) return reason;
  }
  return undefined;
}

/** The message of the first exception, followed by those that came after it. */
function withLaterExceptions(first: string | undefined, later: string[]): string | undefined {
  const others = [...new Set(later)].filter((text) => text !== first);
  if (first === undefined || others.length === 0) return first;
  return [first, ...others].join(laterException);
}

/** A week. Files of results may name any duration, and the database stores 24 days. */
const maxDurationMs = 7 * 24 * 3_600_000;

function duration(
  allure: { startedAt: Date; endedAt: Date | undefined } | undefined,
  junit: { durationMs: number } | undefined,
  processEnd: ProcessEnd,
): number {
  if (allure?.endedAt) return Math.max(0, allure.endedAt.getTime() - allure.startedAt.getTime());
  return junit?.durationMs ?? Math.max(0, processEnd.endedAt.getTime() - processEnd.startedAt.getTime());
}

/** The outcome of a test without a complete result. */
function missing(base: TestOutcome, results: CollectedResults, processEnd: ProcessEnd): TestOutcome {
  const { suite } = base;
  const before =
    suite === undefined
      ? undefined
      : readSuiteBefore(suite, { start: processEnd.logStart, end: processEnd.log });
  const reason = missingReason(results, processEnd);
  if (suite === undefined || before?.kind !== 'unfinished')
    return { ...base, message: reason.message, reason };
  // Nothing but the steps ended the process.
  if (reason.code === 'RESULT_MISSING' && !isKilled(processEnd.end)) {
    return { ...base, status: 'failed', message: describeSuiteBefore(suite, before, processEnd.end) };
  }
  const message = `${asSentence(reason.message)} This was in the steps before the suite ${suite}.`;
  return { ...base, message, reason: { ...reason, message } };
}

function missingReason(results: CollectedResults, processEnd: ProcessEnd): Reason {
  const knownReason = processEnd.stopped ?? endReason(processEnd.end) ?? recogniseFault(processEnd.log);
  if (knownReason) return knownReason;
  const [unreadable] = results.unreadable;
  if (unreadable)
    return { code: 'RESULT_UNREADABLE', message: `A result file cannot be read: ${unreadable}` };
  const code = processEnd.end.kind === 'exited' ? ` with exit code ${processEnd.end.code}` : '';
  // For example a library that is incompatible with the image's PHP: it ends the process after the test, before the results.
  const [phpError] = /^PHP (?:Fatal|Parse) error: .*$/m.exec(processEnd.log) ?? [];
  const detail = phpError === undefined ? '' : `: ${phpError.trim()}`;
  return {
    code: 'RESULT_MISSING',
    message: `The test process ended${code} and left no complete result${detail || '.'}`,
  };
}

function endReason(end: ExecEnd): Reason | undefined {
  if (end.kind === 'unknown')
    return {
      code: 'CONTAINER_VANISHED',
      message: asSentence(end.message),
    };
  if (end.outOfMemory) {
    return { code: 'OUT_OF_MEMORY', message: 'The kernel ended the test process at the memory limit.' };
  }
  return undefined;
}

/** Exit codes of a process that was ended by SIGKILL or SIGTERM. */
const killedCodes = [137, 143];

function isKilled(end: ExecEnd): boolean {
  return end.kind === 'exited' && killedCodes.includes(end.code);
}

function contradiction(end: ExecEnd): Reason {
  // All results may be there, but nothing tells whether it had more to do.
  if (end.kind === 'exited' && isKilled(end)) {
    return {
      code: 'RESULT_MISSING',
      message: `The test process was killed (exit code ${end.code}) after its last result, before its end.`,
    };
  }
  const code = end.kind === 'exited' ? `exited with ${end.code}` : 'ended';
  return {
    code: 'RESULT_CONTRADICTORY',
    message: `The test process ${code}, but its result files report no failure.`,
  };
}
