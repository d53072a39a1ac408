import type { Command } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import type { VariableView } from '../../../operations/core/views.ts';
import { listVariableUsers } from '../../../operations/environments/variable-usage.ts';
import { listVariables } from '../../../operations/environments/variables.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, plural } from '../../output/format.ts';
import { printFields } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';
import { changeText, rotationText, shownValue } from '../../output/variables.ts';
import { environmentOption, scopeText } from './options.ts';

export function registerShow(variable: Command, context: CliContext): void {
  variable
    .command('show')
    .description('show a variable, with --used-by the tests and hooks that read it')
    .argument('<name>', 'variable')
    .addOption(environmentOption())
    .option('--used-by', 'list the tests and hooks of the environment that read it; needs --env')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nTests read a variable also through action groups, data and suites. --used-by lists them for any name, stored or not.\n' +
        '\nExample:\n  matre variable show PAYMENT_API_KEY -e preprod-us --used-by',
    )
    .action(async (name: string, options) => {
      const { env: environment } = options;
      if (options.usedBy && environment === undefined) {
        throw new Fault('INPUT_INVALID', '--used-by needs --env: environments may have other tests.');
      }
      const { variables, usage } = await context.withCaller(async (caller) => ({
        ...(await caller.call(listVariables, { environment })),
        usage: options.usedBy ? await caller.call(listVariableUsers, { name, environment }) : null,
      }));
      const stored = variables.find((each) => each.name === name) ?? null;
      if (stored === null && usage === null) {
        throw new Fault('NOT_FOUND', `There is no variable ${name} (${scopeText(environment)}).`);
      }
      print(context, options, { variable: stored, usage }, (output) => {
        printFields(output, fieldsOf(stored, name, environment));
        if (usage) printUsers(output, usage);
      });
    });
}

function fieldsOf(
  variable: VariableView | null,
  name: string,
  environment: string | undefined,
): [string, string][] {
  const scope = scopeText(environment);
  if (variable === null) {
    return [
      ['Variable', name],
      ['Stored', `not for ${scope}`],
    ];
  }
  return [
    ['Variable', name],
    ['Of', scope],
    ['Value', shownValue(variable)],
    ...(variable.description === ''
      ? []
      : ([['Description', clean(variable.description)]] satisfies [string, string][])),
    ['Changed', changeText(variable)],
    ...(variable.rotation === null
      ? []
      : ([['New value', rotationText(variable)]] satisfies [string, string][])),
  ];
}

interface Users {
  tests: string[];
  hooks: string[];
  readByMftf: boolean;
}

function printUsers(output: Output, { tests, hooks, readByMftf }: Users): void {
  output.line();
  if (readByMftf) output.line('MFTF itself reads it.');
  if (hooks.length > 0) output.line(`Hooks that read it: ${hooks.map(clean).join(', ')}`);
  output.line(tests.length === 0 ? 'No test reads it.' : `${plural(tests.length, 'test')} may read it:`);
  for (const test of tests) output.line(`  ${clean(test)}`);
}
