import type { MatrixCell, MatrixRow, MatrixView } from '#src/operations/submissions/matrix-view.ts';
import { type ClassFilter, classFilters, growthOf, hasClass, qualifiedName } from './result-state.ts';

export type Cause = MatrixView['causes'][number];

/** Failures without a class come after the classes; rows that only differ or are alike everywhere come last. */
export type Section = ClassFilter | 'failed' | 'differs' | 'same';
const sectionOrder: readonly Section[] = [...classFilters, 'failed', 'differs', 'same'];

/** A line of the matrix. */
export type Item =
  | { kind: 'section'; key: string; section: Section; tests: number }
  | {
      kind: 'cause';
      key: string;
      section: Section;
      cause: Cause;
      tests: number;
      /** For each environment the number of tests that failed there with the cause, and the run. */
      cells: ({ tests: number; run: number } | null)[];
      isOpen: boolean;
    }
  | {
      kind: 'test';
      key: string;
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
  for (const [index, row] of matrix.rows.entries()) {
    const name = names[index] ?? '';
    if (!words.every((word) => name.includes(word))) continue;
    const cells = cellsOf(row, column);
    if (cells.length === 0) continue;
    const section = sectionOf(cells, only);
    if (section === undefined) continue;
    const rows = sections.get(section);
    if (rows) rows.push(row);
    else sections.set(section, [row]);
  }
  return sectionOrder.flatMap((section) => {
    const rows = sections.get(section);
    if (!rows) return [];
    const head: Item = { kind: 'section', key: `section ${section}`, section, tests: rows.length };
    return [head, ...linesOf(section, rows, { causes, column, openCauses })];
  });
}

const cellsOf = ({ cells }: MatrixRow, column: number): MatrixCell[] =>
  (column === -1 ? cells : cells.slice(column, column + 1)).filter((cell) => cell !== null);

/** The section of a row: the filter, else the most important class. `undefined` when the filter leaves it out. */
function sectionOf(cells: readonly MatrixCell[], only: ClassFilter | undefined): Section | undefined {
  if (only !== undefined) return cells.some((cell) => hasClass(cell, only)) ? only : undefined;
  const most = classFilters.find((each) => cells.some((cell) => hasClass(cell, each)));
  if (most !== undefined) return most;
  if (cells.some(({ outcome }) => outcome === 'failed')) return 'failed';
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
    ...{ kind: 'test', key: `test ${section} ${qualifiedName(row)}`, row, cause, isBelowCause },
  });
  if (section === 'slower') {
    const growth = new Map(rows.map((row) => [row, largestGrowth(cellsOf(row, column))]));
    const sorted = rows.toSorted((one, other) => (growth.get(other) ?? 0) - (growth.get(one) ?? 0));
    return sorted.map((row) => lineOf(row, false, undefined));
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
    const cells = countByEnvironment(tests, cause);
    causeLines.push({ kind: 'cause', key, section, cause, tests: tests.length, cells, isOpen });
    if (isOpen) causeLines.push(...tests.map((row) => lineOf(row, true, cause)));
  }
  return [...causeLines, ...single];
}

const largestGrowth = (cells: readonly MatrixCell[]) =>
  Math.max(...cells.filter((cell) => hasClass(cell, 'slower')).map((cell) => growthOf(cell) ?? 0), 0);

/** The cause of a row: that of the first result with the class of its section, else of its first failure. */
function causeOf(cells: readonly MatrixCell[], section: Section): string | undefined {
  const isOfSection = (cell: MatrixCell) =>
    section !== 'failed' && section !== 'differs' && section !== 'same' && hasClass(cell, section);
  const failures = cells.filter(({ cause }) => cause !== null);
  return (failures.find(isOfSection) ?? failures[0])?.cause ?? undefined;
}

function countByEnvironment(
  rows: readonly MatrixRow[],
  { cause }: Cause,
): ({ tests: number; run: number } | null)[] {
  const width = rows[0]?.cells.length ?? 0;
  return Array.from({ length: width }, (_, column) => {
    const cells = rows.map(({ cells }) => cells[column]).filter((cell) => cell?.cause === cause);
    return cells[0] ? { tests: cells.length, run: cells[0].run } : null;
  });
}
