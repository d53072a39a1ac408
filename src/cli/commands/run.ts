import type { Command } from 'commander';
import { submitRuns } from '../../operations/runs/runs.ts';
import { showStatus } from '../../operations/system/status.ts';
import { previewRuns } from '../../operations/tests/tests.ts';
import { type CliContext, collect, jsonOption, parseWhole, print } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { checkWatchOptions, followRuns, watchOptions } from '../client/follow.ts';
import { requester } from '../client/requester.ts';
import { printRuns } from './list.ts';
import { printPreview } from './preview.ts';

const after = `
Everything that is named is joined; --exclude is taken away at the end. Options can be repeated or take commas.

Exit codes with --watch:
  0 all passed    1 tests failed    2 broken or cancelled: no trustworthy answer
  3 wrong use or configuration      130 interrupted

Ctrl-C stops watching. Runs on a server go on. With the embedded database and no server this process executes the runs
by itself, so there Ctrl-C cancels them.

Example:
  matre run -e preprod-us -e preprod-es --group smoke --watch --junit report.xml`;

export function registerRun(program: Command, context: CliContext): void {
  const command = program
    .command('run')
    .description('submit a run for each environment')
    .requiredOption('-e, --env <code>', 'environment (repeatable)', collect)
    .option('-t, --test <name>', 'tests by name (repeatable)', collect)
    .option('-g, --group <name>', 'all tests of a group (repeatable)', collect)
    .option('-s, --suite <name>', 'all tests of a suite (repeatable)', collect)
    .option('--all', 'all tests of the module')
    .option('-x, --exclude <name>', 'leave out a test, group or suite (repeatable)', collect)
    .option('--priority <number>', 'higher starts earlier within its environment', parseWhole, 0);
  command.option('--dry-run', 'show what would be executed, and how long that would take; queue nothing');
  for (const option of watchOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', after)
    .action(async (options) => {
      await checkWatchOptions(options);
      const selection = {
        all: options.all === true,
        tests: options.test ?? [],
        groups: options.group ?? [],
        suites: options.suite ?? [],
        exclude: options.exclude ?? [],
      };
      await context.withCaller(async (caller) => {
        if (options.dryRun) {
          const preview = await caller.call(previewRuns, { environments: options.env, selection });
          return print(context, options, preview, (output) => printPreview(output, preview));
        }
        const submitted = await caller.call(submitRuns, {
          environments: options.env,
          selection,
          priority: options.priority,
          requestedBy: requester(context.terminal.env),
        });
        const ids = submitted.runs.map(({ id }) => id);
        if (!options.watch) print(context, options, submitted, (output) => printRuns(output, submitted.runs));
        // Where this process executes the runs by itself, nobody is missing.
        if (!options.watch || caller.startWorkers === undefined) await warnWithoutWorkers(context, caller);
        if (options.watch) await followRuns(context, caller, ids, options);
      });
    });
}

/** A queue that nobody works on looks like one that is slow. */
async function warnWithoutWorkers(context: CliContext, caller: Caller): Promise<void> {
  const { workers } = await caller.call(showStatus, {});
  if (workers.some(({ alive }) => alive)) return;
  context.terminal.stderr.line(
    'No worker is there yet, so nothing starts: run `matre up`, or without a server and DATABASE_URL add --watch to execute here.',
  );
}
