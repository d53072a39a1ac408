import type { Command } from 'commander';
import { editSavedSelection } from '../../../operations/saved-selections/saved-selections.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean } from '../../output/format.ts';
import { fieldOptions, readFields } from './fields.ts';

export function registerEdit(saved: Command, context: CliContext): void {
  const command = saved
    .command('edit')
    .description('change a saved selection, also for its schedules; unspecified fields are unchanged')
    .argument('<name>', 'saved selection')
    .option('--rename <name>', 'new name');
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe selection is replaced as a whole: any of its options sets it anew. So are the environments.\n' +
        '\nExample:\n  matre saved edit nightly --group smoke --exclude "*Paypal*"',
    )
    .action(async (name: string, options) => {
      const input = { name, rename: options.rename, ...readFields(options) };
      const edited = await context.withCaller((caller) => caller.call(editSavedSelection, input));
      print(context, options, edited, (output) => {
        output.line(`Saved selection ${edited.name} was changed: ${clean(edited.summary)}.`);
        if (edited.schedules.length > 0) {
          output.line(`Schedules with this selection: ${edited.schedules.map(clean).join(', ')}.`);
        }
      });
    });
}
