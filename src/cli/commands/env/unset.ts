import type { Command } from 'commander';
import { unsetVariable } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { changedText, splitScope } from './set.ts';

export function registerUnset(env: Command, context: CliContext): void {
  env
    .command('unset')
    .description('remove variables')
    .argument('<code-and-names...>', 'environment, then names')
    .option('--global', 'the variables of all environments; do not name an environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env unset preprod-us STORE_CODE')
    .action(async (words: string[], options) => {
      const { environment, rest: names } = splitScope(words, options);
      await context.withCaller(async (caller) => {
        for (const name of names) await caller.call(unsetVariable, { environment, name });
      });
      print(context, options, { removed: names }, (output) =>
        output.line(changedText(names, 'removed', environment)),
      );
    });
}
