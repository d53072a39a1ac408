import type { MatrixCell, MatrixRow, MatrixView } from '#src/operations/submissions/matrix-view.ts';
import { type ClassFilter, classFilters, growthOf, hasClass, qualifiedName } from './result-state.ts';

export type Cause = MatrixView['causes'][number];

/** `relapse`: new failures for known causes, as flaky tests have them. */
export type Section = ClassFilter | 'relapse' | 'differs' | 'same';
const sectionOrder: readonly Section[] = [
  ...(['new', 'other', 'relapse', 'broken', 'known', 'flaky', 'slower', 'fixed', 'differs', 'same'] as const),
];
/** What a row is listed for. An environment that is broken as a whole must not hide what its tests do elsewhere. */
const classPriority = ['new', 'other', 'known', 'flaky', 'slower', 'fixed'] as const;

/** A line of the matrix. */
export type Item =
  | {
      kind: 'section';
      key: string;
      section: Section;
      tests: number;
      /** Tests that have the class too, and are in another section. */
      elsewhere: number;
    }
  | {
      kind: 'cause';
      key: string;
      section: Section;
      /** `undefined`: the tests are broken on the same environments. */
      cause: Cause | undefined;
      tests: number;
      /** For each environment the number of tests that failed there with the cause, or are broken there, and the run. */
      cells: ({ tests: number; run: number } | null)[];
      isOpen: boolean;
    }
  | {
      kind: 'test';
      key: string;
      section: Section;
      row: MatrixRow;
      /** The cause of its failure; the message is shown at the test unless the line above has it. */
      cause: Cause | undefined;
      isBelowCause: boolean;
    };

export interface MatrixFilter {
  search: string;
  /** `undefined`: all. */
  only: ClassFilter | undefined;
  /** The code of an environment; empty: all. */
  environment: string;
}

/** A matrix with what filtering needs, made once for each answer: 3,000 rows are filtered while a user types. */
export interface IndexedMatrix {
  matrix: MatrixView;
  names: readonly string[];
  causes: ReadonlyMap<string, Cause>;
}

export function indexMatrix(matrix: MatrixView): IndexedMatrix {
  return {
    matrix,
    names: matrix.rows.map((row) => qualifiedName(row).toLowerCase()),
    causes: new Map(matrix.causes.map((each) => [each.cause, each])),
  };
}

/** The lines of a matrix: a section for each class, in it the causes with several tests, then single tests. */
export function arrange(
  { matrix, names, causes }: IndexedMatrix,
  { search, only, environment }: MatrixFilter,
  openCauses: ReadonlySet<string>,
): Item[] {
  const words = search.trim().toLowerCase().split(/\s+/);
  const column = environment === '' ? -1 : matrix.environments.indexOf(environment);
  const sections = new Map<Section, MatrixRow[]>();
  const totals = new Map<Section, number>();
  for (const [index, row] of matrix.rows.entries()) {
    const name = names[index] ?? '';
    if (!words.every((word) => name.includes(word))) continue;
    const cells = cellsOf(row, column);
    if (cells.length === 0) continue;
    const section = sectionOf(cells, only);
    if (section === undefined) continue;
    for (const each of classFilters)
      if (cells.some((cell) => hasClass(cell, each))) totals.set(each, (totals.get(each) ?? 0) + 1);
    const rows = sections.get(section);
    if (rows) rows.push(row);
    else sections.set(section, [row]);
  }
  return sectionOrder.flatMap((section) => {
    const rows = sections.get(section);
    if (!rows) return [];
    const elsewhere = section === 'new' ? 0 : Math.max(0, (totals.get(section) ?? 0) - rows.length);
    const head: Item = { kind: 'section', key: `section ${section}`, section, tests: rows.length, elsewhere };
    return [head, ...linesOf(section, rows, { causes, column, openCauses })];
  });
}

const cellsOf = ({ cells }: MatrixRow, column: number): MatrixCell[] =>
  (column === -1 ? cells : cells.slice(column, column + 1)).filter((cell) => cell !== null);

/** The section of a row: the filter, else the most important class. `undefined` when the filter leaves it out. */
function sectionOf(cells: readonly MatrixCell[], only: ClassFilter | undefined): Section | undefined {
  const has = (each: ClassFilter) => cells.some((cell) => hasClass(cell, each));
  const section = only === undefined ? classPriority.find(has) : has(only) ? only : undefined;
  if (section === 'new')
    return cells.every(({ classes }) => !classes.includes('new') || classes.includes('known'))
      ? 'relapse'
      : 'new';
  if (section !== undefined || only !== undefined) return section;
  if (has('broken')) return 'broken';
  return cells.some(({ outcome }) => outcome !== cells[0]?.outcome) ? 'differs' : 'same';
}

interface LineOptions {
  causes: ReadonlyMap<string, Cause>;
  column: number;
  openCauses: ReadonlySet<string>;
}

function linesOf(
  section: Section,
  rows: readonly MatrixRow[],
  { causes, column, openCauses }: LineOptions,
): Item[] {
  const lineOf = (row: MatrixRow, isBelowCause: boolean, cause: Cause | undefined): Item => ({
    ...{ kind: 'test', key: `test ${section} ${qualifiedName(row)}`, section, row, cause, isBelowCause },
  });
  if (section === 'broken') return brokenLines(rows, { column, openCauses }, lineOf);
  // A test is slower or flaky for reasons of its own: its lines are not folded into causes.
  if (section === 'slower' || section === 'flaky') {
    const weightOf = section === 'slower' ? largestGrowth : countFlaky;
    const weights = new Map(rows.map((row) => [row, weightOf(cellsOf(row, column))]));
    const sorted = rows.toSorted((one, other) => (weights.get(other) ?? 0) - (weights.get(one) ?? 0));
    return sorted.map((row) =>
      lineOf(
        row,
        false,
        section === 'flaky' ? causes.get(causeOf(cellsOf(row, column), section) ?? '') : undefined,
      ),
    );
  }
  const groups = new Map<Cause, MatrixRow[]>();
  const single: Item[] = [];
  for (const row of rows) {
    const cause = causes.get(causeOf(cellsOf(row, column), section) ?? '');
    if (!cause) single.push(lineOf(row, false, undefined));
    else groups.set(cause, [...(groups.get(cause) ?? []), row]);
  }
  const causeLines: Item[] = [];
  for (const [cause, tests] of [...groups].toSorted((one, other) => other[1].length - one[1].length)) {
    const [first] = tests;
    if (first && tests.length === 1) {
      single.push(lineOf(first, false, cause));
      continue;
    }
    const key = `cause ${section} ${cause.cause}`;
    const isOpen = openCauses.has(key);
    const cells = countByEnvironment(tests, (cell) => cell?.cause === cause.cause);
    causeLines.push({ kind: 'cause', key, section, cause, tests: tests.length, cells, isOpen });
    if (isOpen) causeLines.push(...tests.map((row) => lineOf(row, true, cause)));
  }
  return [...causeLines, ...single];
}

/** One line for the tests that are broken on the same environments, those of most tests first; single tests last. */
function brokenLines(
  rows: readonly MatrixRow[],
  { column, openCauses }: Pick<LineOptions, 'column' | 'openCauses'>,
  lineOf: (row: MatrixRow, isBelowCause: boolean, cause: undefined) => Item,
): Item[] {
  const isBroken = (cell: MatrixCell | null | undefined, place: number) =>
    cell?.outcome === 'broken' && (column === -1 || place === column);
  const groups = new Map<string, MatrixRow[]>();
  for (const row of rows) {
    const columns = row.cells.flatMap((cell, place) => (isBroken(cell, place) ? [place] : [])).join();
    const group = groups.get(columns);
    if (group) group.push(row);
    else groups.set(columns, [row]);
  }
  return [...groups]
    .toSorted(([, one], [, other]) => other.length - one.length)
    .flatMap(([columns, tests]) => {
      if (tests.length === 1) return tests.map((row) => lineOf(row, false, undefined));
      const key = `broken on ${columns}`;
      const isOpen = openCauses.has(key);
      const cells = countByEnvironment(tests, isBroken);
      const line: Item = {
        kind: 'cause',
        key,
        section: 'broken',
        cause: undefined,
        tests: tests.length,
        cells,
        isOpen,
      };
      return [line, ...(isOpen ? tests.map((row) => lineOf(row, true, undefined)) : [])];
    });
}

const countFlaky = (cells: readonly MatrixCell[]) => cells.filter((cell) => hasClass(cell, 'flaky')).length;

const largestGrowth = (cells: readonly MatrixCell[]) => growthOf(mostGrown(cells)) ?? 0;

/** The slower result that grew most. */
export const mostGrown = (cells: readonly MatrixCell[]): MatrixCell | undefined =>
  cells
    .filter((cell) => hasClass(cell, 'slower'))
    .toSorted((one, other) => (growthOf(other) ?? 0) - (growthOf(one) ?? 0))[0];

/** Since when a test fails where it has failed for longest. */
export const oldestFailure = (cells: readonly MatrixCell[]): MatrixCell['since'] =>
  cells
    .flatMap(({ outcome, since }) => (outcome === 'failed' && since ? [since] : []))
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at))[0];

/** The cause of a row: that of the first result with the class of its section, else of its first failure. */
function causeOf(cells: readonly MatrixCell[], section: Section): string | undefined {
  const which = section === 'relapse' ? 'new' : classFilters.find((each) => each === section);
  const isOfSection = (cell: MatrixCell) => which !== undefined && hasClass(cell, which);
  const failures = cells.filter(({ cause }) => cause !== null);
  return (failures.find(isOfSection) ?? failures[0])?.cause ?? undefined;
}

function countByEnvironment(
  rows: readonly MatrixRow[],
  isCounted: (cell: MatrixCell | null | undefined, column: number) => boolean,
): ({ tests: number; run: number } | null)[] {
  const width = rows[0]?.cells.length ?? 0;
  return Array.from({ length: width }, (_, column) => {
    const cells = rows.map(({ cells }) => cells[column]).filter((cell) => isCounted(cell, column));
    return cells[0] ? { tests: cells.length, run: cells[0].run } : null;
  });
}
