import type { Command } from 'commander';
import { resumeEnvironment } from '../../../operations/environments/environments.ts';
import { answer, jsonOption, type Session } from '../../cli-context.ts';

export function registerResume(env: Command, session: Session): void {
  env
    .command('resume')
    .description('start runs on a paused environment again')
    .argument('<code>', 'environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env resume preprod-us')
    .action(async (code: string, options) => {
      const resumed = await session.ask((caller) => caller.call(resumeEnvironment, { code }));
      answer(session, options, resumed, (output) => output.line(`Environment ${code} is active.`));
    });
}
