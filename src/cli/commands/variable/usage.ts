import type { Command } from 'commander';
import type { z } from 'zod';
import { showVariableUsage } from '../../../operations/environments/variable-usage.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, plural } from '../../output/format.ts';
import { printTable } from '../../output/table.ts';
import type { Output } from '../../output/terminal.ts';

export function registerUsage(variable: Command, context: CliContext): void {
  variable
    .command('usage')
    .description(
      'show how many tests read each value of an environment, which none reads, and what is missing',
    )
    .requiredOption('-e, --env <code>', 'environment')
    .option('--unused', 'only the values that no test, no hook and not MFTF itself reads')
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  matre variable usage -e preprod-us --unused')
    .action(async (options) => {
      const usage = await context.withCaller((caller) =>
        caller.call(showVariableUsage, { environment: options.env }),
      );
      print(context, options, usage, (output) => printUsage(output, usage, options.unused === true));
    });
}

type Usage = z.output<typeof showVariableUsage.output>;

function printUsage(output: Output, { variables, missing }: Usage, onlyUnused: boolean): void {
  const rows = onlyUnused ? variables.filter(({ isUnused }) => isUnused) : variables;
  if (rows.length === 0) output.line(onlyUnused ? 'Every value is used.' : 'There are no values.');
  else {
    printTable(
      output,
      [
        { heading: 'Variable', text: ({ name }) => name, truncate: 'middle' },
        { heading: 'Layer', text: ({ from }) => from },
        { heading: 'Tests', text: ({ tests }) => String(tests) },
        { heading: 'Also read by', text: otherReaders, truncate: 'end' },
      ],
      rows,
    );
  }
  if (missing.length === 0) return;
  output.line();
  output.line('Tests may read these, which have no value:');
  for (const { reference, tests, firstTests } of missing) {
    const more = tests > firstTests.length ? ` and ${plural(tests - firstTests.length, 'other')}` : '';
    output.line(`  {{${clean(reference)}}}: ${firstTests.map(clean).join(', ')}${more}`);
  }
}

const otherReaders = ({ hooks, readByMftf }: Usage['variables'][number]) =>
  [...(readByMftf ? ['MFTF'] : []), ...hooks.map((name) => `hook ${name}`)].join(', ');
