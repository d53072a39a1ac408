import { type Command, Option } from 'commander';
import { editSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, collect, jsonOption, print } from '../../cli-context.ts';
import { fieldOptions, readFields } from './fields.ts';
import { printDayRuleChange, printDays, printTimes } from './format.ts';

export function registerEdit(schedule: Command, context: CliContext): void {
  const command = schedule
    .command('edit')
    .description('change a schedule; unspecified fields are unchanged')
    .argument('<name>', 'schedule')
    .option('--rename <name>', 'new name')
    .option('--cron <expression>', 'when to fire')
    .addOption(
      new Option('--day-rule <rule>', 'confirm the day rule of cron for a schedule from before it').choices([
        'vixie',
      ]),
    )
    .option('--saved-env', 'take the environments of its saved selection')
    .option(
      '-e, --env <code>',
      'environment (repeatable); replaces all environments of the schedule',
      collect,
    );
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe selection is replaced as a whole: any of its options sets it anew.\n' +
        'So are --retry-failed, --failed-first and --max-failures together.\n' +
        '\nExample:\n  matre schedule edit nightly --cron "0 3 * * *" --overlap replace',
    )
    .action(async (name: string, options) => {
      const input = {
        name,
        rename: options.rename,
        cron: options.cron,
        dayRule: options.dayRule,
        environments: options.savedEnv ? null : options.env,
        ...readFields(options),
      };
      const edited = await context.withCaller((caller) => caller.call(editSchedule, input));
      print(context, options, edited, (output) => {
        output.line(`Schedule ${edited.name} was changed.`);
        if (edited.next.length > 0) printTimes(output, edited.next, edited.zone);
        if (edited.dayRuleChange === null) printDays(output, edited.days);
        else printDayRuleChange(output, edited);
      });
    });
}
