import type { Command } from 'commander';
import { listVariables } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { printVariables } from '../../output/variables.ts';
import { environmentOption } from './options.ts';

export function registerList(variable: Command, context: CliContext): void {
  variable
    .command('list')
    .description('list variables; matre env set and unset change them')
    .addOption(environmentOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre variable list -e preprod-us')
    .action(async (options) => {
      const [answer, globals] = await context.withCaller(async (caller) => [
        await caller.call(listVariables, { environment: options.env }),
        await caller.call(listVariables, {}),
      ]);
      print(context, options, answer, (output) =>
        printVariables(output, answer.variables, globals.variables.length),
      );
    });
}
