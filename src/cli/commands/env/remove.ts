import type { Command } from 'commander';
import { removeEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerRemove(env: Command, context: CliContext): void {
  env
    .command('remove')
    .description('remove an environment without queued or running runs; its history is kept')
    .argument('<code>', 'environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env remove preprod-us')
    .action(async (code: string, options) => {
      const removed = await context.withCaller((caller) => caller.call(removeEnvironment, { code }));
      print(context, options, removed, (output) => output.line(`Environment ${code} was removed.`));
    });
}
