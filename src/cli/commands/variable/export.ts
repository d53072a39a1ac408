import type { Command } from 'commander';
import { exportVariables } from '../../../operations/environments/variable-import.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { environmentOption } from './options.ts';

export function registerExport(variable: Command, context: CliContext): void {
  variable
    .command('export')
    .description('print variables as an .env file, with placeholders for secrets')
    .addOption(environmentOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nSecrets are (secret), and values that your role may not see (hidden); an import of the output keeps the stored values.\n' +
        '\nExample:\n  matre variable export -e preprod-us > preprod-us.env',
    )
    .action(async (options) => {
      const answer = await context.withCaller((caller) =>
        caller.call(exportVariables, { environment: options.env }),
      );
      print(context, options, answer, (output) => {
        for (const line of answer.content.split('\n').slice(0, -1)) output.line(line);
      });
    });
}
