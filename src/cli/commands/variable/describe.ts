import type { Command } from 'commander';
import { editVariable } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { environmentOption } from './options.ts';

export function registerDescribe(variable: Command, context: CliContext): void {
  variable
    .command('describe')
    .description('change the description of a variable; its value is unchanged')
    .argument('<name>', 'variable')
    .argument('<text>', 'what it is for, in a line; "" removes the description')
    .addOption(environmentOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  matre variable describe PAYMENT_API_KEY -e preprod-us "sandbox of the payment provider, asked for by mail"',
    )
    .action(async (name: string, description: string, options) => {
      const input = { name, description, environment: options.env };
      const edited = await context.withCaller((caller) => caller.call(editVariable, input));
      print(context, options, edited, (output) => output.line(`The description of ${name} was changed.`));
    });
}
