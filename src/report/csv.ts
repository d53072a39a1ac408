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
  if (typeof value !== 'string') return String(value);
  const text = value
    .slice(0, maxCellLength)
    // Terminal colours and other control characters, and halves of characters, which UTF-8 cannot express.
    .replaceAll(/[^\P{Cc}\t\n]|\p{Cs}/gu, '');
  // A spreadsheet executes a cell that begins like a formula; the quote makes it text (OWASP, "CSV Injection").
  const inert = /^[=+\-@\t\n\uff0b\uff0d\uff1d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\n\t]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
