import { headlineOf } from '../../model/failure-headline.ts';
import type { ResultClass } from '../../model/result-class.ts';
import { shortCommit } from '../../model/short-commit.ts';
import type { MatrixCell, MatrixRow, MatrixView } from '../../operations/submissions/matrix-view.ts';
import type { SubmissionView } from '../../operations/submissions/submission-view.ts';
import { ago, clean, colourOf, durationText, localTime, ownZone, plural, tally } from './format.ts';
import { type Column, printFields, printTable } from './table.ts';
import type { Output } from './terminal.ts';

/** Tests of a class that are printed without --all. */
const usualRows = 20;

/** Prints what a submission says: its runs, the commits since its reference, and the tests of each class. */
export function printSubmission(
  output: Output,
  submission: SubmissionView,
  matrix: MatrixView,
  { all }: { all: boolean },
): void {
  printFields(output, headOf(output, submission, matrix));
  output.line();
  printRuns(output, submission);
  printCommits(output, submission);
  if (submission.classes === null) {
    output.line();
    output.line('Its results are not compared with the history yet.');
  }
  for (const section of sections) {
    const entries = matrix.rows.flatMap((row) => {
      const cells = row.cells.flatMap((cell, index) =>
        cell !== null && section.has(cell) ? [{ cell, environment: matrix.environments[index] ?? '' }] : [],
      );
      return cells.length > 0 ? [{ row, cells }] : [];
    });
    if (entries.length === 0) continue;
    const { weight } = section;
    if (weight) entries.sort((one, other) => weight(other.cells) - weight(one.cells));
    output.line();
    output.line(`${section.title} (${plural(entries.length, 'test')}):`);
    const rest = section.outcome === 'broken' ? printBrokenRuns(output, entries, submission) : entries;
    if (rest.length > 0) printEntries(output, all ? rest : rest.slice(0, usualRows), section, matrix);
    if (!all && rest.length > usualRows)
      output.line(output.paint.dim(`and ${rest.length - usualRows} more; --all prints them`));
  }
}

/** One line for each broken run, whose tests are broken for one reason. Returns what is broken besides. */
function printBrokenRuns(output: Output, entries: readonly Entry[], { runs }: SubmissionView): Entry[] {
  const broken = new Map(
    runs.flatMap(({ id, verdict, reason, environment }) =>
      verdict === 'broken' && reason ? [[id, { reason, environment }] as const] : [],
    ),
  );
  const counts = new Map<number, number>();
  for (const { cells } of entries)
    for (const { cell } of cells) counts.set(cell.run, (counts.get(cell.run) ?? 0) + 1);
  for (const [id, { reason, environment }] of broken)
    output.line(
      `  ${environment}: ${plural(counts.get(id) ?? 0, 'test')}, ${clean(reason.message)} (${reason.code})`,
    );
  return entries.flatMap(({ row, cells }) => {
    const rest = cells.filter(({ cell }) => !broken.has(cell.run));
    return rest.length > 0 ? [{ row, cells: rest }] : [];
  });
}

function headOf(
  output: Output,
  submission: SubmissionView,
  { tests }: MatrixView,
): [name: string, value: string][] {
  const { id, name, verdict, summary, requestedBy, createdAt, durationMs, reference, classes, counts } =
    submission;
  const fields: [string, string][] = [
    ['Submission', name === null ? String(id) : `${id}, ${clean(name)}`],
    ['Verdict', verdict === null ? 'unfinished' : colourOf(output.paint, verdict)],
    ['Selection', clean(summary)],
    [
      'Submitted',
      `${localTime(createdAt)} ${ownZone()} by ${clean(requestedBy)}, ${ago(createdAt)}${
        durationMs === null ? '' : `; took ${durationText(durationMs)}`
      }`,
    ],
    ['Tests', `${tests} on ${plural(submission.environments.length, 'environment')}: ${tally(counts)}`],
  ];
  const { commitLink } = submission;
  if (commitLink !== null) {
    const { project, sha, pullRequest, url, pullRequestUrl } = commitLink;
    fields.push(['Commit', url ?? `${sha} of ${project}`]);
    if (pullRequest !== null)
      fields.push(['Review', pullRequestUrl ?? `number ${pullRequest} of ${project}`]);
  }
  if (classes !== null) {
    fields.push([
      'Classes',
      `${classes.new} new, ${plural(classes.other, 'other failure')}, ${classes.fixed} fixed, ${classes.known} known, ${classes.flaky} flaky, ${classes.slower} slower than usual, ${classes.broken} broken`,
    ]);
  }
  fields.push([
    'Compared with',
    reference === null
      ? 'nothing: it is the first on these environments'
      : `submission ${reference.id} of ${localTime(reference.createdAt)}, ${reference.verdict ?? 'unfinished'}`,
  ]);
  return fields;
}

function printRuns(output: Output, { runs }: SubmissionView): void {
  const count = (name: 'new' | 'fixed' | 'known' | 'flaky' | 'slower') => ({
    heading: name,
    text: ({ classes }: SubmissionView['runs'][number]) => (classes ? String(classes[name]) : '-'),
  });
  printTable(
    output,
    [
      { heading: 'Environment', text: ({ environment }) => environment, truncate: 'middle' },
      { heading: 'Run', text: ({ id }) => String(id) },
      {
        heading: 'Verdict',
        text: ({ verdict, state }) => verdict ?? state,
        colour: (text, { verdict, state }) => colourOf(output.paint, verdict ?? state, text),
      },
      { heading: 'Tests', text: ({ counts }) => tally(counts) },
      ...(['new', 'fixed', 'known', 'flaky', 'slower'] as const).map(count),
      { heading: 'Took', text: ({ durationMs }) => (durationMs === null ? '-' : durationText(durationMs)) },
      { heading: 'Usually', text: ({ usualMs }) => (usualMs === null ? '-' : durationText(usualMs)) },
      {
        heading: 'Commit',
        text: ({ commit }) => (commit ? clean(`${shortCommit(commit.id)} ${commit.subject}`) : '-'),
        truncate: 'end',
      },
    ],
    runs,
  );
}

function printCommits(output: Output, { commits, reference }: SubmissionView): void {
  if (commits === null || reference === null) return;
  output.line();
  if (commits.commits.length === 0) {
    output.line(`No commits since submission ${reference.id}.`);
    return;
  }
  output.line(`${plural(commits.commits.length, 'commit')} since submission ${reference.id}:`);
  for (const { id, subject, author, at } of commits.commits)
    output.line(`  ${shortCommit(id)}  ${clean(subject)} (${clean(author ?? '')}, ${localTime(at)})`);
  if (commits.more) output.line('  and earlier ones');
}

interface Section {
  title: string;
  has(cell: MatrixCell): boolean;
  outcome?: 'broken';
  /** Tests with the highest come first; without it they are sorted by name. */
  weight?(cells: Entry['cells']): number;
  /** What is said of a test, besides where. */
  detail: 'message' | 'duration' | undefined;
}

const hasClass =
  (name: ResultClass) =>
  ({ classes }: MatrixCell) =>
    classes.includes(name);

/** A flaky test fails again for a known cause; another new failure is news. */
const isNew =
  ({ known }: { known: boolean }) =>
  ({ classes }: MatrixCell) =>
    classes.includes('new') && classes.includes('known') === known;

const largestGrowth = (cells: Entry['cells']) =>
  Math.max(
    ...cells.map(
      ({ cell: { durationMs, usualMs } }) => (durationMs ?? 0) / (usualMs || Number.POSITIVE_INFINITY),
    ),
  );

const isOldFailure = ({ outcome, classes }: MatrixCell) => outcome === 'failed' && !classes.includes('new');

/** What is known comes last: there is nothing to do about it today. */
const sections: readonly Section[] = [
  { title: 'New failures', has: isNew({ known: false }), detail: 'message' },
  { title: 'New failures for known causes', has: isNew({ known: true }), detail: 'message' },
  { title: 'Broken', has: ({ outcome }) => outcome === 'broken', outcome: 'broken', detail: undefined },
  { title: 'Fixed', has: hasClass('fixed'), detail: undefined },
  { title: 'Flaky', has: hasClass('flaky'), detail: undefined, weight: ({ length }) => length },
  { title: 'Slower than usual', has: hasClass('slower'), detail: 'duration', weight: largestGrowth },
  {
    title: 'Known failures that are not new',
    has: (cell) => isOldFailure(cell) && cell.classes.includes('known'),
    detail: 'message',
  },
  {
    title: 'Other failures, with another cause or without an earlier result',
    has: (cell) => isOldFailure(cell) && !cell.classes.includes('known'),
    detail: 'message',
  },
];

interface Entry {
  row: MatrixRow;
  cells: { cell: MatrixCell; environment: string }[];
}

function printEntries(output: Output, entries: readonly Entry[], section: Section, matrix: MatrixView): void {
  const causes = new Map(matrix.causes.map((each) => [each.cause, each]));
  printTable(
    output,
    [
      {
        heading: 'Test',
        text: ({ row: { test, suite } }) => clean(suite === null ? test : `${suite}:${test}`),
        truncate: 'middle',
      },
      {
        heading: 'Environments',
        text: ({ cells }) =>
          cells.length > 1 &&
          cells.length === matrix.environments.length &&
          !cells.some(({ cell }) => cell.quarantined)
            ? `all ${cells.length}`
            : cells
                .map(({ environment, cell }) =>
                  cell.quarantined ? `${environment} (quarantined)` : environment,
                )
                .join(', '),
        truncate: 'end',
      },
      ...(section.detail === 'duration' ? [slownessColumn] : []),
      ...(section.detail === 'message' ? [messageColumn(causes)] : []),
    ],
    entries,
  );
}

const slownessColumn: Column<Entry> = {
  heading: 'Took',
  text: ({ cells }) =>
    cells
      .map(({ cell: { durationMs, usualMs } }) =>
        durationMs !== null && usualMs !== null
          ? `${durationText(durationMs)}, usually ${durationText(usualMs)}`
          : '-',
      )
      .join('; '),
  truncate: 'end',
};

const messageColumn = (causes: ReadonlyMap<string, MatrixView['causes'][number]>): Column<Entry> => ({
  heading: 'Message',
  text: ({ cells }) => messageOf(cells, causes),
  truncate: 'end',
});

function sinceText({ at, run, commit }: NonNullable<MatrixView['causes'][number]['since']>): string {
  const place = commit ? ` at ${shortCommit(commit.id)} ${commit.subject}` : '';
  return `first seen ${localTime(at)} in run ${run}${place}`;
}

/** The message of the first failure with the values that its cause compares, and since when the cause is there. */
function messageOf(cells: Entry['cells'], causes: ReadonlyMap<string, MatrixView['causes'][number]>): string {
  const cause = causes.get(cells.find(({ cell }) => cell.cause !== null)?.cell.cause ?? '');
  if (!cause) return '';
  const values = cause.values.length > 1 ? ` (${cause.values.join('; ')})` : '';
  const since = cause.since ? ` (${sinceText(cause.since)})` : '';
  return clean(`${headlineOf(cause.message)}${values}${since}`);
}
