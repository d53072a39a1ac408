import type { Command } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { emptySelection } from '../../../model/selection.ts';
import { addSchedule } from '../../../operations/schedules/schedules.ts';
import { type CliContext, collect, jsonOption, print } from '../../cli-context.ts';
import { fieldOptions, readFields } from './fields.ts';
import { printDays, printTimes } from './format.ts';

const helpFooter = `
The cron expression has five fields: minute, hour, day of the month, month, day of the week (0-7, SUN-SAT). Each is *,
or a list of values, ascending ranges and steps: 1,15  1-5  */10  1-31/2. Day of the month: also L (last), LW (last
Monday to Friday), 15W (nearest to the 15th). Day of the week: also MON#1 (first Monday), FRI#L (last Friday).
@hourly, @daily, @weekly, @monthly and @yearly are valid too; seconds, years and @reboot are not.
If both day fields are set, either is enough; both must match if one of them begins with *, as in Vixie cron.
The default time zone is UTC. \`matre schedule next\` shows the resulting times.

At a clock change, fixed times (30 2 * * *) fire once: at the moment of the change if the clock skips them, at the
first occurrence if they occur twice. Times with * or a step in minute or hour follow the elapsed time.

Defaults: --overlap skip --missed once --catch-up 60.

Example:
  matre schedule add nightly --cron "0 2 * * MON-FRI" --zone Europe/Berlin -e preprod-us -e preprod-es --group smoke
  matre schedule add weekly --cron "0 3 * * SAT" --saved regression`;

export function registerAdd(schedule: Command, context: CliContext): void {
  const command = schedule
    .command('add')
    .description('add a schedule that submits runs at set times')
    .argument('<name>', 'unique: letters, digits, blanks, . _ and -')
    .requiredOption('--cron <expression>', 'when to fire')
    .option('-e, --env <code>', 'environment (repeatable); by default those of --saved', collect);
  for (const option of fieldOptions()) command.addOption(option);
  command
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (name: string, options) => {
      const fields = readFields(options);
      if (options.env === undefined && fields.saved === undefined) {
        throw new Fault('INPUT_INVALID', 'Name an environment (-e), or a saved selection (--saved).');
      }
      const selection = fields.selection ?? (fields.saved === undefined ? emptySelection : undefined);
      const input = { name, cron: options.cron, environments: options.env, ...fields, selection };
      const added = await context.withCaller((caller) => caller.call(addSchedule, input));
      print(context, options, added, (output) => {
        output.line(`Schedule ${added.name} was added. Next times:`);
        printTimes(output, added.next, added.zone);
        printDays(output, added.days);
      });
    });
}
