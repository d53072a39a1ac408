import type { ReportRow } from './result-rows.ts';

/** In the order of the columns. */
const columns = [
  ...['run', 'environment', 'test', 'suite', 'attempt', 'last', 'status', 'flaky', 'quarantined'],
  ...['startedAt', 'durationMs', 'code', 'message', 'cause', 'file', 'line', 'commit', 'requestedBy'],
] as const satisfies readonly (keyof ReportRow)[];

/** A cell of Excel has at most 32,767 characters. */
const maxCellLength = 32_000;

/** The first lines of a CSV file: the mark by which Excel recognises UTF-8, and the names of the columns. */
export const csvHead = `\ufeff${columns.join(',')}\r\n`;

/** A row of a CSV file after RFC 4180. */
export const csvLine = (row: ReportRow): string =>
  `${columns.map((name) => cellOf(row[name])).join(',')}\r\n`;

function cellOf(value: ReportRow[keyof ReportRow]): string {
  if (value === null) return '';
  return typeof value === 'string' ? csvCell(value) : String(value);
}

/** A text as a cell of a CSV file, of which no spreadsheet makes a formula. */
export function csvCell(value: string): string {
  const text = value
    .slice(0, maxCellLength)
    // Terminal colours and other control characters, and halves of characters, which UTF-8 cannot express.
    .replaceAll(/[^\P{Cc}\t\n]|\p{Cs}/gu, '');
  const inert = withoutFormulas(text)
    .slice(0, maxCellLength)
    .replace(/\p{Cs}$/u, '');
  return /[",\n\t]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** Where a spreadsheet may see the beginning of a formula; more blanks, quotes or characters that are not shown make it text. */
const formulaStart = /(^|[;\t\n])([ "\p{Cf}]{0,20})(?=[=+\-@\uff0b\uff0d\uff1d\uff20])/gu;

/**
 * A spreadsheet executes a cell that begins like a formula; a quote makes it text (OWASP, "CSV Injection"). In many countries Excel
 * separates cells by semicolons: there a cell may begin in the middle of a text, after a line end too, because Excel takes quotes for
 * those of RFC 4180 only at the beginning of what it takes for a cell.
 */
const withoutFormulas = (text: string): string =>
  text.replaceAll(formulaStart, "$1$2'").replace(/^(?=[\t\n])/, "'");
