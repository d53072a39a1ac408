import { clean } from './format.ts';
import type { Output } from './terminal.ts';

/** A column of a table: its heading, its text, and how the text is coloured once it has its width. */
export interface Column<Row> {
  heading: string;
  text: (row: Row) => string;
  colour?: (text: string, row: Row) => string;
}

/**
 * Prints rows in aligned columns under a heading. Cells are cleaned, because what is in them comes from outside.
 * The last column is not padded, and on a terminal it is cut at the edge, so that a row stays a line.
 */
export function printTable<Row>(output: Output, columns: Column<Row>[], rows: readonly Row[]): void {
  const cells = rows.map((row) => columns.map((column) => clean(column.text(row)) || '-'));
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((line) => (line[index] as string).length)),
  );
  const toWidth = (text: string, index: number) => {
    if (index < columns.length - 1) return text.padEnd(widths[index] as number);
    const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
    return output.interactive ? cut(text, Math.max(10, output.columns() - before)) : text;
  };
  const headings = columns.map(({ heading }, index) =>
    output.paint.bold(toWidth(heading.toUpperCase(), index)),
  );
  output.line(headings.join('  ').trimEnd());
  for (const [number, line] of cells.entries()) {
    const painted = line.map((text, index) => {
      const colour = columns[index]?.colour;
      const fitted = toWidth(text, index);
      return colour === undefined ? fitted : colour(fitted, rows[number] as Row);
    });
    output.line(painted.join('  ').trimEnd());
  }
}

/** Prints names and values below each other, aligned. */
export function printFields(output: Output, fields: readonly (readonly [string, string])[]): void {
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) {
    output.line(`${output.paint.bold(name.padEnd(width))}  ${value}`.trimEnd());
  }
}

/** Text of at most so many characters, with an ellipsis where it was cut. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
