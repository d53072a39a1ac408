import type { Command } from 'commander';
import { pinRun, unpinRun } from '../../operations/runs/pin.ts';
import { type CliContext, jsonOption, parseRunId, print } from '../cli-context.ts';
import { clean } from '../output/format.ts';

export function registerPin(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .requiredOption('--reason <text>', 'why it must be kept, for other users')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nRetention leaves a pinned run, its results and its files alone (docs/retention.md).\n\nExamples:\n  matre pin 12 --reason "release 2.4"\n  matre unpin 12',
    )
    .action(async (id: number, options: { reason: string; json?: boolean }) => {
      const { reason } = options;
      const run = await context.withCaller((caller) => caller.call(pinRun, { id, reason }));
      print(context, options, run, (output) => output.line(`Run ${id} was pinned: ${clean(reason)}`));
    });
}

export function registerUnpin(command: Command, context: CliContext): void {
  command
    .argument('<id>', 'number of the run', parseRunId)
    .addOption(jsonOption())
    .action(async (id: number, options: { json?: boolean }) => {
      const run = await context.withCaller((caller) => caller.call(unpinRun, { id }));
      print(context, options, run, (output) => output.line(`Run ${id} was unpinned.`));
    });
}
