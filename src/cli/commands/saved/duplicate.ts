import type { Command } from 'commander';
import { duplicateSavedSelection } from '../../../operations/saved-selections/saved-selections.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerDuplicate(saved: Command, context: CliContext): void {
  saved
    .command('duplicate')
    .description('copy a saved selection under another name')
    .argument('<name>', 'saved selection')
    .argument('<copy>', 'name of the copy')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre saved duplicate nightly nightly-checkout')
    .action(async (name: string, rename: string, options) => {
      const copy = await context.withCaller((caller) =>
        caller.call(duplicateSavedSelection, { name, rename }),
      );
      print(context, options, copy, (output) => output.line(`Saved selection ${copy.name} was added.`));
    });
}
