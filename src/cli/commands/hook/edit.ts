import type { Command } from 'commander';
import { editHook, showHook } from '../../../operations/hooks/hooks.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { actionOf, type HookOptions, hookOptions, momentOf } from './options.ts';

export function registerEdit(hook: Command, context: CliContext): void {
  const command = hook
    .command('edit')
    .description('change a hook; unspecified fields are unchanged, and so are runs that have begun')
    .argument('<name>', 'hook')
    .argument('[command...]', 'after --: the program and its arguments');
  for (const option of hookOptions()) command.addOption(option);
  command
    .option('--enabled', 'switch it on')
    .option('--no-enabled', 'switch it off')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  matre hook edit flush-caches -e preprod-us --time-limit 2m --repeatable\n  matre hook edit restore --no-enabled',
    )
    .action(async (name: string, argv: string[], options: HookOptions) => {
      const { env: environment, position, timeLimit: timeLimitSeconds, repeatable, enabled } = options;
      const edited = await context.withCaller(async (caller) => {
        const current = await caller.call(showHook, { name, environment });
        const action = await actionOf(argv, options, current.action);
        const fields = { moment: momentOf(options), action, enabled, position, timeLimitSeconds, repeatable };
        return caller.call(editHook, { name, environment, ...fields });
      });
      print(context, options, edited, (output) => output.line(`Hook ${edited.name} was changed.`));
    });
}
