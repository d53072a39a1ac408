import type { Command } from 'commander';
import { retryRun } from '../../operations/runs/runs.ts';
import { answer, jsonOption, parseRunId, type Session } from '../cli-context.ts';
import { checkWatchOptions, followRuns, watchOptions } from '../client/follow.ts';
import { requester } from '../client/requester.ts';
import { printRuns } from './list.ts';

export function registerRetry(program: Command, session: Session): void {
  const command = program
    .command('retry')
    .description('submit a finished run again')
    .argument('<id>', 'number of the run', parseRunId)
    .option('--failed', 'only its tests that failed or were broken');
  for (const option of watchOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre retry 12 --failed --watch')
    .action(async (id: number, options) => {
      await checkWatchOptions(options);
      await session.ask(async (caller) => {
        const run = await caller.call(retryRun, {
          id,
          failedOnly: options.failed === true,
          requestedBy: requester(session.terminal.env),
        });
        if (options.watch) return followRuns(session, caller, [run.id], options);
        answer(session, options, run, (output) => printRuns(output, [run]));
      });
    });
}
