import type { Command } from 'commander';
import { pauseEnvironment } from '../../../operations/environments/environments.ts';
import { answer, jsonOption, type Session } from '../../cli-context.ts';

export function registerPause(env: Command, session: Session): void {
  env
    .command('pause')
    .description('start no more runs on an environment; the one under way goes on')
    .argument('<code>', 'environment')
    .requiredOption('--reason <text>', 'why, for those who wonder')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env pause preprod-us --reason "deployment until 15:00"')
    .action(async (code: string, options) => {
      const { reason } = options;
      const paused = await session.ask((caller) => caller.call(pauseEnvironment, { code, reason }));
      answer(session, options, paused, (output) => output.line(`Environment ${code} is paused.`));
    });
}
