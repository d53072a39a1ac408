import type { Command } from 'commander';
import { unsetVariable } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { scope, whereOf } from './set.ts';

export function registerUnset(env: Command, context: CliContext): void {
  env
    .command('unset')
    .description('remove variables')
    .argument('<code-and-names...>', 'environment, then names')
    .option('--global', 'those for all environments: leave out the environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env unset preprod-us STORE_CODE')
    .action(async (words: string[], options) => {
      const { environment, rest } = scope(words, options);
      await context.withCaller(async (caller) => {
        for (const name of rest) await caller.call(unsetVariable, { environment, name });
      });
      print(context, options, { removed: rest }, (output) =>
        output.line(`${rest.join(', ')} removed ${whereOf(environment)}.`),
      );
    });
}
