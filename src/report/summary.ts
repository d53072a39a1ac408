import { stripVTControlCharacters } from 'node:util';
import type { Result, Status } from '../model/result.ts';
import { type Counts, verdictOf } from '../model/run.ts';
import { describeSelection } from '../model/selection.ts';
import { type ReportedRun, unrecorded } from './reported-run.ts';

/** The worst first. */
const order: Status[] = ['broken', 'failed', 'skipped', 'passed'];
const maxMessageLength = 1_000;

/**
 * The summary of a run in plain text, for messages and log files: its verdict, the tests that did not pass with their messages, and
 * the location of its files. `artifacts` is a folder or an address.
 */
export function runSummary(reported: ReportedRun, artifacts: string): string {
  const { run, results } = reported;
  const verdict = run.verdict ?? (run.state === 'finished' ? verdictOf(run.counts) : run.state);
  const lines = [`Run ${run.id} on ${run.environmentCode}: ${verdict}`, `Tests: ${tally(run.counts)}`];
  if (run.reason) lines.push(`Reason: ${sanitise(run.reason.message)} (${run.reason.code})`);
  lines.push(`Selection: ${sanitise(describeSelection(run.selection))}`);
  if (run.commit) lines.push(`Commit: ${run.commit.id.slice(0, 12)} ${sanitise(run.commit.subject)}`);
  if (run.startedAt && run.finishedAt) {
    lines.push(`Took: ${span(run.finishedAt.getTime() - run.startedAt.getTime())}`);
  }
  const notPassed = results
    .filter(({ status }) => status !== 'passed')
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const missing = unrecorded(reported).map(({ test, suite }) => `without a result: ${nameOf(test, suite)}`);
  if (notPassed.length + missing.length > 0) lines.push('', ...notPassed.flatMap(describeResult), ...missing);
  lines.push('', `Files: ${artifacts}`);
  return `${lines.join('\n')}\n`;
}

function describeResult({ test, suite, status, message, reason, durationMs, attachments }: Result): string[] {
  const code = reason ? ` (${reason.code})` : '';
  const lines = [`${status}: ${nameOf(test, suite)}, ${span(durationMs)}${code}`];
  for (const line of sanitise(message ?? '').split('\n'))
    if (line.trim()) lines.push(`    ${line.trimEnd()}`);
  for (const { kind, path } of attachments) {
    if (status !== 'skipped' && (kind === 'screenshot' || kind === 'page'))
      lines.push(`    ${kind}: ${sanitise(path)}`);
  }
  return lines;
}

function nameOf(test: string, suite: string | undefined): string {
  return suite === undefined ? test : `${test} (${suite})`;
}

function tally({ planned, passed, failed, broken, skipped, flaky, quarantined }: Counts): string {
  const missing = planned - passed - failed - broken - skipped;
  const withFlaky = flaky > 0 ? ` (${flaky} flaky)` : '';
  const covered = quarantined > 0 ? ` (${quarantined} quarantined)` : '';
  const parts = [
    ...[`${passed} passed${withFlaky}`, `${failed} failed${covered}`],
    ...[`${broken} broken`, `${skipped} skipped`],
  ];
  if (missing > 0) parts.push(`${missing} without a result`);
  return `${planned} planned, ${parts.join(', ')}`;
}

/** A text without control sequences, shortened. */
function sanitise(text: string): string {
  const clean = stripVTControlCharacters(text).replace(/[^\P{Cc}\n\t]/gu, '');
  return clean.length > maxMessageLength ? `${clean.slice(0, maxMessageLength)}…` : clean;
}

function span(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
