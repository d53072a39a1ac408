import { Option } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { runLink } from '../../model/page-links.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import { cancelRun } from '../../operations/runs/runs.ts';
import type { CliContext } from '../cli-context.ts';
import { exitCodes, printFailure as printFault } from '../exit-codes.ts';
import { createBoard } from '../output/board.ts';
import { printFailure, printFailures } from '../output/failures.ts';
import { clean, colourOf, tally } from '../output/format.ts';
import type { Caller } from './caller.ts';
import { createFailureFeed } from './failure-feed.ts';
import { describeFinished, verdictCode } from './finished-runs.ts';
import { noFailures, type RunFailures } from './read-failures.ts';
import { checkReportOptions, type ReportOptions, reportOptions, writeReports } from './reports.ts';
import { watchRuns } from './watch.ts';

export interface FollowOptions extends ReportOptions {
  watch?: boolean;
  failOnFlaky?: boolean;
  json?: boolean;
}

export const failOnFlakyOption = () =>
  new Option('--fail-on-flaky', 'exit code 1 also when a test passed only in a later attempt');

/** The options of commands that can wait for the end of runs. */
export const watchOptions = () => [
  new Option('-w, --watch', 'wait until the runs are finished; the exit code is their verdict'),
  ...reportOptions('with --watch, when all runs are finished: '),
  failOnFlakyOption(),
];

/** Checks the options before anything is submitted, so that no report is lost after an hour of tests. Errors: INPUT_INVALID. */
export async function checkWatchOptions(options: FollowOptions): Promise<void> {
  const { watch, junit, csv, summary, allure, allureReport, failOnFlaky } = options;
  const needWatch = {
    ...{ '--junit': junit, '--csv': csv, '--summary': summary, '--allure': allure },
    '--allure-report': allureReport,
    '--fail-on-flaky': failOnFlaky || undefined,
  };
  for (const [flag, value] of Object.entries(needWatch)) {
    if (value === undefined || watch) continue;
    const reason = 'without it the command does not wait for the results';
    throw new Fault('INPUT_INVALID', `${flag} needs --watch: ${reason}.`);
  }
  await checkReportOptions(options);
}

/** A worker stops the running test before a run is cancelled; this command waits no longer for it. */
const cancelTimeoutMs = 30_000;

class Interrupted extends Error {}

/**
 * Waits for runs, shows their progress, and sets the exit code of the context. With the embedded database and without a server,
 * this process executes the runs itself.
 *
 * Ctrl-C ends the watching: runs on a server continue, and the command prints how to cancel them. Runs that this process executes
 * are cancelled, because no other process could execute them. A second Ctrl-C ends the process at once.
 */
export async function followRuns(
  context: CliContext,
  caller: Caller,
  ids: readonly number[],
  options: FollowOptions,
): Promise<void> {
  const { stdout, stderr } = context.terminal;
  // With --json, standard output is for the document alone.
  const board = createBoard(options.json ? stderr : stdout);
  const feed = createFailureFeed(caller, ({ id, environment }, test, { sources, notes }) => {
    const failure = { runId: id, environment, url: caller.url, sources, notes };
    board.note((output) => printFailure(output, test, failure));
  });
  const stop = new AbortController();
  const unsubscribe = context.terminal.onStop(() => {
    // The next signal has its default effect and ends the process.
    unsubscribe();
    stop.abort(new Interrupted());
  });
  try {
    const onProgress = (progress: ProgressView) => {
      board.show(progress);
      feed.update(progress);
    };
    const watching = watchRuns(caller, ids, { onProgress, signal: stop.signal });
    const working = caller.startWorkers?.();
    const readAll = async () => {
      const [finished] = await Promise.all([watching, working]);
      return { finished, failures: await feed.finish(finished) };
    };
    const { finished, failures } = await readAll().finally(() => board.end());
    await report(context, caller, finished, { ...options, failures });
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    context.exitCode = exitCodes.interrupted;
    await stopWatching(caller, ids, (text) => stderr.line(text));
  } finally {
    unsubscribe();
    // Ends the watching also after an error.
    stop.abort();
  }
}

async function stopWatching(
  caller: Caller,
  ids: readonly number[],
  notify: (text: string) => void,
): Promise<void> {
  if (caller.startWorkers === undefined) {
    const commands = ids.map((id) => `matre cancel ${id}`).join('; ');
    notify(`Stopped watching. The runs continue; to cancel them: ${commands}`);
    return;
  }
  notify('Cancelling the runs, because this process executes them. Press Ctrl-C again to stop at once.');
  for (const id of ids) await caller.call(cancelRun, { id }).catch(() => undefined);
  const signal = AbortSignal.timeout(cancelTimeoutMs);
  await watchRuns(caller, ids, { onProgress: () => {}, signal }).catch(() => undefined);
}

async function report(
  context: CliContext,
  caller: Caller,
  finished: readonly ProgressView[],
  options: FollowOptions & { failures: ReadonlyMap<number, RunFailures> },
): Promise<void> {
  const { failures } = options;
  context.exitCode = verdictCode(finished, options.failOnFlaky ?? false);
  const { exitCode } = context;
  const describe = () => describeFinished(finished, failures, { exitCode, url: caller.url });
  const ids = finished.map(({ run }) => run.id);
  const { allureReport, ...reports } = options;
  try {
    await writeReports(caller, ids, reports, describe);
    // Pipelines act on the verdict, which the page does not change.
    if (allureReport !== undefined) {
      await writeReports(caller, ids, { allureReport }, describe).catch((error) =>
        printFault(context.terminal.stderr, error, { server: caller.url }),
      );
    }
  } finally {
    // A user who waited for an hour sees the verdict, also when a report could not be written.
    printFinished(context, caller, finished, options, describe);
  }
}

function printFinished(
  context: CliContext,
  caller: Caller,
  finished: readonly ProgressView[],
  { json, failures }: Pick<FollowOptions, 'json'> & { failures: ReadonlyMap<number, RunFailures> },
  describe: () => ReturnType<typeof describeFinished>,
): void {
  const { stdout } = context.terminal;
  if (json) {
    stdout.line(JSON.stringify(describe(), undefined, 2));
    return;
  }
  for (const { run } of finished) {
    const { tests, ...details } = failures.get(run.id) ?? noFailures;
    if (tests.length === 0) continue;
    stdout.line();
    stdout.line(stdout.paint.bold(`Run ${run.id} on ${run.environment}`));
    const failure = { runId: run.id, environment: run.environment, url: caller.url, ...details };
    printFailures(stdout, tests, failure, { brief: true });
  }
  stdout.line();
  for (const { run } of finished) {
    const verdict = colourOf(stdout.paint, run.verdict ?? '');
    const reason = run.reason === null ? '' : `: ${clean(run.reason.message)} (${run.reason.code})`;
    const page =
      caller.url === undefined || run.verdict === 'passed' ? '' : `  ${runLink(caller.url, run.id)}`;
    stdout.line(
      `${run.environment} ${verdict} ${tally(run.counts)}${reason}  ${stdout.paint.dim(`matre show ${run.id}`)}${page}`,
    );
  }
}
