import type { Command } from 'commander';
import { listSchedules } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { printTable } from '../../output/table.ts';
import { outcomeText, printDayRuleChange, timeText } from './format.ts';

export function registerList(schedule: Command, context: CliContext): void {
  schedule
    .command('list')
    .description('list the schedules with their next time and last outcome')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre schedule list')
    .action(async (options) => {
      const { schedules } = await context.withCaller((caller) => caller.call(listSchedules, {}));
      print(context, options, { schedules }, (output) => {
        if (schedules.length === 0) return output.line('There are no schedules; see matre schedule add.');
        printTable(
          output,
          [
            { heading: 'Name', text: ({ name }) => name },
            {
              heading: 'Environments',
              text: ({ environments }) =>
                environments.map(({ code, removed }) => (removed ? `${code} (removed)` : code)).join(' '),
            },
            { heading: 'Cron', text: ({ cron }) => cron },
            {
              heading: 'Next',
              text: ({ paused, next: [first], zone }) =>
                paused ? 'paused' : first ? timeText(first, zone) : 'never',
            },
            { heading: 'Last', text: ({ last }) => (last ? outcomeText(last) : '') },
            { heading: 'Selection', text: ({ summary }) => summary },
          ],
          schedules,
        );
        for (const { name, problem } of schedules) {
          if (problem !== null) output.line(output.paint.yellow(`${name}: ${problem}`));
        }
        for (const schedule of schedules) printDayRuleChange(output, schedule);
      });
    });
}
