import type { Command } from 'commander';
import { resumeEnvironment } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';

export function registerResume(env: Command, context: CliContext): void {
  env
    .command('resume')
    .description('allow new runs on a paused environment again')
    .argument('<code>', 'environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env resume preprod-us')
    .action(async (code: string, options) => {
      const resumed = await context.withCaller((caller) => caller.call(resumeEnvironment, { code }));
      print(context, options, resumed, (output) => output.line(`Environment ${code} was resumed.`));
    });
}
