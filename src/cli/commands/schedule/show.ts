import type { Command } from 'commander';
import { showSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, jsonOption, parseWhole, print } from '../../cli-context.ts';
import { clean, localTime } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import { printFirings, printTimes } from './format.ts';

const overlapText = {
  skip: 'skip while an earlier run is not finished',
  queue: 'wait behind an earlier run',
  replace: 'cancel an earlier run',
};

export function registerShow(schedule: Command, context: CliContext): void {
  schedule
    .command('show')
    .description('show a schedule: its next times, and what became of the last ones')
    .argument('<name>', 'schedule')
    .option('--limit <number>', 'how many of the last ones', parseWhole, 20)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre schedule show nightly')
    .action(async (name: string, options) => {
      const { limit } = options;
      const found = await context.withCaller((caller) => caller.call(showSchedule, { name, limit }));
      print(context, options, found, (output) => {
        const { environments, missed, catchUpMinutes, paused, problem, next, firings } = found;
        const fields: [string, string][] = [
          ['Schedule', found.name],
          ['State', paused ? `paused since ${localTime(paused.since)}` : 'active'],
          ['Cron', `${found.cron} in ${found.zone}`],
          ['Selection', clean(found.summary)],
          [
            'Environments',
            environments.map(({ code, removed }) => (removed ? `${code} (removed)` : code)).join(', '),
          ],
          ['Overlap', overlapText[found.overlap]],
          ['Missed', missed === 'skip' ? 'skipped' : `one run for all, up to ${catchUpMinutes} min late`],
          ['Added', `${localTime(found.createdAt)} by ${clean(found.createdBy)}`],
        ];
        if (found.priority !== 0) fields.push(['Priority', String(found.priority)]);
        if (problem !== null) fields.push(['Problem', output.paint.yellow(problem)]);
        printFields(output, fields);
        if (next.length > 0) {
          output.line();
          output.line('Next times:');
          printTimes(output, next, found.zone);
        }
        if (firings.length > 0) {
          output.line();
          printFirings(output, firings);
        }
      });
    });
}
