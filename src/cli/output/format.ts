import type { ChalkInstance } from 'chalk';
import { durationText } from '../../model/duration.ts';
import { describeRunOptions } from '../../model/run-options.ts';
import type { RunView } from '../../operations/core/views.ts';

export { approxDuration, durationText } from '../../model/duration.ts';

/** External text on one line, without control characters that could move the cursor or change colours. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}

/** Output of tests for a terminal: keeps lines, tabs and colours, and removes all other control characters. */
export function cleanLines(text: string): string {
  return text.replace(/\u001b\[[\d;]*m|[^\P{Cc}\n\t]/gu, (match) => (match.length > 1 ? match : ''));
}

/** How long ago an ISO 8601 time was: `42 s ago`. */
export function ago(time: string, now: Date = new Date()): string {
  return `${durationText(now.getTime() - Date.parse(time))} ago`;
}

/** How long a run has taken, or takes so far; `-` when it has not started. */
export function tookText(run: Pick<RunView, 'startedAt' | 'finishedAt'>, now: Date = new Date()): string {
  if (run.startedAt === null) return '-';
  const end = run.finishedAt === null ? now.getTime() : Date.parse(run.finishedAt);
  return durationText(end - Date.parse(run.startedAt));
}

/** An ISO 8601 time to the second, in the time zone of this process: `2024-05-01 13:04:05`. */
export function localTime(time: string): string {
  // Swedish dates are ISO dates.
  return new Date(time).toLocaleString('sv-SE');
}

/** The time zone of this process, for a time beside times of another zone. */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The verdict of a run, else `cancelling` when a cancellation is requested, else its phase, else its state. */
export function statusText(run: Pick<RunView, 'state' | 'phase' | 'verdict' | 'cancelRequested'>): string {
  if (run.verdict !== null) return run.verdict;
  if (run.cancelRequested) return 'cancelling';
  return run.phase ?? run.state;
}

/** How many planned tests are done, and how many of them did not pass, or only in a later attempt: `7/12, 1 failed, 2 flaky`. */
export function tally({
  planned,
  passed,
  failed,
  broken,
  skipped,
  flaky,
  quarantined,
}: RunView['counts']): string {
  const done = passed + failed + broken + skipped;
  const parts = [planned > 0 ? `${done}/${planned}` : '-'];
  if (failed > 0) parts.push(`${failed} failed${quarantined > 0 ? ` (${quarantined} quarantined)` : ''}`);
  if (broken > 0) parts.push(`${broken} broken`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (flaky > 0) parts.push(`${flaky} flaky`);
  return parts.join(', ');
}

/** The options of a run or schedule in words; empty when there are none. */
export const describeOptions = ({ retryFailed, failedFirst, maxFailures }: RunView['options']): string =>
  describeRunOptions({
    failedFirst,
    retryFailed: retryFailed ?? undefined,
    maxFailures: maxFailures ?? undefined,
  });

/** `text` in the colour of a status, verdict or phase. */
export function colourOf(paint: ChalkInstance, word: string, text: string = word): string {
  switch (word) {
    case 'passed':
      return paint.green(text);
    case 'failed':
      return paint.red(text);
    case 'broken':
      return paint.magenta(text);
    case 'flaky':
    case 'skipped':
    case 'cancelled':
    case 'cancelling':
    case 'paused':
      return paint.yellow(text);
    case 'queued':
      return paint.dim(text);
    default:
      return paint.cyan(text);
  }
}

/** A number with its noun: `1 check`, `2 checks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
