import { stripVTControlCharacters } from 'node:util';
import { clean } from './format.ts';
import type { Output } from './terminal.ts';
import { truncate, truncateMiddle, wrap } from './text.ts';

/** A column of a table. `colour` gets the text after padding, because colour codes have no width. */
export interface Column<Row> {
  heading: string;
  text: (row: Row) => string;
  colour?: (text: string, row: Row) => string;
  /** How its cells are truncated on a terminal that is too narrow. The last column is truncated at its end without it. */
  truncate?: 'middle' | 'end';
  /** It is left out on a terminal where the others would be truncated for it. */
  isOptional?: true;
}

/** A truncated column has at least so many characters, or those of its heading. */
const minWidth = 10;
const gap = '  ';

/**
 * Prints rows in aligned columns under a heading. Cells are cleaned, because their content comes from outside. In a pipe cells are
 * whole; on a terminal that is too narrow the widest columns that can be truncated are, so that each row is one line.
 */
export function printTable<Row>(output: Output, all: Column<Row>[], rows: readonly Row[]): void {
  const columns = output.interactive ? columnsThatFit(all, rows, output.columns()) : all;
  const cells = cellsOf(columns, rows);
  const natural = naturalWidths(columns, cells);
  const widths = output.interactive ? fitWidths(columns, natural, output.columns()) : natural;
  const cell = (text: string, index: number) => {
    const width = widths[index] as number;
    const shorten = columns[index]?.truncate === 'middle' ? truncateMiddle : truncate;
    return shorten(text, width).padEnd(index < columns.length - 1 ? width : 0);
  };
  const headings = columns.map(({ heading }, index) => output.paint.bold(cell(heading.toUpperCase(), index)));
  output.line(headings.join(gap).trimEnd());
  for (const [number, line] of cells.entries()) {
    const cellTexts = line.map((text, index) => {
      const colour = columns[index]?.colour;
      const padded = cell(text, index);
      return colour === undefined ? padded : colour(padded, rows[number] as Row);
    });
    output.line(cellTexts.join(gap).trimEnd());
  }
}

const cellsOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[][] =>
  rows.map((row) => columns.map((column) => clean(column.text(row)) || '-'));

const naturalWidths = <Row>(columns: readonly Column<Row>[], cells: readonly string[][]): number[] =>
  columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((line) => (line[index] as string).length)),
  );

/** All columns, or those that are not optional when there is no room for the least width of the optional ones. */
function columnsThatFit<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  available: number,
): Column<Row>[] {
  const widths = naturalWidths(columns, cellsOf(columns, rows));
  const least = widths.map((width, index) =>
    columns[index]?.isOptional ? Math.min(width, minWidth) : width,
  );
  const isTooWide = sum(least) + gap.length * (columns.length - 1) > available;
  return columns.filter(({ isOptional }) => !isOptional || !isTooWide);
}

/** Widths of columns that fit a terminal: optional columns become narrower first, and always the widest, until all fit or none can. */
function fitWidths(
  columns: readonly Pick<Column<never>, 'heading' | 'truncate' | 'isOptional'>[],
  natural: readonly number[],
  available: number,
): number[] {
  const widths = [...natural];
  const isFlexible = (index: number) =>
    columns[index]?.truncate !== undefined || index === columns.length - 1;
  const least = columns.map(({ heading }) => Math.max(minWidth, heading.length));
  const room = available - gap.length * (columns.length - 1);
  for (let excess = sum(widths) - room; excess > 0; excess -= 1) {
    const canShrink = widths.map((width, index) => isFlexible(index) && width > (least[index] ?? 0));
    const isFirst = canShrink.some((can, index) => can && columns[index]?.isOptional);
    const flexible = widths.map((width, index) =>
      canShrink[index] && (!isFirst || columns[index]?.isOptional) ? width : 0,
    );
    const widest = Math.max(...flexible);
    if (widest === 0) break;
    widths[flexible.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

/** Prints one name and value a line, aligned. On a terminal a long value continues below its beginning. */
export function printFields(output: Output, fields: readonly (readonly [string, string])[]): void {
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) {
    const [first = '', ...rest] = linesOf(output, value, width + gap.length);
    output.line(`${output.paint.bold(name.padEnd(width))}${gap}${first}`.trimEnd());
    for (const line of rest) output.line(' '.repeat(width + gap.length) + line);
  }
}

/** Prints a text indented; on a terminal over as many lines as it needs. */
export function printText(output: Output, text: string, indent: number): void {
  for (const line of linesOf(output, text, indent)) output.line(' '.repeat(indent) + line);
}

/** Values with colours are short, so they stay whole. */
function linesOf(output: Output, text: string, indent: number): string[] {
  if (!output.interactive || stripVTControlCharacters(text) !== text) return [text];
  return wrap(text, Math.max(20, output.columns() - indent));
}
