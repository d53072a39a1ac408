import { headlineOf } from '../../model/failure-headline.ts';
import { groupBy } from '../../model/group-by.ts';
import type { ResultClass } from '../../model/result-class.ts';
import { shortCommit } from '../../model/short-commit.ts';
import type {
  FirstSeen,
  MatrixCell,
  MatrixRow,
  MatrixView,
} from '../../operations/submissions/matrix-view.ts';
import type { SubmissionView } from '../../operations/submissions/submission-view.ts';
import { clean, durationText, localTime, plural } from './format.ts';
import { noteText } from './note-text.ts';
import { type Column, printFields, printTable, printText } from './table.ts';
import type { Output } from './terminal.ts';

/** Tests of a class that are printed without --all. */
const usualTests = 20;

type Cause = MatrixView['causes'][number];

/** A test with its results of a class. */
interface Entry {
  row: MatrixRow;
  cells: { cell: MatrixCell; environment: string }[];
}

interface Section {
  title: string;
  has(cell: MatrixCell): boolean;
  /** How its tests are printed: by cause, with what their runs say, with their durations, or by name alone. */
  form: 'causes' | 'broken' | 'durations' | 'names';
  /** Its failures may have begun before this submission. */
  isOld?: true;
  /** Tests with the highest come first; without it they are sorted by name. */
  weight?(cells: Entry['cells']): number;
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

const isOldFailure = ({ outcome, classes }: MatrixCell) => outcome === 'failed' && !classes.includes('new');

const growthOf = ({ durationMs, usualMs }: MatrixCell) =>
  (durationMs ?? 0) / (usualMs || Number.POSITIVE_INFINITY);

const largestGrowth = (cells: Entry['cells']) => Math.max(...cells.map(({ cell }) => growthOf(cell)));

/** What is known comes last: there is nothing to do about it today. */
const sections: readonly Section[] = [
  { title: 'New failures', has: isNew({ known: false }), form: 'causes' },
  {
    title: 'Other failures, with another cause or without an earlier result',
    has: (cell) => isOldFailure(cell) && !cell.classes.includes('known'),
    form: 'causes',
    isOld: true,
  },
  { title: 'New failures for known causes', has: isNew({ known: true }), form: 'causes' },
  { title: 'Broken', has: ({ outcome }) => outcome === 'broken', form: 'broken' },
  { title: 'Fixed', has: hasClass('fixed'), form: 'names' },
  { title: 'Flaky', has: hasClass('flaky'), form: 'names', weight: ({ length }) => length },
  { title: 'Slower than usual', has: hasClass('slower'), form: 'durations', weight: largestGrowth },
  {
    title: 'Known failures that are not new',
    has: (cell) => isOldFailure(cell) && cell.classes.includes('known'),
    form: 'causes',
    isOld: true,
  },
];

/** Prints the tests of each class of a submission; without `all` the first of each. */
export function printTestsByClass(
  output: Output,
  submission: SubmissionView,
  matrix: MatrixView,
  { all }: { all: boolean },
): void {
  for (const section of sections) {
    const entries = entriesOf(section, matrix);
    if (entries.length === 0) continue;
    output.line();
    output.line(output.paint.bold(`${section.title} (${plural(entries.length, 'test')}):`));
    const rest = section.form === 'broken' ? printBrokenRuns(output, entries, submission) : entries;
    const limit = all ? rest.length : usualTests;
    if (section.form === 'causes') printByCause(output, rest, section, matrix, limit);
    else if (rest.length > 0) printEntries(output, rest.slice(0, limit), section, matrix);
    if (rest.length > limit)
      output.line(output.paint.dim(`and ${rest.length - limit} more; --all prints them`));
  }
}

function entriesOf({ has, weight }: Section, matrix: MatrixView): Entry[] {
  const entries = matrix.rows.flatMap((row) => {
    const cells = row.cells.flatMap((cell, index) =>
      cell !== null && has(cell) ? [{ cell, environment: matrix.environments[index] ?? '' }] : [],
    );
    return cells.length > 0 ? [{ row, cells }] : [];
  });
  return weight ? entries.toSorted((one, other) => weight(other.cells) - weight(one.cells)) : entries;
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

/** A block for each cause, that of most tests first: its message, where it was seen first, what is known about it, and its tests. */
function printByCause(
  output: Output,
  entries: readonly Entry[],
  { isOld }: Section,
  matrix: MatrixView,
  limit: number,
): void {
  const causes = new Map(matrix.causes.map((each) => [each.cause, each]));
  const groups = [...groupBy(entries, ({ cells }) => causeOf(cells) ?? '')];
  groups.sort(([, one], [, other]) => other.length - one.length);
  let left = limit;
  for (const [cause, own] of groups) {
    if (left === 0) return;
    printCause(output, cause, causes.get(cause));
    const shown = own.slice(0, left);
    left -= shown.length;
    printFields(
      output,
      shown.map(({ row, cells }) => [
        `    ${nameOf(row)}`,
        `${environmentsText(cells, matrix)}${isOld ? failsSinceText(cells) : ''}`,
      ]),
    );
  }
}

const causeOf = (cells: Entry['cells']) => cells.find(({ cell }) => cell.cause !== null)?.cell.cause;

function printCause(output: Output, id: string, cause: Cause | undefined): void {
  if (cause === undefined) {
    // The causes with the most failures are read, see `maxCauses` of the matrix.
    output.line(id === '' ? '  Without a message' : `  Cause ${id}`);
    return;
  }
  const { message, values, since, note } = cause;
  const others = values.length > 1 ? ` (${values.join('; ')})` : '';
  printText(output, clean(`${headlineOf(message)}${others}`), 2);
  printText(output, clean(`cause ${id}${since ? `, first seen ${sinceText(since)}` : ''}`), 4);
  if (note !== null) printText(output, noteText(note), 4);
}

/** Since when a test fails where it has failed for longest; empty when that is unknown. */
function failsSinceText(cells: Entry['cells']): string {
  const [oldest] = cells
    .flatMap(({ cell }) => cell.since ?? [])
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return oldest ? clean(`, fails since ${sinceText(oldest)}`) : '';
}

/** `30 Nov 02:00 in run 161 at a1b2c3d Rework coupons` */
function sinceText({ at, run, commit }: FirstSeen): string {
  return `${localTime(at)} in run ${run}${commit ? ` at ${shortCommit(commit.id)} ${commit.subject}` : ''}`;
}

const nameOf = ({ test, suite }: MatrixRow) => clean(suite === null ? test : `${suite}:${test}`);

function environmentsText(cells: Entry['cells'], { environments }: MatrixView): string {
  const isEverywhere = cells.length > 1 && cells.length === environments.length;
  if (isEverywhere && !cells.some(({ cell }) => cell.quarantined)) return `all ${cells.length}`;
  return cells
    .map(({ environment, cell }) => (cell.quarantined ? `${environment} (quarantined)` : environment))
    .join(', ');
}

function printEntries(
  output: Output,
  entries: readonly Entry[],
  { form }: Section,
  matrix: MatrixView,
): void {
  printTable(
    output,
    [
      { heading: 'Test', text: ({ row }) => nameOf(row), truncate: 'middle' },
      { heading: 'Environments', text: ({ cells }) => environmentsText(cells, matrix), truncate: 'end' },
      ...(form === 'durations' ? slownessColumns : []),
    ],
    entries,
  );
}

const slownessColumns: Column<Entry>[] = [
  {
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
  },
  {
    heading: 'Since',
    // That of the result that grew most, as on the page.
    text: ({ cells }) => {
      const [most] = cells.toSorted((one, other) => growthOf(other.cell) - growthOf(one.cell));
      return most?.cell.since ? clean(sinceText(most.cell.since)) : '-';
    },
    truncate: 'end',
  },
];
