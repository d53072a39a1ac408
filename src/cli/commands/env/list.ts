import type { Command } from 'commander';
import { listEnvironments } from '../../../operations/environments/environments.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { printTable } from '../../output/table.ts';

export function registerList(env: Command, context: CliContext): void {
  env
    .command('list')
    .description('list the environments')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env list')
    .action(async (options) => {
      const list = await context.withCaller((caller) => caller.call(listEnvironments, {}));
      print(context, options, list, (output) => {
        if (list.environments.length === 0)
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
          list.environments,
        );
      });
    });
}
