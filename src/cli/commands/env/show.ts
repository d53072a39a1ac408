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
        const globals = await context.withCaller((caller) => caller.call(listVariables, {}));
        return print(context, options, globals, (output) => printVariables(output, globals.variables));
      }
      const environment = await context.withCaller((caller) => caller.call(showEnvironment, { code }));
      print(context, options, environment, (output) => {
        printFields(output, [
          ['Id', String(environment.id)],
          ['Code', environment.code],
          ['Name', clean(environment.name)],
          [
            'Address',
            `${clean(environment.baseUrl)}${environment.hasShopCredentials ? ', user and password stored' : ''}`,
          ],
          ['Admin panel', clean(environment.backendName)],
          [
            'Admin',
            `${clean(environment.adminUsername)}, ${environment.hasAdminPassword ? 'password stored' : 'no password'}`,
          ],
          ['Slots', String(environment.slots)],
          ['State', environment.paused === null ? 'active' : `paused: ${clean(environment.paused.reason)}`],
          ['Added', localTime(environment.createdAt)],
        ]);
        output.line();
        printVariables(output, environment.variables);
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
