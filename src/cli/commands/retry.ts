import type { Command } from 'commander';
import { retryRun } from '../../operations/runs/runs.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';
import { checkWatchOptions, followRuns, watchOptions } from '../client/follow.ts';
import { requester } from '../client/requester.ts';
import { printRuns } from './list.ts';

export function registerRetry(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .option('--failed', 'only its tests that failed, were broken or have no result');
  for (const option of watchOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre retry 12 --failed --watch')
    .action(async (id: number, options) => {
      await checkWatchOptions(options);
      await context.withCaller(async (caller) => {
        const run = await caller.call(retryRun, {
          id,
          failedOnly: options.failed === true,
          requestedBy: requester(context.terminal.env),
        });
        if (options.watch) return followRuns(context, caller, [run.id], options);
        print(context, options, run, (output) => printRuns(output, [run]));
      });
    });
}
