import type { Command } from 'commander';
import { describeConfig } from '../../config/config.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { printTable } from '../output/table.ts';

export function registerConfig(program: Command, context: CliContext): void {
  program
    .command('config')
    .description('show all settings of this process and their sources; secrets are hidden')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre config --json')
    .action((options) => {
      const settings = describeConfig(context.config());
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
