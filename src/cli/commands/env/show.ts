import type { Command } from 'commander';
import type { VariableView } from '../../../operations/core/views.ts';
import { showEnvironment } from '../../../operations/environments/environments.ts';
import { listVariables } from '../../../operations/environments/variables.ts';
import { answer, jsonOption, type Session } from '../../cli-context.ts';
import { clean, localTime } from '../../output/format.ts';
import { printFields, printTable } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';

export function registerShow(env: Command, session: Session): void {
  env
    .command('show')
    .description('show an environment with its variables, or the global variables')
    .argument('[code]', 'environment; without it the global variables')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env show preprod-us')
    .action(async (code: string | undefined, options) => {
      if (code === undefined) {
        const found = await session.ask((caller) => caller.call(listVariables, {}));
        return answer(session, options, found, (output) => printVariables(output, found.variables));
      }
      const found = await session.ask((caller) => caller.call(showEnvironment, { code }));
      answer(session, options, found, (output) => {
        printFields(output, [
          ['Id', String(found.id)],
          ['Code', found.code],
          ['Name', clean(found.name)],
          ['Address', clean(found.baseUrl)],
          ['Admin panel', clean(found.backendName)],
          [
            'Admin',
            `${clean(found.adminUsername)}, ${found.hasAdminPassword ? 'password stored' : 'no password'}`,
          ],
          ['Slots', String(found.slots)],
          ['State', found.paused === null ? 'active' : `paused: ${clean(found.paused.reason)}`],
          ['Added', localTime(found.createdAt)],
        ]);
        output.line();
        printVariables(output, found.variables);
      });
    });
}

function printVariables(output: Output, variables: readonly VariableView[]): void {
  if (variables.length === 0) {
    output.line('There are no variables.');
    return;
  }
  printTable(
    output,
    [
      { heading: 'Variable', text: ({ name }) => name },
      { heading: 'Value', text: ({ secret, value }) => (secret ? '(secret)' : (value ?? '')) },
    ],
    variables,
  );
}
