import type { Command } from 'commander';
import { Fault } from '../../faults/fault.ts';
import { retryRun } from '../../operations/runs/runs.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';
import { checkWatchOptions, followRuns, watchOptions } from '../client/follow.ts';
import { requester } from '../client/requester.ts';
import { printRuns } from './list.ts';

const helpFooter = `
With --failed the run gets another attempt at its commit: one report, in which the last attempt of each test decides. A
test that passes then is flaky. Without --failed, all tests are executed in a new run at the newest commit.

Examples:
  matre retry 12 --failed --watch
  matre retry 12 --failed --new-run`;

export function registerRetry(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .option(
      '--failed',
      'only its tests that failed, were broken or have no result, as another attempt of the run',
    )
    .option('--new-run', 'with --failed: in a new run, at the newest commit of the test module');
  for (const option of watchOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (id: number, options) => {
      await checkWatchOptions(options);
      if (options.newRun && !options.failed) {
        throw new Fault(
          'INPUT_INVALID',
          '--new-run needs --failed: a retry of all tests always is a new run.',
        );
      }
      await context.withCaller(async (caller) => {
        const run = await caller.call(retryRun, {
          id,
          failedOnly: options.failed === true,
          newRun: options.newRun === true,
          requestedBy: requester(context.terminal.env),
        });
        if (options.watch) return followRuns(context, caller, [run.id], options);
        print(context, options, run, (output) => printRuns(output, [run]));
      });
    });
}
