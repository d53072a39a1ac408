import type { Command } from 'commander';
import type { z } from 'zod';
import { listAudit } from '../../operations/users/audit.ts';
import { csvCell } from '../../report/csv.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { clean, localTime } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import { parseSince } from '../since.ts';

type Entry = z.output<typeof listAudit.output>['entries'][number];

const helpFooter = `
Examples:
  matre audit --limit 20
  matre audit --who ada --operation users.edit --since 7d
  matre audit --since 30d --csv > audit.csv    all matching entries, not only the first 50`;

export function registerAudit(command: Command, context: CliContext): void {
  command
    .option('--limit <number>', 'maximum number of entries', parseWhole, 50)
    .option('--before <id>', 'only entries before this one', parseWhole)
    .option('--who <name>', 'only entries of this user, token or command')
    .option('--operation <name>', 'only entries of this operation, such as users.edit')
    .option('--subject <text>', 'only entries whose subject contains this text')
    .option('--outcome <outcome>', 'only entries with this outcome: done, or a fault code')
    .option('--since <time>', 'only entries from this time on, such as 7d', (text) => parseSince(text))
    .option('--until <time>', 'only entries before this time, such as 2026-11-30', (text) => parseSince(text))
    .option('--csv', 'print all matching entries as CSV, regardless of --limit')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (options) => {
      const { before, limit, who, operation, subject, outcome, since, until } = options;
      const times = { since: since?.toISOString(), until: until?.toISOString() };
      const request = { before, who, operation, subject, outcome, ...times };
      if (options.csv) {
        await context.withCaller((caller) => printCsv(context, caller, request));
        return;
      }
      const list = await context.withCaller((caller) => caller.call(listAudit, { ...request, limit }));
      print(context, options, list, (output) => {
        if (list.entries.length === 0) return output.line('There are no such entries.');
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
            { heading: 'Changes', text: (entry) => changesText(entry) || '-' },
          ],
          list.entries,
        );
      });
    });
}

/** Prints all entries, page by page. */
async function printCsv(
  context: CliContext,
  caller: Caller,
  request: Omit<z.input<typeof listAudit.input>, 'limit'>,
): Promise<void> {
  const { stdout } = context.terminal;
  stdout.line('id,at,who,via,address,operation,subject,outcome,changes');
  let before = request.before;
  for (;;) {
    const { entries, next } = await caller.call(listAudit, { ...request, before, limit: 200 });
    for (const entry of entries) {
      const { id, at, who, via, address, operation, subject, outcome } = entry;
      const values = [String(id), at, who, via, address ?? '', operation, subject, outcome ?? ''];
      stdout.line([...values, changesText(entry)].map((text) => csvCell(clean(text))).join(','));
    }
    if (next === null) return;
    before = next;
  }
}

/** `role: viewer -> admin; slots: 1 -> 2`. A server of an older version reports no changes. */
function changesText({ changes }: Entry): string {
  return Object.entries(changes ?? {})
    .map(([field, { before, after }]) => `${field}: ${before ?? 'none'} -> ${after ?? 'none'}`)
    .join('; ');
}
