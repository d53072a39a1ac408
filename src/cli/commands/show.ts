import { join } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { Fault, type FaultCode, faults } from '../../faults/fault.ts';
import { fullName, runLink } from '../../model/page-links.ts';
import { describePatches } from '../../model/patch.ts';
import { describeSelection } from '../../model/selection.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { showRun } from '../../operations/runs/run-record.ts';
import { showTestSteps } from '../../operations/tests/test-steps.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { noFailures, type RunFailures, readFailures } from '../client/read-failures.ts';
import { openPage } from '../open-page.ts';
import { printFailures } from '../output/failures.ts';
import {
  approxDuration,
  clean,
  colourOf,
  describeOptions,
  durationText,
  localTime,
  statusText,
  tally,
  tookText,
} from '../output/format.ts';
import { printSteps } from '../output/steps.ts';
import { printFields, printTable, printText } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';
import { printRuns } from './list.ts';

type RunRecord = z.output<typeof showRun.output>;

const helpFooter = `
Failures come first, one block for each cause, with the marks of the page:
  new failure    the test passed here before
  known failure  the test failed here before for the same cause
  flaky          the outcome of the test here keeps changing

In the list of tests, flaky is one that passed after it had failed in an earlier attempt of the run.

Examples:
  matre show 12
  matre show 12 13 14        a table of the runs, then the failures of each
  matre show 12 --web        opens its page, or prints the address
  matre show CheckoutTest --steps   the steps of a test, each with its file and line

With --steps it does what matre steps does, which also shows them on an environment, at a ref, and what changed in them.`;

export function registerShow(command: Command, context: CliContext): void {
  command
    .argument('<id...>', 'numbers of runs; the name of a test with --steps')
    .option(
      '-w, --web',
      'open the page of the run in a browser, or print its address when there is no display',
    )
    .option('--steps', 'show the steps of a test, each with its file and line')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (names: string[], options) => {
      if (options.steps) return showSteps(context, names, options);
      const ids = names.map((name) => runIdOf(command, name));
      if (options.web) return showPages(context, ids);
      const { records, url } = await context.withCaller(async (caller) => ({
        records: await readRecords(caller, ids, { withFailures: !options.json }),
        url: caller.url,
      }));
      const [first] = records;
      if (records.length === 1 && first !== undefined) {
        const place = url === undefined ? { url, ...(await context.config()).store } : { url };
        print(context, options, first.record, (output) => printRecord(output, first, place));
      } else {
        const runs = records.map(({ record }) => record);
        print(context, options, { runs }, (output) => printRecords(output, records, url));
      }
    });
}

/** A name may be meant as that of a test, for --steps, so options are read first. */
function runIdOf(command: Command, name: string): number {
  try {
    return parseRunId(name);
  } catch {
    const invalid = `command-argument value '${name}' is invalid for argument 'id'.`;
    return command.error(
      `error: ${invalid} It must be the number of a run, or with --steps the name of a test.`,
    );
  }
}

async function showSteps(
  context: CliContext,
  names: readonly string[],
  options: { json?: boolean },
): Promise<void> {
  const [name, ...others] = names;
  if (name === undefined || others.length > 0)
    throw new Fault('INPUT_INVALID', '--steps shows one test at a time.');
  const steps = await context.withCaller((caller) => caller.call(showTestSteps, { test: name }));
  print(context, options, steps, (output) => printSteps(output, steps));
}

/** Where a run is: on a server, or in a data folder. */
type RunPlace = { url: string } | { url: undefined; dataFolder: string };

interface ShownRun {
  record: RunRecord;
  failures: RunFailures;
}

async function readRecords(
  caller: Caller,
  ids: readonly number[],
  { withFailures }: { withFailures: boolean },
): Promise<ShownRun[]> {
  const records: ShownRun[] = [];
  for (const id of new Set(ids)) {
    const record = await caller.call(showRun, { id });
    records.push({ record, failures: withFailures ? await readFailures(caller, id) : noFailures });
  }
  return records;
}

/** Opens the pages of runs that exist. Errors: RUN_UNKNOWN; SERVER_UNREACHABLE when no server runs. */
async function showPages(context: CliContext, ids: readonly number[]): Promise<void> {
  const { stdout, env } = context.terminal;
  const url = await context.withCaller(async (caller) => {
    for (const id of ids) await caller.call(showRun, { id });
    return caller.url;
  });
  if (url === undefined) {
    throw new Fault('SERVER_UNREACHABLE', 'The page needs a server, and no server runs on this data folder.');
  }
  for (const id of new Set(ids)) {
    const address = runLink(url, id);
    stdout.line((await openPage(address, env)) ? `Opened ${address}` : address);
  }
}

/** Prints several runs: a table, then the failures of each. */
function printRecords(output: Output, records: readonly ShownRun[], url: string | undefined): void {
  printRuns(
    output,
    records.map(({ record }) => record.run),
  );
  for (const { record, failures } of records) {
    if (failures.tests.length === 0) continue;
    const { id, environment } = record.run;
    output.line();
    output.line(output.paint.bold(`Run ${id} on ${environment}`));
    printFailures(output, failures.tests, { runId: id, environment, url, ...failures });
  }
}

/** Prints one run: its state, its failures, and then everything else. */
function printRecord(output: Output, { record, failures }: ShownRun, place: RunPlace): void {
  const { url } = place;
  const { run, position, msLeft } = record;
  const fields: [string, string][] = [
    ['Run', `${run.id} on ${run.environment}`],
    ['State', colourOf(output.paint, statusText(run))],
    ['Selection', clean(run.summary)],
    ['Tests', tally(run.counts)],
  ];
  if (run.reason !== null) {
    fields.push(['Reason', `${clean(run.reason.message)} (${run.reason.code})`]);
    const fault = Object.hasOwn(faults, run.reason.code) && faults[run.reason.code as FaultCode];
    if (fault) fields.push(['Meaning', fault.meaning], ['What to do', fault.remedy]);
  }
  if (run.waitsFor !== null) fields.push(['Waits', `${clean(run.waitsFor.message)} (${run.waitsFor.code})`]);
  if (position !== null) fields.push(['Position', `${position} in the queue of ${run.environment}`]);
  if (run.retryAt !== null) fields.push(['Retry at', localTime(run.retryAt)]);
  if (msLeft !== null) fields.push(['Left', approxDuration(msLeft)]);
  if (url !== undefined) fields.push(['Page', runLink(url, run.id)]);
  printFields(output, fields);
  printFailures(output, failures.tests, {
    runId: run.id,
    environment: run.environment,
    url,
    sources: failures.sources,
    notes: failures.notes,
  });
  output.line();
  printFacts(output, record, place);
  printAttempts(output, record);
  printHooks(output, record);
  printTests(output, record);
  printWaits(output, record);
  printEvents(output, record);
  // At the end, because it may have hundreds of names.
  const whole = describeSelection(run.selection);
  if (whole !== run.summary) {
    output.line();
    printText(output, `The whole selection: ${clean(whole)}`, 0);
  }
}

/** When and by whom it was executed, and where its files are. */
function printFacts(output: Output, { run }: RunRecord, place: RunPlace): void {
  const fields: [string, string][] = [['Queued', `${localTime(run.queuedAt)} by ${clean(run.requestedBy)}`]];
  if (run.priority !== 0) fields.push(['Priority', String(run.priority)]);
  const failedTests = describeOptions(run.options);
  if (failedTests !== '') fields.push(['Failed tests', failedTests]);
  if (run.retryOf !== null) fields.push(['Retry of', String(run.retryOf)]);
  if (run.startedAt !== null) fields.push(['Started', localTime(run.startedAt)]);
  if (run.finishedAt !== null) fields.push(['Finished', localTime(run.finishedAt)]);
  if (run.startedAt !== null) fields.push([run.finishedAt === null ? 'Running for' : 'Took', tookText(run)]);
  if (run.ref !== null) fields.push(['Ref', clean(run.ref)]);
  if (run.modules !== null && run.modules.length > 1) {
    for (const { name, id, subject } of run.modules) {
      fields.push([`Commit of ${clean(name)}`, `${shortCommit(id)} ${clean(subject)}`]);
    }
  } else if (run.commit !== null)
    fields.push(['Commit', `${shortCommit(run.commit.id)} ${clean(run.commit.subject)}`]);
  if (run.patches.length > 0) fields.push(['Patches', clean(describePatches(run.patches))]);
  const files =
    place.url === undefined
      ? join(place.dataFolder, 'runs', String(run.id))
      : `${place.url}/api/runs/${run.id}/artifacts`;
  const removed = run.filesRemovedAt && `removed ${localTime(run.filesRemovedAt)}, after the retention time`;
  fields.push(['Files', removed ?? files]);
  if (run.pin !== null) fields.push(['Pinned', `by ${clean(run.pin.by)}: ${clean(run.pin.reason)}`]);
  printFields(output, fields);
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
      {
        heading: 'Ended',
        text: ({ outcome }) => (outcome === 'handed-back' ? 'requeued' : (outcome ?? 'running')),
      },
      {
        heading: 'Why',
        text: ({ reason }) => (reason === null ? '-' : `${clean(reason.message)} (${reason.code})`),
      },
    ],
    attempts,
  );
}

/** The hooks of a run, with their logs. A server of an earlier version has none. */
function printHooks(output: Output, { hooks = [] }: Partial<Pick<RunRecord, 'hooks'>>): void {
  if (hooks.length === 0) return;
  output.line();
  printTable(
    output,
    [
      { heading: 'Hook', text: ({ name }) => name },
      { heading: 'When', text: ({ moment }) => moment },
      { heading: 'State', text: ({ state }) => (state === 'waiting' ? 'not executed' : state) },
      {
        heading: 'Took',
        text: ({ startedAt, endedAt }) =>
          startedAt && endedAt ? durationText(Date.parse(endedAt) - Date.parse(startedAt)) : '-',
      },
      { heading: 'Log', text: ({ log }) => log ?? '-' },
      { heading: 'Why', text: ({ message }) => (message === null ? '-' : clean(message)) },
    ],
    hooks,
  );
}

/** In this order, then in that of the plan: as the page lists tests. */
const statusOrder = ['failed', 'broken', 'flaky', 'running', 'no result', 'passed', 'skipped', 'waiting'];

/** The planned tests with their latest results, failures first. */
function printTests(output: Output, { run, plan, results }: RunRecord): void {
  if (plan.length === 0) return;
  const latest = new Map(results.map((result) => [keyOf(result), result]));
  const rows = plan.map((test) => ({ ...test, word: statusOf(test, run.state) }));
  output.line();
  printTable(
    output,
    [
      {
        heading: 'Status',
        text: ({ word, quarantined }) => (quarantined ? `${word}, quarantined` : word),
        colour: (text, { word }) => colourOf(output.paint, word, text),
      },
      {
        heading: 'Took',
        text: (test) => {
          const result = latest.get(keyOf(test));
          return result === undefined ? '-' : durationText(result.durationMs);
        },
      },
      { heading: 'Suite', text: ({ suite }) => suite ?? '-', truncate: 'middle' },
      { heading: 'Test', text: ({ test }) => test, truncate: 'middle' },
    ],
    rows.toSorted((one, other) => statusOrder.indexOf(one.word) - statusOrder.indexOf(other.word)),
  );
}

/** More lines do not help to find the page. */
const maxListedWaits = 10;

/** The tests with waits that ran out, those that lost most first. */
function printWaits(output: Output, { results }: RunRecord): void {
  // A server of an older version reports no waits.
  const tests = results.flatMap(({ test, suite, waits }) => (waits ? [{ test, suite, waits }] : []));
  if (tests.length === 0) return;
  tests.sort((one, other) => other.waits.lostMs - one.waits.lostMs);
  output.line();
  for (const { test, suite, waits } of tests.slice(0, maxListedWaits)) {
    output.line(output.paint.yellow(`${clean(fullName({ test, suite }))}: ${clean(waits.summary)}`));
  }
  if (tests.length > maxListedWaits) output.line(`and ${tests.length - maxListedWaits} more tests`);
  printText(output, `${faults.WAITS_RAN_OUT.meaning} ${faults.WAITS_RAN_OUT.remedy}`, 0);
}

function statusOf(test: RunRecord['plan'][number], state: RunRecord['run']['state']): string {
  if (test.status !== null) return test.flaky ? 'flaky' : test.status;
  if (state === 'finished') return 'no result';
  return test.startedAt === null ? 'waiting' : 'running';
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
