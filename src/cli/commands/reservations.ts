import type { Command } from 'commander';
import {
  changeReservation,
  endReservation,
  listReservations,
} from '../../operations/reservations/reservations.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { parseMoment } from '../moment.ts';
import { clean } from '../output/format.ts';
import { beginText, endText, reservationSentence } from '../output/reservation.ts';
import { printTable } from '../output/table.ts';

export function registerReservations(reservations: Command, context: CliContext): void {
  reservations
    .command('list', { isDefault: true })
    .description('list the reservations that have not ended, by environment')
    .option('--ended', 'those that have ended, the newest first')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nWithout a command, matre reservations does the same.\n\nExample:\n  matre reservations list',
    )
    .action(async (options: { ended?: boolean; json?: boolean }) => {
      const state = options.ended ? 'ended' : 'open';
      const list = await context.withCaller((caller) => caller.call(listReservations, { state }));
      print(context, options, list, (output) => {
        if (list.reservations.length === 0)
          return output.line(options.ended ? 'No reservation has ended.' : 'No environment is reserved.');
        printTable(
          output,
          [
            { heading: 'Id', text: ({ id }) => String(id) },
            { heading: 'Environment', text: ({ environment }) => environment },
            { heading: 'State', text: ({ state }) => state },
            { heading: 'Owner', text: ({ owner }) => clean(owner) },
            { heading: 'Begins', text: beginText },
            { heading: 'Ends', text: endText },
            {
              heading: 'Reason',
              text: ({ reason, endReason }) =>
                clean(endReason === null ? reason : `${reason} (${endReason})`),
              truncate: 'end',
            },
          ],
          list.reservations,
        );
      });
    });

  reservations
    .command('edit')
    .description('extend or shorten a reservation, or change its reason')
    .argument('<id>', 'as shown by `matre reservations list`', parseWhole)
    .option('--until <time>', 'its new end: 16:00, "2026-11-30 16:00", or with a time zone', (text: string) =>
      parseMoment(text).toISOString(),
    )
    .option('--reason <text>', 'what for, in a line')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nFor its owner and administrators.\n\nExample:\n  matre reservations edit 3 --until 16:00',
    )
    .action(async (id: number, options) => {
      const { until, reason } = options;
      const changed = await context.withCaller((caller) =>
        caller.call(changeReservation, { id, endsAt: until, reason }),
      );
      print(context, options, changed, (output) => output.line(reservationSentence(changed)));
    });

  reservations
    .command('end')
    .description('end a reservation now, or cancel it before it begins')
    .argument('<id>', 'as shown by `matre reservations list`', parseWhole)
    .addOption(jsonOption())
    .addHelpText('after', '\nFor its owner and administrators.\n\nExample:\n  matre reservations end 3')
    .action(async (id: number, options) => {
      const ended = await context.withCaller((caller) => caller.call(endReservation, { id }));
      print(context, options, ended, (output) => output.line(reservationSentence(ended)));
    });
}
