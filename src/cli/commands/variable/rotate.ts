import { type Command, Option } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { cancelRotation, rotateVariable } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { momentText, parseMoment } from '../../moment.ts';
import { readSecret } from '../../prompt.ts';
import { environmentOption, scopeText } from './options.ts';

export function registerRotate(variable: Command, context: CliContext): void {
  variable
    .command('rotate')
    .description('give a secret another value from a time on, or cancel that')
    .argument('<name>', 'secret variable')
    .addOption(environmentOption())
    .addOption(
      new Option('--at <time>', 'from when on: 15:00, "2026-11-30 15:00", or with a time zone').argParser(
        (text: string) => parseMoment(text).toISOString(),
      ),
    )
    .addOption(new Option('--cancel', 'cancel the rotation before its time').conflicts('at'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe new value is prompted for or read from standard input. Attempts of runs that start from that time on read it, by the clock\n' +
        'of the database and whether or not matre is running then; attempts under way keep the old value to their end.\n' +
        'matre env set changes a value at once.\n' +
        '\nExamples:\n  matre variable rotate PAYMENT_API_KEY -e preprod-us --at "2026-11-30 06:00" < new-key.txt\n' +
        '  matre variable rotate PAYMENT_API_KEY -e preprod-us --cancel',
    )
    .action(async (name: string, options) => {
      const { env: environment, at, cancel } = options;
      if (at === undefined && !cancel)
        throw new Fault('INPUT_INVALID', 'Name a time with --at, or --cancel.');
      const value = cancel ? '' : await readSecret(context.terminal, `New value of ${name}: `);
      const view = await context.withCaller((caller) =>
        cancel
          ? caller.call(cancelRotation, { name, environment })
          : caller.call(rotateVariable, { name, environment, value, at }),
      );
      const of = `${name} of ${scopeText(environment)}`;
      print(context, options, view, (output) =>
        output.line(
          view.rotation === null
            ? `${of} keeps its value.`
            : `${of} has a new value from ${momentText(view.rotation.at)}.`,
        ),
      );
    });
}
