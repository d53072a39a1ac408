import type { Command } from 'commander';
import { listAudit } from '../../operations/users/audit.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { localTime } from '../output/format.ts';
import { printTable } from '../output/table.ts';

export function registerAudit(command: Command, context: CliContext): void {
  command
    .option('--limit <number>', 'maximum number of entries', parseWhole, 50)
    .option('--before <id>', 'only entries before this one', parseWhole)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre audit --limit 20')
    .action(async (options) => {
      const { before, limit } = options;
      const list = await context.withCaller((caller) => caller.call(listAudit, { before, limit }));
      print(context, options, list, (output) => {
        if (list.entries.length === 0) return output.line('There are no entries yet.');
        printTable(
          output,
          [
            { heading: 'Id', text: ({ id }) => String(id) },
            { heading: 'When', text: ({ at }) => localTime(at) },
            { heading: 'Who', text: ({ who }) => who },
            { heading: 'From', text: ({ address, via }) => address ?? via },
            { heading: 'What', text: ({ operation }) => operation },
            { heading: 'Outcome', text: ({ outcome }) => outcome ?? 'unknown' },
            { heading: 'On', text: ({ subject }) => subject },
          ],
          list.entries,
        );
      });
    });
}
