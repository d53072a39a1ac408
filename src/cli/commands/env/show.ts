import type { Command } from 'commander';
import type { VariableView } from '../../../operations/core/views.ts';
import { showEnvironment } from '../../../operations/environments/environments.ts';
import { listVariables } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, localTime } from '../../output/format.ts';
import { printFields, printTable } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';

export function registerShow(env: Command, context: CliContext): void {
  env
    .command('show')
    .description('show an environment with its variables, or the global variables')
    .argument('[code]', 'environment; without it the global variables')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre env show preprod-us')
    .action(async (code: string | undefined, options) => {
      if (code === undefined) {
        const found = await context.withCaller((caller) => caller.call(listVariables, {}));
        return print(context, options, found, (output) => printVariables(output, found.variables));
      }
      const found = await context.withCaller((caller) => caller.call(showEnvironment, { code }));
      print(context, options, found, (output) => {
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
