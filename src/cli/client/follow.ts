import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Option } from 'commander';
import { Fault, toFault } from '../../faults/fault.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import { reportJunit } from '../../operations/runs/run-record.ts';
import { cancelRun } from '../../operations/runs/runs.ts';
import type { CliContext } from '../cli-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { createBoard } from '../output/board.ts';
import { clean, coloured, tally } from '../output/format.ts';
import type { Caller } from './caller.ts';
import { watchRuns } from './watch.ts';

export interface FollowOptions {
  watch?: boolean;
  junit?: string;
  json?: boolean;
}

/** The options of commands that can wait for runs. */
export const watchOptions = () => [
  new Option('-w, --watch', 'wait for the end; the exit code tells how it went'),
  new Option('--junit <file>', 'with --watch: write a JUnit report when all is over'),
];

/** Refuses options that cannot work before anything is submitted: a report is not to be lost after an hour of tests. */
export async function checkWatchOptions({ watch, junit }: FollowOptions): Promise<void> {
  if (junit === undefined) return;
  if (!watch) {
    throw new Fault('INPUT_INVALID', '--junit needs --watch: without it nobody waits for the results.');
  }
  try {
    await access(dirname(resolve(junit)), constants.W_OK);
  } catch (error) {
    throw new Fault('INPUT_INVALID', `--junit ${junit}: its folder cannot be written to.`, { cause: error });
  }
}

/** A worker ends the test under way before a run is cancelled; after this long it is left to itself. */
const cancelPatienceMs = 30_000;

class Interrupted extends Error {}

/**
 * Waits for runs and shows how they go; sets the exit code of the context. With the embedded database and no server, this
 * process executes them itself.
 *
 * Ctrl-C: runs on a server go on, and how to cancel them is said. Runs that this process executes are cancelled, because
 * nothing would be left to execute them. A second Ctrl-C ends the process at once.
 */
export async function followRuns(
  context: CliContext,
  caller: Caller,
  ids: readonly number[],
  options: FollowOptions,
): Promise<void> {
  const { stdout, stderr } = context.terminal;
  // Where an answer for programs goes, nothing else may.
  const board = createBoard(options.json ? stderr : stdout);
  const stop = new AbortController();
  const forget = context.terminal.onStop(() => {
    // From here on the next signal does what signals do.
    forget();
    stop.abort(new Interrupted());
  });
  try {
    const watching = watchRuns(caller, ids, { onProgress: board.show, signal: stop.signal });
    const working = caller.startWorkers?.();
    const [finished] = await Promise.all([watching, working]).finally(() => board.end());
    await report(context, caller, finished, options);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    context.exitCode = exitCodes.interrupted;
    await leave(caller, ids, (text) => stderr.line(text));
  } finally {
    forget();
    // Whatever happened, nothing is watched any more.
    stop.abort();
  }
}

async function leave(caller: Caller, ids: readonly number[], say: (text: string) => void): Promise<void> {
  if (caller.startWorkers === undefined) {
    const commands = ids.map((id) => `matre cancel ${id}`).join('; ');
    say(`Stopped watching. The runs go on; to cancel them: ${commands}`);
    return;
  }
  say('Cancelling, because this process executes the runs. Press Ctrl-C again to end at once.');
  for (const id of ids) await caller.call(cancelRun, { id }).catch(() => undefined);
  const signal = AbortSignal.timeout(cancelPatienceMs);
  await watchRuns(caller, ids, { onProgress: () => {}, signal }).catch(() => undefined);
}

async function report(
  context: CliContext,
  caller: Caller,
  finished: readonly ProgressView[],
  options: FollowOptions,
): Promise<void> {
  context.exitCode = verdictCode(finished);
  if (options.junit !== undefined) {
    const { xml } = await caller.call(reportJunit, { ids: finished.map(({ run }) => run.id).join(',') });
    await writeReport(options.junit, xml);
  }
  const { stdout } = context.terminal;
  if (options.json) {
    const runs = finished.map(({ run }) => run);
    stdout.line(JSON.stringify({ exitCode: context.exitCode, runs }, undefined, 2));
    return;
  }
  stdout.line();
  for (const { run } of finished) {
    const verdict = coloured(stdout.paint, run.verdict ?? '');
    const why = run.reason === null ? '' : `: ${clean(run.reason.message)} (${run.reason.code})`;
    stdout.line(
      `${run.environment} ${verdict} ${tally(run.counts)}${why}  ${stdout.paint.dim(`matre show ${run.id}`)}`,
    );
  }
}

/** The worst of all: without a trustworthy answer 2 (a cancelled run has none), with failed tests 1, else 0. */
export function verdictCode(finished: readonly { run: Pick<ProgressView['run'], 'verdict'> }[]): number {
  const verdicts = new Set(finished.map(({ run }) => run.verdict));
  if (verdicts.has('broken') || verdicts.has('cancelled')) return exitCodes.broken;
  return verdicts.has('failed') ? exitCodes.failed : exitCodes.passed;
}

async function writeReport(file: string, xml: string): Promise<void> {
  try {
    await writeFile(file, xml);
  } catch (error) {
    throw new Fault('INPUT_INVALID', `The JUnit report cannot be written: ${toFault(error).message}.`, {
      cause: error,
    });
  }
}
