import type { Command } from 'commander';
import { removeEnvironment } from '../../../operations/environments/environments.ts';
import { answer, jsonOption, type Session } from '../../cli-context.ts';

export function registerRemove(env: Command, session: Session): void {
  env
    .command('remove')
    .description('remove an environment that has no queued or running run; its history stays')
    .argument('<code>', 'environment')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env remove preprod-us')
    .action(async (code: string, options) => {
      const removed = await session.ask((caller) => caller.call(removeEnvironment, { code }));
      answer(session, options, removed, (output) => output.line(`Environment ${code} was removed.`));
    });
}
