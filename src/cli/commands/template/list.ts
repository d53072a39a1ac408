import type { Command } from 'commander';
import { listTemplates } from '../../../operations/rules/templates.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';

export function registerList(template: Command, context: CliContext): void {
  template
    .command('list')
    .description('list the templates that were changed; all others are the defaults')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre template list')
    .action(async (options) => {
      const answer = await context.withCaller((caller) => caller.call(listTemplates, {}));
      print(context, options, answer, (output) => {
        const changed = answer.templates.flatMap(({ channelKind, outcome, changed }) =>
          changed ? [{ channelKind, outcome, ...changed }] : [],
        );
        if (changed.length === 0)
          return output.line('All templates are the defaults; see matre template show.');
        printTable(
          output,
          [
            { heading: 'Kind', text: ({ channelKind }) => channelKind },
            { heading: 'Outcome', text: ({ outcome }) => outcome },
            { heading: 'Changed', text: ({ at }) => localTime(at) },
            { heading: 'By', text: ({ by }) => clean(by) },
          ],
          changed,
        );
      });
    });
}
