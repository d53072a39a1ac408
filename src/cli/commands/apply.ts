import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { applyProject, previewProject } from '../../operations/project/project.ts';
import { maxProjectFileBytes } from '../../operations/project/project-file.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean, plural } from '../output/format.ts';
import { printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

const helpFooter = `
The file has environments (without secrets), saved selections and schedules; docs/project-file.md lists its fields. It is
applied completely or not at all, and a second time it changes nothing. What is not in the file stays; with --prune, what
was added from the file before and is not in it any more is removed.

Example:
  matre apply --dry-run
  matre apply ci/matre.yml --prune`;

export function registerApply(command: Command, context: CliContext): void {
  command
    .argument('[file]', 'the file', 'matre.yml')
    .option('--dry-run', 'only show the differences')
    .option('--prune', 'remove what was added from the file before and is not in it any more')
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (path: string, options) => {
      const dryRun = options.dryRun === true;
      const input = { file: basename(path), content: await readText(path), prune: options.prune === true };
      const operation = dryRun ? previewProject : applyProject;
      const answer = await context.withCaller((caller) => caller.call(operation, input));
      print(context, options, answer, (output) => printChanges(output, answer, dryRun));
    });
}

/** Errors: INPUT_INVALID. */
async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxProjectFileBytes) {
      throw new Error(`it has ${size} bytes, and the limit is ${maxProjectFileBytes}`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const message = asSentence(`${path} cannot be read: ${toFault(error).message}`);
    throw new Fault('INPUT_INVALID', message, { cause: error });
  }
}

type Answer = z.output<typeof applyProject.output>;
type Row = Pick<Answer['changes'][number], 'kind' | 'name' | 'action'> &
  Partial<Answer['changes'][number]['fields'][number]>;

function printChanges(output: Output, { changes, stays }: Answer, dryRun: boolean): void {
  const { paint } = output;
  const colours = { add: paint.green, change: paint.yellow, remove: paint.red };
  if (changes.length > 0) {
    printTable<Row>(
      output,
      [
        {
          heading: 'Action',
          text: ({ action }) => action,
          colour: (text, { action }) => colours[action](text),
        },
        { heading: 'What', text: ({ kind }) => kind },
        { heading: 'Name', text: ({ name }) => name, truncate: 'middle' },
        { heading: 'Field', text: ({ field = '' }) => field },
        { heading: 'Now', text: ({ before }) => before ?? '', truncate: 'middle' },
        { heading: dryRun ? 'Then' : 'New', text: ({ after }) => after ?? '' },
      ],
      changes.flatMap(({ fields, ...change }): Row[] =>
        fields.length === 0 ? [change] : fields.map((field) => ({ ...change, ...field })),
      ),
    );
  }
  for (const { kind, name } of stays) {
    output.line(`Not in the file any more: ${kind} ${clean(name)}. --prune removes it.`);
  }
  output.line(summary(changes.length, dryRun));
  if (dryRun) return;
  for (const { name } of changes.filter(({ kind, action }) => kind === 'environment' && action === 'add')) {
    output.line(`${name} has no admin password yet: matre env edit ${name} --ask-admin-password`);
  }
}

function summary(count: number, dryRun: boolean): string {
  if (count === 0) return 'Nothing differs.';
  return dryRun
    ? `Dry run: ${plural(count, 'difference')}; nothing was changed.`
    : `${plural(count, 'change')} ${count === 1 ? 'was' : 'were'} made.`;
}
