import type { Command } from 'commander';
import { maxReservationMs } from '../../model/limits.ts';
import { addReservation } from '../../operations/reservations/reservations.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../cli-context.ts';
import { requester } from '../client/requester.ts';
import { parseDuration, parseMoment } from '../moment.ts';
import { durationText } from '../output/format.ts';
import { reservationSentence } from '../output/reservation.ts';

const iso = (text: string) => parseMoment(text).toISOString();

const footer = `
The reservation begins as soon as nothing executes there, after the run of --after, or at the time of --from: a run that
executes is finished first. From then to its end no run starts on the environment, except those that you submit into it:
\`matre run --in-reservation ID\`. Other runs wait, and start after it. It ends by the clock of the database.

Times such as 15:00 are those of this machine's time zone, the next such time; the answer shows them in UTC too.
With --wait-at-most the reservation is cancelled when it has not begun in time.

Examples:
  matre reserve preprod-us --until 15:00 --reason "look at the cart"
  matre reserve --after 123 --for 2h --wait-at-most 1h --reason "look at what run 123 left"
  matre reserve preprod-us --from "2026-11-30 09:00" --until "2026-11-30 12:00" --reason "demo"`;

export function registerReserve(command: Command, context: CliContext): void {
  command
    .argument('[environment]', 'code of the environment; with --after by default that of the run')
    .option('--until <time>', 'its end: 15:00, "2026-11-30 15:00", or with a time zone', iso)
    .option(
      '--for <length>',
      `or its length from its begin: 30m, 2h; at most ${durationText(maxReservationMs)}`,
      parseDuration,
    )
    .option('--after <run>', 'begin when this run has ended, whatever its verdict', parseWhole)
    .option('--from <time>', 'begin at this time; by default as soon as the environment is free', iso)
    .option(
      '--wait-at-most <length>',
      'cancel it when it has not begun after this time: 30m, 2h',
      parseDuration,
    )
    .requiredOption('--reason <text>', 'what for, in a line; shown wherever runs wait for it')
    .addOption(jsonOption())
    .addHelpText('after', footer)
    .action(async (environment: string | undefined, options) => {
      const { until, for: durationMs, after, from, waitAtMost, reason } = options;
      const reservation = await context.withCaller((caller) =>
        caller.call(addReservation, {
          ...{ environment, reason, afterRun: after, beginsAt: from, endsAt: until, durationMs },
          waitAtMostMs: waitAtMost,
          requestedBy: requester(context.terminal.env),
        }),
      );
      print(context, options, reservation, (output) => output.line(reservationSentence(reservation)));
    });
}
