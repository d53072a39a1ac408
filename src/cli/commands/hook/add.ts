import type { Command } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { addHook } from '../../../operations/hooks/hooks.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { actionOf, type HookOptions, hookOptions, momentOf } from './options.ts';

const footer = `
A command is executed in the first container of the environment, an HTTP request is sent by the worker. Both have MATRE_RUN,
MATRE_ENVIRONMENT, MATRE_BASE_URL, MATRE_COMMIT, MATRE_ATTEMPT and, after the tests, MATRE_VERDICT. docs/hooks.md has examples.

Examples:
  matre hook add flush-caches -e preprod-us --before -- php bin/magento cache:flush
  matre hook add deployment -e preprod-us --before --url "https://deploy.example.com/api/us" --field state --value done --time-limit 30m --repeatable
  matre hook add restore --after --method POST --url "https://db.example.com/restore/{{MATRE_ENVIRONMENT}}" --header "Authorization: Bearer {{DB_TOKEN}}"`;

export function registerAdd(hook: Command, context: CliContext): void {
  const command = hook
    .command('add')
    .description('add a hook: a command or HTTP request before or after the tests of runs')
    .argument('<name>', 'lower-case letters, digits, - and _')
    .argument('[command...]', 'after --: the program and its arguments');
  for (const option of hookOptions()) command.addOption(option);
  command
    .option('--disabled', 'add it switched off')
    .addOption(jsonOption())
    .addHelpText('after', footer)
    .action(async (name: string, argv: string[], options: HookOptions & { disabled?: boolean }) => {
      const moment = momentOf(options);
      if (!moment)
        throw new Fault('INPUT_INVALID', 'Say when it is executed: --before or --after the tests.');
      const action = await actionOf(argv, options);
      if (!action) throw new Fault('INPUT_INVALID', 'Say what it does: --url, or a command after --.');
      const { env: environment, position, timeLimit: timeLimitSeconds, repeatable, disabled } = options;
      const enabled = !disabled;
      const fields = { moment, action, enabled, position, timeLimitSeconds, repeatable };
      const added = await context.withCaller((caller) =>
        caller.call(addHook, { name, environment, ...fields }),
      );
      print(context, options, added, (output) =>
        output.line(
          `Hook ${added.name} was added. Try it: matre hook test ${added.name} ${environment === undefined ? '--on CODE' : `-e ${environment}`}`,
        ),
      );
    });
}
