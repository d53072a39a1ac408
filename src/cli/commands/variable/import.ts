import { buffer } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { z } from 'zod';
import { decodeEnvFile } from '../../../model/env-file/decode.ts';
import { importVariables } from '../../../operations/environments/variable-import.ts';
import { type CliContext, collect, jsonOption, print } from '../../cli-context.ts';
import { clean, plural } from '../../output/format.ts';
import type { Output } from '../../output/terminal.ts';
import { valueText } from '../env/import.ts';
import { readEnvText } from '../env/read-env-text.ts';
import { environmentOption } from './options.ts';

export function registerImport(variable: Command, context: CliContext): void {
  variable
    .command('import')
    .description('add and change variables from an .env file, all of them or none')
    .argument('<file>', 'NAME=value in each line; - is standard input')
    .addOption(environmentOption())
    .option('--dry-run', 'only show the changes')
    .option('--replace', 'remove the variables that the file lacks')
    .option('--plain <name>', 'is not secret, even if it looks like a secret (repeatable)', collect)
    .option('--secret <name>', 'is secret (repeatable)', collect)
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nComments, quotes and references are those of .env files (docs/mftf.md). A new variable is secret when its name or value looks\n' +
        'like a secret; a stored one stays what it is. (secret) and (hidden), which matre variable export writes, stand for the\n' +
        'stored value. A setting of environments, such as MAGENTO_BASE_URL, is left out: see matre env import.\n' +
        '\nExamples:\n  matre variable import shop.env -e preprod-us --dry-run\n' +
        '  matre variable export -e preprod-us | matre variable import - -e preprod-es --plain COOKIE_DOMAIN',
    )
    .action(async (file: string, options) => {
      const content =
        file === '-' ? decodeEnvFile(await buffer(context.terminal.stdin)) : await readEnvText(file);
      const result = await context.withCaller((caller) =>
        caller.call(importVariables, {
          ...{ content, environment: options.env },
          ...{ dryRun: options.dryRun === true, replace: options.replace === true },
          ...{ plain: options.plain, secret: options.secret },
        }),
      );
      print(context, options, result, (output) => printImport(output, result));
    });
}

type Result = z.output<typeof importVariables.output>;

function printImport(output: Output, result: Result): void {
  const { paint } = output;
  const guess = ({ isGuess }: Result['added'][number]) => (isGuess ? ', by its name or value' : '');
  for (const each of result.added) {
    output.line(paint.green(`  + ${each.name}=${valueText(each.value)}${guess(each)}`));
  }
  for (const { name, value } of result.changed) output.line(paint.yellow(`  ~ ${name}=${valueText(value)}`));
  for (const name of result.removed) output.line(paint.red(`  - ${name}`));
  if (result.unchanged.length > 0) output.line(paint.dim(`  = ${result.unchanged.length} unchanged`));
  if (result.stays.length > 0) {
    output.line(paint.dim(`  = ${result.stays.length} not in the file: ${result.stays.join(', ')}`));
  }
  for (const { name, line, reason } of result.ignored) {
    output.line(paint.yellow(`  ! line ${line}: ${name} is left out: ${clean(reason)}`));
  }
  for (const note of result.notes) output.line(paint.dim(`  ! line ${note.line}: ${clean(note.message)}`));
  const { added, changed, removed } = result;
  output.line(
    result.dryRun
      ? 'Dry run: nothing was changed.'
      : `${plural(added.length, 'variable')} added, ${changed.length} changed, ${removed.length} removed.`,
  );
}
