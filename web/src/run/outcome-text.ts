import { describeRunOptions } from '#src/model/run-options.ts';
import type { RunView } from '#src/operations/core/views.ts';
import { plural } from '../ui/format.ts';

type Outcome = Pick<
  RunView,
  'state' | 'phase' | 'verdict' | 'counts' | 'cancelRequested' | 'retryAt' | 'retriedAfter'
>;

const phases = {
  preparing: 'Preparing the container',
  generating: 'Generating tests',
  testing: 'Running',
  reporting: 'Reporting',
};

/** How the run treats failed tests, in words; empty when nothing was requested. */
export const optionsText = ({ retryFailed, failedFirst, maxFailures }: RunView['options']): string =>
  describeRunOptions({
    failedFirst,
    retryFailed: retryFailed ?? undefined,
    maxFailures: maxFailures ?? undefined,
  });

/** The state of a run in a sentence without a full stop: `2 of 50 tests failed`, `Running, 31 of 50 tests done`. */
export function outcomeText({
  state,
  phase,
  verdict,
  counts,
  cancelRequested,
  retryAt,
  retriedAfter,
}: Outcome): string {
  const { planned, passed, failed, broken, skipped, flaky, quarantined } = counts;
  const done = passed + failed + broken + skipped;
  const all = plural(planned, 'test');
  const flakyText = flaky === 0 ? '' : `, ${flaky} flaky`;
  if (state === 'queued') return retryAt === null && retriedAfter === 0 ? 'Queued' : 'Queued for a retry';
  if (state === 'running') {
    const word = cancelRequested ? 'Cancelling' : phases[phase ?? 'testing'];
    return planned === 0 ? word : `${word}, ${done} of ${all} done`;
  }
  if (planned === 0) return verdict === 'cancelled' ? 'Cancelled before its first test' : 'No test ran';
  switch (verdict) {
    case 'passed':
      if (quarantined > 0)
        return `${passed} of ${all} passed, ${quarantined} quarantined${skipped > 0 ? `, ${skipped} skipped` : ''}${flakyText}`;
      return skipped === 0
        ? `${planned === 1 ? 'The' : 'All'} ${planned === 1 ? 'test' : all} passed${flakyText}`
        : `${passed} of ${all} passed, ${skipped} skipped${flakyText}`;
    case 'failed':
      return `${failed} of ${all} failed${quarantined > 0 ? `, ${quarantined} of them quarantined` : ''}${flakyText}`;
    case 'cancelled':
      return `Cancelled after ${done} of ${all}`;
    default: {
      const withoutResult = broken + planned - done;
      const failures = failed > 0 ? `, ${failed} failed` : '';
      return `${withoutResult} of ${all} ${withoutResult === 1 ? 'is' : 'are'} broken or without a result${failures}`;
    }
  }
}
