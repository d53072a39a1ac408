/**
 * The parts of a dump of MariaDB or MySQL that matter here. Texts are scanned as bytes (one character for each), because bytes of UTF-8
 * and latin1 never look like quotes.
 */

/** A value of an INSERT statement, not decoded yet; null for NULL. */
export type RawValue = { text: string; quoted: boolean } | { hex: string } | null;

/** A part that was read, and where the next begins; `undefined` when the text ends within it. */
export type Scanned<Value> = { value: Value; end: number } | undefined;

/** What is not as a dump has it, with its place in the text. */
export class DumpSyntaxError extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

const quote = /['\\]/g;

/** The index after a quoted text that begins before `start`; `undefined` when it does not end. */
function endOfText(text: string, start: number): number | undefined {
  for (let at = start; ; ) {
    quote.lastIndex = at;
    const index = quote.exec(text)?.index;
    if (index === undefined || index + 1 >= text.length) return undefined;
    const isEscape = text[index] === '\\' || text[index + 1] === "'";
    if (!isEscape) return index + 1;
    at = index + 2;
  }
}

const blanks = /[ \t\r\n]*/y;

export function skipBlanks(text: string, start: number): number {
  blanks.lastIndex = start;
  return start + (blanks.exec(text)?.[0].length ?? 0);
}

/** NULL, a number, a hexadecimal text, or the introducer of a quoted one (`_binary `, `_utf8mb4 `). */
const plainValue = /NULL|0x[0-9A-Fa-f]*|[xX](?=')|-?[0-9.]+(?:[eE][+-]?\d+)?|_[a-z0-9]+[ \t]*(?=')/y;

function scanValue(text: string, start: number): Scanned<RawValue> {
  if (text[start] === "'") {
    const end = endOfText(text, start + 1);
    return end === undefined
      ? undefined
      : { value: { text: text.slice(start + 1, end - 1), quoted: true }, end };
  }
  plainValue.lastIndex = start;
  const plain = plainValue.exec(text)?.[0];
  if (plain === undefined) {
    // Half of a word at the end of the text may become one.
    if (text.length - start < 64) return undefined;
    throw new DumpSyntaxError(start, 'is not a value');
  }
  const end = start + plain.length;
  // A number may continue in the next piece.
  if (end >= text.length) return undefined;
  if (plain === 'NULL') return { value: null, end };
  if (plain.startsWith('0x')) return { value: { hex: plain.slice(2) }, end };
  if (plain.startsWith('_')) return scanValue(text, end);
  if (plain === 'x' || plain === 'X') {
    const hex = scanValue(text, end);
    return hex && { value: { hex: (hex.value as { text: string }).text }, end: hex.end };
  }
  return { value: { text: plain, quoted: false }, end };
}

/** Reads `(value,...)`. Errors: DumpSyntaxError. */
export function scanRow(text: string, start: number): Scanned<RawValue[]> {
  if (text[start] !== '(') throw new DumpSyntaxError(start, 'is not a row');
  const values: RawValue[] = [];
  for (let at = skipBlanks(text, start + 1); ; ) {
    const scanned = scanValue(text, at);
    if (scanned === undefined) return undefined;
    values.push(scanned.value);
    at = skipBlanks(text, scanned.end);
    if (at >= text.length) return undefined;
    if (text[at] === ')') return { value: values, end: at + 1 };
    if (text[at] !== ',') throw new DumpSyntaxError(at, 'is not the end of a value');
    at = skipBlanks(text, at + 1);
  }
}

const special = /['"`#;\n]|--[ \t\r\n]|\/\*/g;

/** The end of a statement that is skipped: after its delimiter, outside of quotes and comments. */
export function scanStatement(text: string, start: number, delimiter: string): Scanned<string> {
  for (let at = start; ; ) {
    if (delimiter !== ';' && text.startsWith(delimiter, at)) {
      return { value: text.slice(start, at), end: at + delimiter.length };
    }
    special.lastIndex = at;
    const match = special.exec(text);
    if (match === null) return undefined;
    const { index } = match;
    // Not in all of the text: that would be read again for each line of a statement.
    const custom = delimiter === ';' ? -1 : text.slice(at, index + delimiter.length).indexOf(delimiter);
    if (custom >= 0) {
      const end = at + custom;
      return { value: text.slice(start, end), end: end + delimiter.length };
    }
    const end = endOfSpecial(text, index, match[0]);
    if (end === undefined) return undefined;
    if (match[0] === ';' && delimiter === ';') return { value: text.slice(start, index), end };
    at = end;
  }
}

/** The index after a quoted text, a comment or another character; `undefined` when it does not end. */
function endOfSpecial(text: string, index: number, match: string): number | undefined {
  if (match === "'") return endOfText(text, index + 1);
  if (match === '"' || match === '`') return endAfter(text, index + 1, match);
  if (match === '#' || match.startsWith('--')) return endAfter(text, index, '\n');
  // What is in a conditional comment (`/*!40101 ... */`) is part of the statement.
  if (match === '/*') return text[index + 2] === '!' ? index + 3 : endAfter(text, index + 2, '*/');
  return index + 1;
}

function endAfter(text: string, start: number, mark: string): number | undefined {
  const index = text.indexOf(mark, start);
  return index < 0 ? undefined : index + mark.length;
}

const insertHead =
  /(?:INSERT(?:\s+(?:IGNORE|DELAYED|LOW_PRIORITY|HIGH_PRIORITY))*|REPLACE)\s+INTO\s+(?:`[^`]+`\.)?`?(\w+)`?\s*(?:\(([^)]*)\)\s*)?VALUES\s*/iy;

/** The beginning of an INSERT statement up to its first row; `undefined` when the text is no such. */
export function matchInsert(
  text: string,
  start: number,
): { table: string; columns: string[] | undefined; end: number } | undefined {
  insertHead.lastIndex = start;
  const match = insertHead.exec(text);
  if (match === null) return undefined;
  const [head, table = '', columns] = match;
  return { table, columns: columns === undefined ? undefined : namesIn(columns), end: start + head.length };
}

const namesIn = (list: string) => list.split(',').map((name) => name.trim().replaceAll('`', ''));

/** The columns of a CREATE TABLE statement in their order; `undefined` for another statement. */
export function columnsOfTable(statement: string): { table: string; columns: string[] } | undefined {
  const table = /^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:`[^`]+`\.)?`(\w+)`/i.exec(statement)?.[1];
  if (table === undefined) return undefined;
  const columns = Array.from(statement.matchAll(/^[ \t]*`([^`]+)`[ \t]+\w/gm), ([, name = '']) => name);
  return { table, columns };
}

const escapes: Readonly<Record<string, string>> = { 0: '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\x1a' };

/** The bytes of a value that is not NULL, one character for each. */
export function bytesOf(value: NonNullable<RawValue>): string {
  if ('hex' in value) return Buffer.from(value.hex, 'hex').toString('latin1');
  if (!value.quoted || !/['\\]/.test(value.text)) return value.text;
  return value.text.replace(/\\([\s\S])|''/g, (_, escaped?: string) =>
    escaped === undefined ? "'" : (escapes[escaped] ?? escaped),
  );
}
