import { clean } from './format.ts';
import type { Output } from './terminal.ts';

/** A column of a table. `colour` gets the text after padding, because colour codes have no width. */
export interface Column<Row> {
  heading: string;
  text: (row: Row) => string;
  colour?: (text: string, row: Row) => string;
}

/**
 * Prints rows in aligned columns under a heading. Cells are cleaned, because their content comes from outside. The last column
 * is not padded, and on a terminal it is cut at the edge, so that each row is one line.
 */
export function printTable<Row>(output: Output, columns: Column<Row>[], rows: readonly Row[]): void {
  const cells = rows.map((row) => columns.map((column) => clean(column.text(row)) || '-'));
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((line) => (line[index] as string).length)),
  );
  const fitWidth = (text: string, index: number) => {
    if (index < columns.length - 1) return text.padEnd(widths[index] as number);
    const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
    return output.interactive ? truncate(text, Math.max(10, output.columns() - before)) : text;
  };
  const headings = columns.map(({ heading }, index) =>
    output.paint.bold(fitWidth(heading.toUpperCase(), index)),
  );
  output.line(headings.join('  ').trimEnd());
  for (const [number, line] of cells.entries()) {
    const cellTexts = line.map((text, index) => {
      const colour = columns[index]?.colour;
      const padded = fitWidth(text, index);
      return colour === undefined ? padded : colour(padded, rows[number] as Row);
    });
    output.line(cellTexts.join('  ').trimEnd());
  }
}

/** Prints one name and value a line, aligned. */
export function printFields(output: Output, fields: readonly (readonly [string, string])[]): void {
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, value] of fields) {
    output.line(`${output.paint.bold(name.padEnd(width))}  ${value}`.trimEnd());
  }
}

/** Truncates text to a number of characters, with an ellipsis at the end. */
export function truncate(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
