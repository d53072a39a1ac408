import { type Command, Option } from 'commander';
import { headlineOf } from '../../model/failure-headline.ts';
import { shortCommit } from '../../model/short-commit.ts';
import { compare } from '../../operations/compare/compare.ts';
import type { CompareView, DifferenceView, SideView } from '../../operations/compare/compare-view.ts';
import { type CliContext, jsonOption, print } from '../cli-context.ts';
import { clean, colourOf, durationText, localTime, plural } from '../output/format.ts';
import { noteText } from '../output/note-text.ts';
import { printTable, printText } from '../output/table.ts';
import type { Output } from '../output/terminal.ts';

/** Rows that are printed without --all. */
const usualRows = 40;
const allRows = 24_000;

const helpFooter = `
Each side is one of these; the word and the colon are only needed where a name is not clear without them:
  run:12                   a run
  before:12                the finished run before run 12 on its environment
  submission:5             what was submitted at once; its runs are compared environment by environment
  environment:preprod-us   the newest finished run of an environment
  commit:a1b2c3d           the newest finished run of each environment at a commit of the test module

A test differs by its outcome, by its cause, or by its duration: it passed on both sides, and took half as long again as
the others did (or less, the other way round), at least 2 s, and more than the noise between the two runs. The exit code is
0 also when tests differ.

Examples:
  matre compare before:12 12
  matre compare preprod-us preprod-es
  matre compare submission:5 submission:6 --json`;

export function registerCompare(command: Command, context: CliContext): void {
  command
    .argument('<a>', 'a run, submission, environment or commit')
    .argument('<b>', 'what it is compared with')
    .addOption(new Option('--all', `print all differing tests, not only the first ${usualRows}`))
    .addOption(jsonOption())
    .addHelpText('after', helpFooter)
    .action(async (a: string, b: string, options: { all?: boolean; json?: boolean }) => {
      const limit = options.all || options.json ? allRows : usualRows;
      const compared = await context.withCaller((caller) => caller.call(compare, { a, b, limit }));
      print(context, options, compared, (output) => printComparison(output, compared));
    });
}

function printComparison(output: Output, compared: CompareView): void {
  const { a, b, counts, durations, alone, rows, more, causes } = compared;
  output.line(`A  ${describeSide(a)}`);
  output.line(`B  ${describeSide(b)}`);
  for (const [name, codes] of Object.entries(alone)) {
    if (codes.length > 0) output.line(`Only in ${name.toUpperCase()}, not compared: ${codes.join(', ')}`);
  }
  output.line();
  output.line(
    `${plural(counts.common, 'test')} in common: ${counts.same} same, ${counts.outcome} with another outcome, ` +
      `${counts.cause} with another cause, ${counts.duration} with another duration. ` +
      `${counts.onlyA} only in A, ${counts.onlyB} only in B.`,
  );
  if (durations.tests > 0) {
    const { tests, aMs, bMs } = durations;
    output.line(
      `${plural(tests, 'test')} passed on both sides: ${durationText(aMs)} in A, ${durationText(bMs)} in B.`,
    );
  }
  if (rows.length === 0) return;
  // Two single runs may be on different environments, which the first lines name.
  const hasEnvironments = a.runs.length > 1 || b.runs.length > 1;
  const messages = new Map(causes.map(({ cause, message }) => [cause, message]));
  output.line();
  printTable(
    output,
    [
      { heading: 'Differs', text: ({ difference }) => words[difference] },
      {
        heading: 'A',
        text: ({ a, difference }) => sideText(a, difference),
        colour: colourOfSide(output, 'a'),
      },
      {
        heading: 'B',
        text: ({ b, difference }) => sideText(b, difference),
        colour: colourOfSide(output, 'b'),
      },
      ...(hasEnvironments
        ? [{ heading: 'Environment', text: ({ environment }: DifferenceView) => environment }]
        : []),
      {
        heading: 'Test',
        text: ({ test, suite }) => clean(suite === null ? test : `${suite}:${test}`),
        truncate: 'middle',
      },
      { heading: 'Message', text: (row) => messageOf(row, messages), truncate: 'end' },
    ],
    rows,
  );
  if (more > 0) output.line(`and ${more} more; --all prints them`);
  const noted = causes.filter(({ note }) => note !== null);
  if (noted.length > 0) output.line();
  for (const { message, note } of noted)
    if (note !== null) printText(output, `${clean(headlineOf(message))}: ${noteText(note)}`, 0);
}

const words = {
  outcome: 'outcome',
  cause: 'cause',
  duration: 'duration',
  'only-a': 'only in A',
  'only-b': 'only in B',
} as const;

function describeSide({ kind, name, runs, unfinished }: SideView): string {
  const [first, ...others] = runs;
  const what = kind === 'commit' ? `commit ${shortCommit(name)}` : `${kind} ${name}`;
  const where =
    first === undefined
      ? ''
      : others.length > 0
        ? `${plural(runs.length, 'run')} on ${runs.map(({ environment }) => environment).join(', ')}`
        : `${kind === 'run' ? '' : `run ${first.id} `}on ${first.environment}, ${first.verdict}`;
  const commits = new Set(
    runs.flatMap(({ commit, modules }) => {
      const all = modules && modules.length > 1 ? modules : commit ? [commit] : [];
      return all.length === 0
        ? []
        : [all.map(({ id, subject }) => `${shortCommit(id)} ${subject}`).join(' and ')];
    }),
  );
  const commit = commits.size === 1 && kind !== 'commit' ? `, ${[...commits][0]}` : '';
  const at = runs
    .map(({ finishedAt }) => finishedAt)
    .sort()
    .at(-1);
  const finished = at === undefined ? '' : `, finished ${localTime(at)}`;
  const open = unfinished.length > 0 ? ` (not finished on ${unfinished.join(', ')})` : '';
  return clean(`${what} ${where}${finished}${commit}${open}`);
}

function sideText(side: DifferenceView['a'], difference: DifferenceView['difference']): string {
  if (side === null) return '-';
  if (difference === 'duration' && side.durationMs !== null) return durationText(side.durationMs);
  return side.outcome ?? 'no result';
}

const colourOfSide = (output: Output, name: 'a' | 'b') => (text: string, row: DifferenceView) => {
  const outcome = row[name]?.outcome;
  return outcome ? colourOf(output.paint, outcome, text) : text;
};

/** The message of the failure in B, else of that in A; of both where only the causes differ. */
function messageOf({ a, b, difference }: DifferenceView, messages: ReadonlyMap<string, string>): string {
  const text = (cause: string | null | undefined) =>
    cause ? clean(headlineOf(messages.get(cause) ?? '')) : '';
  if (difference === 'cause') return [text(a?.cause), text(b?.cause)].map((each) => each || '-').join(' -> ');
  return text(b?.cause) || text(a?.cause);
}
