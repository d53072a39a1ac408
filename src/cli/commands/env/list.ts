import type { Command } from 'commander';
import { listEnvironments } from '../../../operations/environments/environments.ts';
import { answer, jsonOption, type Session } from '../../cli-context.ts';
import { printTable } from '../../output/table.ts';

export function registerList(env: Command, session: Session): void {
  env
    .command('list')
    .description('list the environments')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env list')
    .action(async (options) => {
      const found = await session.ask((caller) => caller.call(listEnvironments, {}));
      answer(session, options, found, (output) => {
        if (found.environments.length === 0)
          return output.line('There are no environments; see matre env add.');
        printTable(
          output,
          [
            { heading: 'Id', text: ({ id }) => String(id) },
            { heading: 'Code', text: ({ code }) => code },
            { heading: 'Name', text: ({ name }) => name },
            {
              heading: 'State',
              text: ({ paused }) => (paused === null ? 'active' : `paused: ${paused.reason}`),
            },
            { heading: 'Address', text: ({ baseUrl }) => baseUrl },
          ],
          found.environments,
        );
      });
    });
}
