import type { Command } from 'commander';
import { cancelRun } from '../../operations/runs/runs.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';

export function registerCancel(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre cancel 12')
    .action(async (id: number, options) => {
      const run = await context.withCaller((caller) => caller.call(cancelRun, { id }));
      print(context, options, run, (output) =>
        output.line(
          run.state === 'finished'
            ? `Run ${id} on ${run.environment} was cancelled.`
            : `Run ${id} on ${run.environment} is being cancelled; its current test is being stopped.`,
        ),
      );
    });
}
