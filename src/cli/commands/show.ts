import { join } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type FaultCode, faults } from '../../faults/fault.ts';
import { summariseSelection } from '../../model/selection.ts';
import type { TestResultView } from '../../operations/results/results-view.ts';
import { listResults } from '../../operations/results/run-results.ts';
import { showRun } from '../../operations/runs/run-record.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';
import { printFailures } from '../output/failures.ts';
import {
  approxDuration,
  clean,
  colourOf,
  durationText,
  localTime,
  statusText,
  tally,
} from '../output/format.ts';
import { printFields, printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

type RunRecord = z.output<typeof showRun.output>;

export function registerShow(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre show 12')
    .action(async (id: number, options) => {
      const { record, tests, url } = await context.withCaller(async (caller) => ({
        record: await caller.call(showRun, { id }),
        tests: options.json ? [] : (await caller.call(listResults, { id })).tests,
        url: caller.url,
      }));
      const files =
        url === undefined
          ? join(context.config().store.dataFolder, 'runs', String(id))
          : `${url}/api/runs/${id}/artifacts`;
      print(context, options, record, (output) => printRecord(output, record, { tests, files }));
    });
}

function printRecord(
  output: Output,
  record: RunRecord,
  { tests, files }: { tests: readonly TestResultView[]; files: string },
): void {
  const { run, position, msLeft } = record;
  const summary = summariseSelection(run.selection);
  const fields: [string, string][] = [
    ['Run', `${run.id} on ${run.environment}`],
    ['State', colourOf(output.paint, statusText(run))],
    ['Selection', clean(summary)],
    ['Tests', tally(run.counts)],
    ['Queued', `${localTime(run.queuedAt)} by ${clean(run.requestedBy)}`],
  ];
  if (run.reason !== null) {
    fields.push(['Reason', `${clean(run.reason.message)} (${run.reason.code})`]);
    const fault = Object.hasOwn(faults, run.reason.code) && faults[run.reason.code as FaultCode];
    if (fault) fields.push(['Meaning', fault.meaning], ['What to do', fault.remedy]);
  }
  if (run.waitsFor !== null) fields.push(['Waits', `${clean(run.waitsFor.message)} (${run.waitsFor.code})`]);
  if (position !== null) fields.push(['Position', `${position} in the queue of ${run.environment}`]);
  if (run.retryAt !== null) fields.push(['Retry at', localTime(run.retryAt)]);
  if (run.priority !== 0) fields.push(['Priority', String(run.priority)]);
  if (run.retryOf !== null) fields.push(['Retry of', String(run.retryOf)]);
  if (run.startedAt !== null) fields.push(['Started', localTime(run.startedAt)]);
  if (run.finishedAt !== null) fields.push(['Finished', localTime(run.finishedAt)]);
  if (msLeft !== null) fields.push(['Left', approxDuration(msLeft)]);
  if (run.commit !== null)
    fields.push(['Commit', `${run.commit.id.slice(0, 12)} ${clean(run.commit.subject)}`]);
  const removed = run.filesRemovedAt && `removed ${localTime(run.filesRemovedAt)}, after the retention time`;
  fields.push(['Files', removed ?? files]);
  printFields(output, fields);
  printAttempts(output, record);
  printTests(output, record);
  printFailures(output, tests, run.id);
  printEvents(output, record);
  // At the end, because it may have hundreds of names.
  if (run.summary !== summary) output.line(`\nThe whole selection: ${clean(run.summary)}`);
}

/** The attempts of a run, if there was more than one. */
function printAttempts(output: Output, { attempts }: RunRecord): void {
  if (attempts.length < 2) return;
  output.line();
  printTable(
    output,
    [
      { heading: 'Attempt', text: ({ attempt }) => String(attempt) },
      { heading: 'Started', text: ({ startedAt }) => localTime(startedAt) },
      { heading: 'Worker', text: ({ workerId }) => workerId },
      { heading: 'Ended', text: ({ outcome }) => outcome ?? 'running' },
      {
        heading: 'Why',
        text: ({ reason }) => (reason === null ? '-' : `${clean(reason.message)} (${reason.code})`),
      },
    ],
    attempts,
  );
}

/** The planned tests in order, each with its latest result. */
function printTests(output: Output, { run, plan, results }: RunRecord): void {
  if (plan.length === 0) return;
  const latest = new Map(results.map((result) => [keyOf(result), result]));
  output.line();
  printTable(
    output,
    [
      {
        heading: 'Status',
        text: (test) => {
          if (test.status !== null) return test.status;
          if (run.state === 'finished') return 'no result';
          return test.startedAt === null ? 'waiting' : 'running';
        },
        colour: (text) => colourOf(output.paint, text.trim(), text),
      },
      {
        heading: 'Took',
        text: (test) => {
          const result = latest.get(keyOf(test));
          return result === undefined ? '-' : durationText(result.durationMs);
        },
      },
      { heading: 'Suite', text: ({ suite }) => suite ?? '-' },
      { heading: 'Test', text: ({ test }) => test },
    ],
    plan,
  );
}

function printEvents(output: Output, { events }: RunRecord): void {
  if (events.length > 0) output.line();
  for (const { at, code, message } of events) {
    output.line(
      `${output.paint.dim(localTime(at))} ${clean(message)} ${output.paint.dim(`(${clean(code)})`)}`,
    );
  }
}

function keyOf({ test, suite }: { test: string; suite: string | null }): string {
  return `${suite ?? ''}:${test}`;
}
