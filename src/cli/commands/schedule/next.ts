import { type Command, InvalidArgumentError } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { previewSchedule, showSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../../cli-context.ts';
import { printDays, printTimes } from './format.ts';

export function registerNext(schedule: Command, context: CliContext): void {
  schedule
    .command('next')
    .description('show the next times of a schedule or a cron expression')
    .argument('[name]', 'schedule')
    .option('--cron <expression>', 'cron expression instead of a schedule')
    .option('--zone <zone>', 'time zone of the cron expression; UTC by default')
    .option('--count <number>', 'number of times', parseCount, 5)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  matre schedule next --cron "30 2 * * *" --zone Europe/Berlin --count 10\n  matre schedule next nightly',
    )
    .action(async (name: string | undefined, options) => {
      const { count } = options;
      if ((name === undefined) === (options.cron === undefined)) {
        throw new Fault('INPUT_INVALID', 'Name either a schedule or --cron, not both.');
      }
      const times = await context.withCaller(async (caller) => {
        const { cron, zone, dayRule } =
          name === undefined ? options : await caller.call(showSchedule, { name });
        return caller.call(previewSchedule, { cron, zone, dayRule, count });
      });
      print(context, options, times, (output) => {
        printTimes(output, times.next, times.zone);
        printDays(output, times.days);
      });
    });
}

function parseCount(text: string): number {
  const count = parseWhole(text);
  if (count < 1 || count > 50) throw new InvalidArgumentError('It must be 1 to 50.');
  return count;
}
