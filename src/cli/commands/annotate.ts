import { appendFile, readFile, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import type { CliContext } from '../cli-context.ts';
import { annotationsOf, finishedRuns, outputsOf, summaryOf } from '../output/github.ts';

const helpFooter = `
Prints an annotation for each failure, and appends a summary and outputs (verdict, exit-code) to the files of
GITHUB_STEP_SUMMARY and GITHUB_OUTPUT. It reads the file only, and needs no server.

Example:
  matre watch 12 --json > result.json; matre annotate result.json`;

/** A document of 1,000 runs in which all tests failed has about 60 MB. */
const maxBytes = 256 * 1024 * 1024;

export function registerAnnotate(command: Command, context: CliContext): void {
  command
    .argument('<file>', 'output of `run --watch --json` or `watch --json`')
    .option('--strip <folder>', 'remove this folder from the paths of files, such as app/code/Acme/Tests')
    .addHelpText('after', helpFooter)
    .action(async (file: string, { strip }: { strip?: string }) => {
      const document = await readDocument(file);
      const { stdout, env } = context.terminal;
      for (const annotation of annotationsOf(document, { strip })) stdout.line(annotation);
      await append(env['GITHUB_STEP_SUMMARY'], summaryOf(document));
      await append(env['GITHUB_OUTPUT'], outputsOf(document));
    });
}

async function readDocument(file: string) {
  try {
    if ((await stat(file)).size > maxBytes) throw new Error('it is too large');
    return finishedRuns.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const message = `${file} is not the output of a command with --watch and --json: ${toFault(error).message}`;
    throw new Fault('INPUT_INVALID', asSentence(message), { cause: error });
  }
}

async function append(file: string | undefined, text: string): Promise<void> {
  if (file) await appendFile(file, text);
}
