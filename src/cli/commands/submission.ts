import type { Command } from 'commander';
import { Fault } from '../../faults/fault.ts';

import type { SubmissionSummary, SubmissionView } from '../../operations/submissions/submission-view.ts';
import {
  listSubmissions,
  showLatestSubmission,
  showMatrix,
  showSubmission,
} from '../../operations/submissions/submissions.ts';
import { type CliContext, jsonOption, parseRunId, parseWhole, print } from '../cli-context.ts';
import type { Caller } from '../client/caller.ts';
import { ago, clean, colourOf, durationText } from '../output/format.ts';
import { printSubmission } from '../output/submission.ts';
import { type Column, printTable } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

const helpFooter = `
A submission is what was requested at once over several environments. Without a number its last ones are listed; with a
number, or with --latest, one is shown: what is new, fixed, known, flaky and slower than usual on which environment, and the
commits since the submission that it is compared with: the newest finished one before it of the same schedule or saved
selection, else with the same selection, on the same environments. docs/submissions.md defines the words.

Examples:
  matre submission --schedule nightly
  matre submission --schedule nightly --latest
  matre submission 57 --json`;

export function registerSubmission(command: Command, context: CliContext): void {
  command
    .argument('[id]', 'submission', parseRunId)
    .option('--schedule <name>', 'only submissions of this schedule')
    .option('--saved <name>', 'only submissions of this saved selection')
    .option('--latest', 'show the newest finished one')
    .option('--all', 'print all tests of each class, not only the first 20')
    .option('-n, --limit <number>', 'maximum number of submissions in the list', parseWhole, 20)
    .option('--before <id>', 'list only submissions before this one: the next page', parseRunId)
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (id: number | undefined, options: Options) => {
      if (id === undefined && !options.latest) return listAll(context, options);
      if (id !== undefined && (options.latest || options.schedule || options.saved))
        throw new Fault('INPUT_INVALID', 'Name either a submission, or --latest with --schedule or --saved.');
      const { submission, matrix } = await context.withCaller(async (caller) => {
        const submission = await read(caller, id, options);
        return { submission, matrix: await caller.call(showMatrix, { id: submission.id }) };
      });
      const { environments: _environments, ...rest } = matrix;
      print(context, options, { ...submission, ...rest }, (output) =>
        printSubmission(output, submission, matrix, { all: options.all ?? false }),
      );
    });
}

interface Options {
  schedule?: string;
  saved?: string;
  latest?: boolean;
  all?: boolean;
  limit: number;
  before?: number;
  json?: boolean;
}

/** The submission with this number, else the newest finished one that matches the options. Errors: SUBMISSION_UNKNOWN, SUBMISSION_NOT_FINISHED. */
async function read(caller: Caller, id: number | undefined, options: Options): Promise<SubmissionView> {
  if (id !== undefined) return caller.call(showSubmission, { id });
  const { schedule, saved } = options;
  if (schedule !== undefined && saved === undefined)
    return caller.call(showLatestSubmission, { name: schedule });
  const list = await caller.call(listSubmissions, { ...filterOf(options), finished: 'true', limit: 1 });
  const [latest] = list.submissions;
  if (latest) return caller.call(showSubmission, { id: latest.id });
  throw new Fault('SUBMISSION_NOT_FINISHED', 'No submission that matches is finished yet.');
}

const filterOf = ({ schedule, saved }: Options) => ({
  ...(schedule !== undefined && { schedule }),
  ...(saved !== undefined && { saved }),
});

async function listAll(context: CliContext, options: Options): Promise<void> {
  const { limit, before } = options;
  const list = await context.withCaller((caller) =>
    caller.call(listSubmissions, { ...filterOf(options), limit, ...(before !== undefined && { before }) }),
  );
  print(context, options, list, (output) => {
    printList(output, list.submissions);
    if (list.next !== null) output.line(output.paint.dim(`There are more: add --before ${list.next}`));
  });
}

function printList(output: Output, submissions: readonly SubmissionSummary[]): void {
  if (submissions.length === 0) {
    output.line('There are no submissions.');
    return;
  }
  const count = (name: keyof NonNullable<SubmissionSummary['classes']>): Column<SubmissionSummary> => ({
    heading: name,
    text: ({ classes }) => (classes ? String(classes[name]) : '-'),
  });
  printTable(
    output,
    [
      { heading: 'Submission', text: ({ id }) => String(id) },
      { heading: 'Name', text: ({ name, requestedBy }) => clean(name ?? requestedBy), truncate: 'middle' },
      {
        heading: 'Verdict',
        text: ({ verdict }) => verdict ?? 'unfinished',
        colour: (text, { verdict }) => (verdict ? colourOf(output.paint, verdict, text) : text),
      },
      { heading: 'Envs', text: ({ environments }) => String(environments.length) },
      count('new'),
      count('other'),
      count('fixed'),
      count('known'),
      count('flaky'),
      count('slower'),
      count('broken'),
      { heading: 'Submitted', text: ({ createdAt }) => ago(createdAt) },
      { heading: 'Took', text: ({ durationMs }) => (durationMs === null ? '-' : durationText(durationMs)) },
      { heading: 'Selection', text: ({ summary }) => clean(summary) },
    ],
    submissions,
  );
}
