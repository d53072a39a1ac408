import type { Command } from 'commander';
import { listSavedSelections } from '../../../operations/saved-selections/saved-selections.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { printTable } from '../../output/table.ts';
import { environmentsText } from './format.ts';

export function registerList(saved: Command, context: CliContext): void {
  saved
    .command('list')
    .description('list the saved selections')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre saved list')
    .action(async (options) => {
      const answer = await context.withCaller((caller) => caller.call(listSavedSelections, {}));
      print(context, options, answer, (output) => {
        const { savedSelections } = answer;
        if (savedSelections.length === 0) {
          return output.line('There are no saved selections; see matre saved add.');
        }
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            { heading: 'State', text: ({ disabled }) => (disabled ? 'off' : 'on') },
            { heading: 'Environments', text: environmentsText },
            { heading: 'Schedules', text: ({ schedules }) => schedules.join(', ') },
            { heading: 'Selection', text: ({ summary }) => summary },
            { heading: 'Description', text: ({ description }) => description },
          ],
          savedSelections,
        );
      });
    });
}
