import type { Command } from 'commander';
import { editSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, collect, jsonOption, print } from '../../cli-context.ts';
import { fieldOptions, readFields } from './fields.ts';
import { printTimes } from './format.ts';

export function registerEdit(schedule: Command, context: CliContext): void {
  const command = schedule
    .command('edit')
    .description('change a schedule; what is not named stays')
    .argument('<name>', 'schedule')
    .option('--rename <name>', 'another name')
    .option('--cron <expression>', 'when')
    .option('-e, --env <code>', 'environment (repeatable); those named replace the old ones', collect);
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe selection is one thing: what is named of it replaces all of it.\n' +
        '\nExample:\n  matre schedule edit nightly --cron "0 3 * * *" --overlap replace',
    )
    .action(async (name: string, options) => {
      const input = {
        name,
        rename: options.rename,
        cron: options.cron,
        environments: options.env,
        ...readFields(options),
      };
      const edited = await context.withCaller((caller) => caller.call(editSchedule, input));
      print(context, options, edited, (output) => {
        output.line(`Schedule ${edited.name} was changed.`);
        if (edited.next.length > 0) printTimes(output, edited.next, edited.zone);
      });
    });
}
