import type { Command } from 'commander';
import { showSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../../cli-context.ts';
import { clean, describeOptions, localTime, ownZone } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import { printDayRuleChange, printFirings, printTimes } from './format.ts';

const overlapText = {
  skip: 'skip while an earlier run is unfinished',
  queue: 'wait behind an earlier run',
  replace: 'cancel an earlier run',
};

export function registerShow(schedule: Command, context: CliContext): void {
  schedule
    .command('show')
    .description('show a schedule: its next times and recent firings')
    .argument('<name>', 'schedule')
    .option('--limit <number>', 'maximum number of firings', parseWhole, 20)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre schedule show nightly')
    .action(async (name: string, options) => {
      const { limit } = options;
      const schedule = await context.withCaller((caller) => caller.call(showSchedule, { name, limit }));
      print(context, options, schedule, (output) => {
        const { environments, missed, catchUpMinutes, paused, problem, next, firings } = schedule;
        const failedTests = describeOptions(schedule.options);
        const fields: [string, string][] = [
          ['Schedule', schedule.name],
          ['State', paused ? `paused since ${localTime(paused.since)} ${ownZone()}` : 'active'],
          ['Cron', `${schedule.cron} in ${schedule.zone}`],
          ['Selection', clean(schedule.summary)],
          [
            'Environments',
            environments.map(({ code, removed }) => (removed ? `${code} (removed)` : code)).join(', '),
          ],
          ['Overlap', overlapText[schedule.overlap]],
          ['Missed', missed === 'skip' ? 'skipped' : `one run for all, up to ${catchUpMinutes} min late`],
          ['Added', `${localTime(schedule.createdAt)} ${ownZone()} by ${clean(schedule.createdBy)}`],
        ];
        if (schedule.saved) {
          const { name, environments } = schedule.saved;
          fields.splice(3, 0, ['Saved selection', environments ? `${name}, with its environments` : name]);
        }
        if (schedule.days !== null) fields.push(['Days', schedule.days]);
        if (schedule.priority !== 0) fields.push(['Priority', String(schedule.priority)]);
        if (failedTests !== '') fields.push(['Failed tests', failedTests]);
        if (problem !== null) fields.push(['Problem', output.paint.yellow(problem)]);
        printFields(output, fields);
        if (next.length > 0) {
          output.line();
          output.line('Next times:');
          printTimes(output, next, schedule.zone);
        }
        if (schedule.dayRuleChange !== null) {
          output.line();
          printDayRuleChange(output, schedule);
        }
        if (firings.length > 0) {
          output.line();
          printFirings(output, firings);
        }
      });
    });
}
