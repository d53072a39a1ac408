import type { Command } from 'commander';
import { describeConfig } from '../../config/load-config.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { printTable } from '../output/table.ts';

export function registerConfig(command: Command, context: CliContext): void {
  command
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre config --json')
    .action(async (options) => {
      const settings = describeConfig(await context.config());
      print(context, options, { settings }, (output) =>
        printTable(
          output,
          [
            { heading: 'Setting', text: ({ name }) => name },
            { heading: 'From', text: ({ source }) => source },
            { heading: 'Value', text: ({ value }) => value ?? '-' },
          ],
          settings,
        ),
      );
    });
}
