import type { ChalkInstance } from 'chalk';
import type { RunView } from '../../operations/core/views.ts';

/** External text on one line, without control characters that could move the cursor or change colours. */
export function clean(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}

/** Output of tests for a terminal: keeps lines, tabs and colours, and removes all other control characters. */
export function cleanLines(text: string): string {
  return text.replace(/\u001b\[[\d;]*m|[^\P{Cc}\n\t]/gu, (match) => (match.length > 1 ? match : ''));
}

/** A duration in at most two units: `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return twoUnits(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(hours, 'h', minutes % 60, 'min');
  return twoUnits(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** How long ago an ISO 8601 time was: `42 s ago`. */
export function ago(time: string, now: Date = new Date()): string {
  return `${durationText(now.getTime() - Date.parse(time))} ago`;
}

/** An ISO 8601 time to the second, in the time zone of this process: `2024-05-01 13:04:05`. */
export function localTime(time: string): string {
  // Swedish dates are ISO dates.
  return new Date(time).toLocaleString('sv-SE');
}

/** The verdict of a run, else `cancelling` when a cancellation is requested, else its phase, else its state. */
export function statusText(run: Pick<RunView, 'state' | 'phase' | 'verdict' | 'cancelRequested'>): string {
  if (run.verdict !== null) return run.verdict;
  if (run.cancelRequested) return 'cancelling';
  return run.phase ?? run.state;
}

/** How many planned tests are done, and how many of them did not pass: `7/12, 1 failed`. */
export function tally({ planned, passed, failed, broken, skipped }: RunView['counts']): string {
  const done = passed + failed + broken + skipped;
  const parts = [planned > 0 ? `${done}/${planned}` : '-'];
  if (failed > 0) parts.push(`${failed} failed`);
  if (broken > 0) parts.push(`${broken} broken`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return parts.join(', ');
}

/** `text` in the colour of a status, verdict or phase. */
export function colourOf(paint: ChalkInstance, word: string, text: string = word): string {
  switch (word) {
    case 'passed':
      return paint.green(text);
    case 'failed':
      return paint.red(text);
    case 'broken':
      return paint.magenta(text);
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
