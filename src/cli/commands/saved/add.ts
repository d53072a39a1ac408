import type { Command } from 'commander';
import { emptySelection } from '../../../model/selection.ts';
import { addSavedSelection } from '../../../operations/saved-selections/saved-selections.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean } from '../../output/format.ts';
import { fieldOptions, readFields } from './fields.ts';

export function registerAdd(saved: Command, context: CliContext): void {
  const command = saved
    .command('add')
    .description('save a selection under a name')
    .argument('<name>', 'unique: letters, digits, blanks, . _ and -');
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  matre saved add nightly -e preprod-us -e preprod-es --pattern "Storefront*Test" --severity BLOCKER,CRITICAL\n  matre run --saved nightly',
    )
    .action(async (name: string, options) => {
      const { selection = emptySelection, ...fields } = readFields(options);
      const input = { name, ...fields, selection };
      const added = await context.withCaller((caller) => caller.call(addSavedSelection, input));
      print(context, options, added, (output) =>
        output.line(`Saved selection ${added.name} was added: ${clean(added.summary)}.`),
      );
    });
}
