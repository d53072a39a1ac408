import { appendFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { emptySelection } from '../../model/selection.ts';
import { submitRuns } from '../../operations/runs/runs.ts';
import { showSavedSelection } from '../../operations/saved-selections/saved-selections.ts';
import { showStatus } from '../../operations/system/status.ts';
import { previewRuns } from '../../operations/tests/tests.ts';
import { csvHead } from '../../report/csv.ts';
import { emptyJunit } from '../../report/junit.ts';
import { type CliContext, collect, jsonOption, parseWhole, print } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { checkWatchOptions, followRuns, watchOptions } from '../client/follow.ts';
import { requester } from '../client/requester.ts';
import { parseDuration } from '../moment.ts';
import { summaryOf } from '../output/github.ts';
import { writeReport } from '../output/write-report.ts';
import { readRunOptions, refOptions, runOptions } from '../run-options.ts';
import { readSelection, type SelectionOptions, selectionOptions } from '../selection-options.ts';
import { printRuns } from './list.ts';
import { printPreview } from './preview.ts';

const helpFooter = `
A run covers all the tests that are named, of these only those of --severity and --module, without those of --exclude.
Options can be repeated or take commas (\`matre help selection\`).

The commit of --commit-url or --sha gets a status, and its pull or merge request a comment, when a channel for its project
is set up (docs/statuses.md). It does not choose which tests are run: --ref does. Without it the status is that of the test
module's commit.

--ref is a branch, else a tag of that name, else a whole ref (refs/pull/7/head), else the id of a commit or its beginning. It
is of the first test module of the environment. The run finds its commit when it starts, and keeps it for every attempt.

With --changed-since a run covers only those of its tests that differ from the ref in steps, data, suites or annotations
(\`matre changed --help\`). It is pinned to the commit that was compared. Where none differs, nothing is submitted, and the exit
code is 0; --dry-run shows the reasons.

With --watch each failure is printed as it happens, and all of them at the end: the test, its message, where it is
declared, and the address of its page. In a pipe these are plain lines. --json has them in \`failures\`.

A test that failed and passed in a later attempt of the same run is flaky: it counts as passed, and is named.

A run that has not started within --wait-at-most ends cancelled, with the reason WAITED_TOO_LONG: exit code 2.

Exit codes with --watch:
  0 all passed    1 tests failed, or with --fail-on-flaky were flaky    2 broken or cancelled: no trustworthy result
  3 invalid usage or configuration  130 interrupted

Ctrl-C stops watching; runs on a server continue. With the embedded database and no server, this process executes the
runs, so Ctrl-C cancels them.

Example:
  matre run -e preprod-us -e preprod-es --group smoke --watch --junit report.xml
  matre run --saved nightly -e preprod-us
  matre run -e preprod-us --group smoke --ref feature/new-checkout --watch
  matre run -e preprod-us --changed-since main --merge-base --ref feature/new-checkout --watch
  matre run --saved smoke --commit-url https://github.com/acme/shop/pull/7 --sha "$(git rev-parse HEAD)"`;

export function registerRun(command: Command, context: CliContext): void {
  command
    .option('-e, --env <code>', 'environment (repeatable); by default those of --saved', collect)
    .option('--saved <name>', 'a saved selection, with its environments, priority and options');
  for (const option of selectionOptions()) command.addOption(option);
  command
    .option('--priority <number>', 'higher starts earlier within its environment; 0 by default', parseWhole)
    .option(
      '--commit-url <url>',
      'the commit that the runs are for: its page, that of its pull or merge request or project',
    )
    .option(
      '--sha <id>',
      'the commit that the runs are for: its whole id; without --commit-url of the test module',
    )
    .option(
      '--wait-at-most <length>',
      'cancel the runs that have not started after this time: 30m, 2h',
      parseDuration,
    )
    .option('--in-reservation <id>', 'a reservation of yours, in which the runs may start', parseWhole)
    .option(
      '--changed-since <ref>',
      'only tests that differ from a branch, tag or commit of the first test module; without names of all tests',
    )
    .option('--merge-base', 'with --changed-since: from the newest commit that both come from')
    .option('--dry-run', 'show the tests and the estimated duration; submit nothing');
  for (const option of [...refOptions(), ...runOptions(), ...watchOptions()]) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options) => {
      await checkWatchOptions(options);
      const request = readRequest(options);
      await context.withCaller(async (caller) => {
        const since = { changedSince: options.changedSince, mergeBase: options.mergeBase };
        if (options.dryRun) {
          const input = await previewOf(caller, request, options.ref);
          const preview = await caller.call(previewRuns, { ...input, ...since });
          return print(context, options, preview, (output) => printPreview(output, preview));
        }
        const submitted = await caller.call(submitRuns, {
          ...request,
          ...since,
          priority: options.priority,
          ref: options.ref,
          commitUrl: options.commitUrl,
          sha: options.sha,
          options: readRunOptions(options),
          reservation: options.inReservation,
          waitAtMostMs: options.waitAtMost,
          requestedBy: requester(context.terminal.env),
        });
        const ids = submitted.runs.map(({ id }) => id);
        if (submitted.unchanged?.length) {
          const codes = submitted.unchanged.join(', ');
          const text = `No test changed since ${options.changedSince}, so nothing runs on ${codes}.`;
          (options.json ? context.terminal.stderr : context.terminal.stdout).line(text);
        }
        if (ids.length === 0) return finishWithoutRuns(context, submitted, options);
        if (!options.watch) print(context, options, submitted, (output) => printRuns(output, submitted.runs));
        // A process that executes the runs itself needs no worker.
        if (!options.watch || caller.startWorkers === undefined) await warnWithoutWorkers(context, caller);
        if (options.watch) await followRuns(context, caller, ids, options);
      });
    });
}

/** Nothing had to be executed, which is a success: a pipeline continues, and finds the report that it expects. */
async function finishWithoutRuns(
  context: CliContext,
  submitted: z.output<typeof submitRuns.output>,
  options: { json?: boolean; watch?: boolean; junit?: string; csv?: string; summary?: string },
): Promise<void> {
  const finished = { exitCode: context.exitCode, ...submitted, failures: [] };
  if (options.json) print(context, options, options.watch ? finished : submitted, () => {});
  if (options.junit !== undefined) await writeReport(options.junit, emptyJunit);
  if (options.csv !== undefined) await writeReport(options.csv, csvHead);
  if (options.summary !== undefined) {
    await writeReport(
      options.summary,
      summaryOf({ exitCode: context.exitCode, runs: [], failures: [] }),
      appendFile,
    );
  }
}

type Request = Pick<z.input<typeof submitRuns.input>, 'environments' | 'selection' | 'saved'>;

/** What the options submit, and where. Errors: INPUT_INVALID. */
interface RequestOptions extends SelectionOptions {
  env?: string[];
  saved?: string;
  changedSince?: string;
  mergeBase?: boolean;
}

function readRequest(options: RequestOptions): Request {
  const { env: environments, saved } = options;
  const named = readSelection(options);
  const selection =
    named === undefined && saved === undefined && options.changedSince !== undefined
      ? { ...emptySelection, all: true }
      : named;
  if (saved !== undefined && selection !== undefined) {
    const remedy = 'Change it, or save another one: matre saved duplicate.';
    throw new Fault('INPUT_INVALID', `--saved has its own tests, so other ones cannot be named. ${remedy}`);
  }
  if (options.mergeBase && options.changedSince === undefined) {
    throw new Fault('INPUT_INVALID', '--merge-base needs --changed-since: it says with what to compare.');
  }
  if (saved === undefined && environments === undefined) {
    throw new Fault('INPUT_INVALID', 'Name an environment (-e), or a saved selection (--saved).');
  }
  return saved === undefined
    ? { environments, selection: selection ?? emptySelection }
    : { environments, saved };
}

/** The preview of a request; for a saved selection, of what it has now. */
async function previewOf(
  caller: Caller,
  { environments, selection, saved: name }: Request,
  ref: string | undefined,
): Promise<z.input<typeof previewRuns.input>> {
  if (name === undefined) return { environments, selection: selection ?? emptySelection, ref };
  const saved = await caller.call(showSavedSelection, { name });
  const codes = saved.environments.filter(({ removed }) => !removed).map(({ code }) => code);
  return {
    environments: environments ?? codes,
    selection: saved.selection,
    ref: ref ?? saved.ref ?? undefined,
  };
}

/** Warns when no worker is connected: a queue without workers looks like a slow one. */
async function warnWithoutWorkers(context: CliContext, caller: Caller): Promise<void> {
  const { workers } = await caller.call(showStatus, {});
  if (workers.some(({ alive }) => alive)) return;
  context.terminal.stderr.line(
    'No worker is connected, so nothing starts. Run `matre up`; or, without a server and DATABASE_URL, add --watch to execute the runs here.',
  );
}
