import type { Command } from 'commander';
import type { z } from 'zod';
import { compareVariables } from '../../../operations/environments/variable-usage.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, plural } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';

export function registerCompare(variable: Command, context: CliContext): void {
  variable
    .command('compare')
    .description('compare the values that tests get on two environments')
    .argument('<environment>', 'environment')
    .argument('<other>', 'environment to compare with')
    .option('--all', 'also the values that are equal')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nEach value has the layer that it comes from in parentheses. Secrets are compared, and never shown.\n' +
        '\nExample:\n  matre variable compare preprod-us preprod-es',
    )
    .action(async (environment: string, other: string, options) => {
      const result = await context.withCaller((caller) =>
        caller.call(compareVariables, { environment, other }),
      );
      print(context, options, result, (output) =>
        printComparison(output, result, { environment, other, all: options.all === true }),
      );
    });
}

type Result = z.output<typeof compareVariables.output>;
type Row = Result['values'][number];

function printComparison(
  output: Output,
  { values }: Result,
  { environment, other, all }: { environment: string; other: string; all: boolean },
): void {
  const different = values.filter(({ isEqual }) => !isEqual);
  const rows = all ? values : different;
  if (rows.length > 0) {
    printTable(
      output,
      [
        { heading: 'Variable', text: ({ name }) => name, truncate: 'middle' },
        ...(all ? [{ heading: '', text: ({ isEqual }: Row) => (isEqual ? '=' : '~') }] : []),
        { heading: environment, text: (row) => sideText(row, row.environment), truncate: 'middle' },
        { heading: other, text: (row) => sideText(row, row.other), truncate: 'middle' },
      ],
      rows,
    );
  }
  output.line(
    `${plural(different.length, 'value')} ${different.length === 1 ? 'differs' : 'differ'}, ${values.length - different.length} equal.`,
  );
}

function sideText({ secret }: Row, side: Row['environment']): string {
  if (side === null) return '';
  return `${secret ? '(secret)' : clean(side.value ?? '(hidden)')} (${side.from})`;
}
