import { posix } from 'node:path';
import type { Redactor } from '../mftf/redaction/redactor.ts';
import { laterException } from '../model/failure-headline.ts';
import { maxStepNameLength } from '../model/limits.ts';
import type { PlaywrightTest } from '../model/playwright.ts';
import type { Status, Step } from '../model/result.ts';
import type { ResultPlace } from '../model/result-place.ts';
import type { Reason } from '../model/run.ts';
import { summariseSteps } from '../model/steps.ts';
import { shorten } from '../model/visible-text.ts';
import { withoutColours } from './list-task.ts';
import type { ReportedResult, ReportedStep } from './report-lines.ts';

/** What Playwright says when a browser cannot be started. */
export const browserMissing =
  /Executable doesn't exist at|browserType\.launch: Failed to launch|distribution '[^']{1,40}' is not found|Host system is missing dependencies/;

/** The verdict of matre on a result of Playwright. */
export function statusOf(result: ReportedResult): { status: Status; reason: Reason | undefined } {
  const texts = result.errors.map(({ message = '' }) => withoutColours(message));
  const noBrowser = texts.find((text) => browserMissing.test(text));
  const broken = (reason: Reason) => ({ status: 'broken' as const, reason });
  if (noBrowser !== undefined) {
    const [message = ''] = noBrowser.split('\n', 1);
    return broken({ code: 'PLAYWRIGHT_BROWSER_MISSING', message });
  }
  if (result.status === 'interrupted') {
    return broken({ code: 'RESULT_MISSING', message: 'The test was stopped before its end.' });
  }
  if (result.status === 'skipped') {
    return { status: result.expected === 'skipped' ? 'skipped' : 'failed', reason: undefined };
  }
  return { status: result.status === result.expected ? 'passed' : 'failed', reason: undefined };
}

/** The message of a result with this verdict. */
export function messageOf(result: ReportedResult, status: Status): string | undefined {
  const texts = result.errors.flatMap(({ message }) => (message ? [withoutColours(message)] : []));
  if (status === 'skipped') return result.note;
  if (status === 'passed') return undefined;
  if (result.status === 'skipped') {
    return 'The test was not executed, because one before it in its group failed.';
  }
  if (result.status === 'passed')
    return `The test passed, and it is marked to fail${result.note ? `: ${result.note}` : '.'}`;
  return texts.join(laterException) || `The test ended as ${result.status}, without a message.`;
}

/** Where a failure comes from, below the root of Magento; `folder` is that of the project. */
export function placeOf(test: PlaywrightTest, result: ReportedResult, folder: string): ResultPlace {
  const at = result.errors.find(({ place }) => place !== undefined && !place.file.startsWith('..'))?.place;
  const inTree = (file: string) => posix.join(folder, file);
  const failed = summariseSteps(stepsOf(result.steps, { text: (text) => text }))?.failed?.title;
  return {
    test: { file: inTree(test.file), line: test.line },
    ...(at && {
      step: { file: inTree(at.file), line: at.line, stepKey: shorten(failed ?? 'error', maxStepNameLength) },
    }),
  };
}

/** The steps of a result, without secrets. */
export function stepsOf(list: readonly ReportedStep[], redactor: Pick<Redactor, 'text'>): Step[] {
  return list.map(({ title, durationMs, error, steps }) => ({
    name: redactor.text(title).slice(0, maxStepNameLength),
    status: error === undefined ? 'passed' : 'failed',
    durationMs,
    attachments: [],
    steps: stepsOf(steps, redactor),
  }));
}
