import type { Command } from 'commander';
import { pauseEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerPause(env: Command, context: CliContext): void {
  env
    .command('pause')
    .description('start no new runs on an environment; the current run continues')
    .argument('<code>', 'environment')
    .requiredOption('--reason <text>', 'reason to show')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env pause preprod-us --reason "deployment until 15:00"')
    .action(async (code: string, options) => {
      const { reason } = options;
      const paused = await context.withCaller((caller) => caller.call(pauseEnvironment, { code, reason }));
      print(context, options, paused, (output) => output.line(`Environment ${code} was paused.`));
    });
}
