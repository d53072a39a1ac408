import type { Command } from 'commander';
import { removeHook } from '../../../operations/hooks/hooks.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { environmentOption } from './options.ts';

export function registerRemove(hook: Command, context: CliContext): void {
  hook
    .command('remove')
    .description('remove a hook; runs that have begun still execute it')
    .argument('<name>', 'hook')
    .addOption(environmentOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre hook remove flush-caches -e preprod-us')
    .action(async (name: string, options) => {
      const input = { name, environment: options.env };
      const view = await context.withCaller((caller) => caller.call(removeHook, input));
      print(context, options, view, (output) => output.line(`Hook ${view.name} was removed.`));
    });
}
