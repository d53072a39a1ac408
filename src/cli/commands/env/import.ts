import { basename } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { importEnvironments } from '../../../operations/environments/env-import.ts';
import { type CliContext, jsonOption, print } from '../../cli-context.ts';
import { clean, plural } from '../../output/format.ts';
import type { Output } from '../../output/terminal.ts';
import { readEnvText } from './read-env-text.ts';

export function registerImport(env: Command, context: CliContext): void {
  env
    .command('import')
    .description('add or change environments from .env.<code> files')
    .argument('<files...>', 'named .env.<code>')
    .option('--dry-run', 'only show the changes')
    .option('--all-values', 'also import what tests can read from the file of the test module')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe base URL, the backend name, the administrator and secrets (by their names or values, see\n' +
        'docs/security.md; they are encrypted) are imported, and variables that the environment has already. All other values stay in the file of the test module, where\n' +
        'each commit may change them; with --all-values they become variables of the environment, which override the file.\n' +
        'Variables that a file does not contain are unchanged.\n' +
        '\nExample:\n  matre env import --dry-run Cron/data/.env.preprod-us Cron/data/.env.preprod-es',
    )
    .action(async (paths: string[], options) => {
      const files = await Promise.all(
        paths.map(async (path) => ({ name: basename(path), content: await readEnvText(path) })),
      );
      const dryRun = options.dryRun === true;
      const input = { files, dryRun, allValues: options.allValues === true };
      const result = await context.withCaller((caller) => caller.call(importEnvironments, input));
      print(context, options, result, (output) => printImport(output, result));
    });
}

function printImport(output: Output, { dryRun, files }: z.output<typeof importEnvironments.output>): void {
  const { paint } = output;
  for (const { code, isNew, added, changed, unchanged, left, notes } of files) {
    output.line(paint.bold(`${code}${isNew ? ' (new environment)' : ''}`));
    for (const { name, value } of added) output.line(paint.green(`  + ${name}=${valueText(value)}`));
    for (const { name, value } of changed) output.line(paint.yellow(`  ~ ${name}=${valueText(value)}`));
    if (unchanged.length > 0) output.line(paint.dim(`  = ${unchanged.length} unchanged`));
    if (left.length > 0)
      output.line(paint.dim(`  = ${left.length} stay in the file of the test module: ${left.join(', ')}`));
    for (const note of notes) output.line(paint.dim(`  ! line ${note.line}: ${clean(note.message)}`));
  }
  output.line(
    dryRun
      ? 'Dry run: nothing was changed.'
      : `${plural(files.length, 'file')} ${files.length === 1 ? 'was' : 'were'} imported.`,
  );
}

/** A value of an import as the command line shows it; null when it is secret. */
export function valueText(value: string | null): string {
  return value === null ? '(secret)' : clean(value);
}
