import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { createWindow, type DumpWindow, openDumpFile } from './dump-file.ts';
import {
  bytesOf,
  columnsOfTable,
  DumpSyntaxError,
  matchInsert,
  type RawValue,
  scanRow,
  scanStatement,
  skipBlanks,
} from './dump-scanner.ts';
import { columnsToRead, isSourceTable, type Source, type SourceRow, type SourceTable } from './source.ts';

const pieceBytes = 256 * 1024;

/**
 * A dump that `mariadb-dump` or `mysqldump` wrote, also compressed by gzip; read in pieces of `bytes`. Errors of reading:
 * IMPORT_SOURCE_INVALID.
 */
export function openDump(path: string, { bytes = pieceBytes }: { bytes?: number } = {}): Source {
  const columns = new Map<SourceTable, readonly string[]>();
  return {
    description: path,
    columns,
    rows: () => readDump(path, bytes, columns),
    close: async () => {},
  };
}

async function* readDump(
  path: string,
  bytes: number,
  columns: State['columns'],
): AsyncGenerator<{ table: SourceTable; row: SourceRow }> {
  const stream = await openDumpFile(path, bytes);
  const window = createWindow(stream, bytes);
  try {
    yield* readStatements(window, columns);
  } catch (error) {
    if (isFault(error, 'IMPORT_SOURCE_INVALID')) throw error;
    const problem =
      error instanceof DumpSyntaxError
        ? `cannot be read at byte ${window.offset(error.at)}: ${JSON.stringify(shownPart(window.text(), error.at))} ${error.message}`
        : `cannot be read: ${toFault(error).message}`;
    throw new Fault('IMPORT_SOURCE_INVALID', asSentence(`${path} ${problem}`), { cause: error });
  } finally {
    stream.destroy();
  }
}

/** The beginning of a part that cannot be read, up to its first text, which may be a secret. */
const shownPart = (text: string, at: number) => text.slice(at, at + 40).replace(/(['"])[\s\S]*$/, '$1');

/** What is known of the dump so far. */
interface State {
  columns: Map<SourceTable, readonly string[]>;
  /** `undefined` for bytes that are no text of the character set. */
  decode: (bytes: string) => string | undefined;
  delimiter: string;
  /** Whether the beginning announces an end that has not come yet. */
  isOpen: boolean;
}

async function* readStatements(
  window: DumpWindow,
  columns: State['columns'],
): AsyncGenerator<{ table: SourceTable; row: SourceRow }> {
  const state: State = {
    columns,
    decode: decoderOf('utf8mb4'),
    ...{ delimiter: ';', isOpen: false },
  };
  let isDump = false;
  while (await nextStatement(window, state)) {
    const insert = matchInsert(window.text(), window.position);
    if (insert) {
      isDump = true;
      window.position = insert.end;
      yield* readRows(window, state, insert);
      continue;
    }
    const delimiter = /DELIMITER[ \t]+(\S+)[^\n]*\n/iy;
    delimiter.lastIndex = window.position;
    const changed = delimiter.exec(window.text());
    if (changed) {
      state.delimiter = changed[1] ?? ';';
      window.position += changed[0].length;
      continue;
    }
    const statement = await scan(window, (text, at) => scanStatement(text, at, state.delimiter));
    if (statement === undefined) {
      if (window.text().slice(window.position).trim() === '') break;
      throw new DumpSyntaxError(window.position, 'is the beginning of a statement that does not end');
    }
    isDump = applyStatement(state, statement) || isDump;
  }
  if (state.isOpen) {
    const message = 'The dump is cut: it lacks the last line, "-- Dump completed", so rows may be missing.';
    throw new Fault('IMPORT_SOURCE_INVALID', message);
  }
  if (isDump) return;
  throw new Fault(
    'IMPORT_SOURCE_INVALID',
    'The file has no tables: it is no dump of mariadb-dump or mysqldump with INSERT statements.',
  );
}

/** Moves to the next statement, past comments; false at the end. Enough of it is in memory to tell what it is. */
async function nextStatement(window: DumpWindow, state: State): Promise<boolean> {
  for (;;) {
    const text = window.text();
    const at = skipBlanks(text, window.position);
    window.position = at;
    if (text.length - at < 4_096 && (await window.grow())) continue;
    const rest = window.text().slice(window.position, window.position + 3);
    if (rest === '') return false;
    const comment = rest.startsWith('--') || rest.startsWith('#') ? '\n' : undefined;
    const mark = comment ?? (rest.startsWith('/*') && rest[2] !== '!' ? '*/' : undefined);
    if (mark === undefined) return true;
    noteEnds(state, window.text().slice(window.position, window.position + 40));
    const end = await scan(window, (part, start) => {
      const index = part.indexOf(mark, start);
      return index < 0 ? undefined : { value: '', end: index + mark.length };
    });
    // A comment at the end of the file.
    if (end === undefined) return false;
    // The delimiter of a statement that was only a comment.
    if (window.text()[window.position] === ';') window.position += 1;
  }
}

/** Reads one part, with more of the file until the part is whole; `undefined` when the file ends within it. */
async function scan<Value>(
  window: DumpWindow,
  read: (text: string, start: number) => { value: Value; end: number } | undefined,
): Promise<Value | undefined> {
  for (;;) {
    const scanned = read(window.text(), window.position);
    if (scanned !== undefined) {
      window.position = scanned.end;
      return scanned.value;
    }
    if (!(await window.grow())) return undefined;
  }
}

/**
 * What `mariadb-dump` and `mysqldump` begin and end with: a comment, unless they were asked for none, and a setting that they save and
 * restore, unless the dump is compact. Without the end the dump was cut, perhaps between two statements, as by a full disk.
 */
const opening = /^-- (?:MariaDB|MySQL) dump |\bSET @OLD_SQL_NOTES=/;
const closing = /^-- Dump completed|\bSET SQL_NOTES=@OLD_SQL_NOTES\b/;

function noteEnds(state: State, text: string): void {
  if (opening.test(text)) state.isOpen = true;
  else if (closing.test(text)) state.isOpen = false;
}

/** Whether the statement is one of a dump. */
function applyStatement(state: State, statement: string): boolean {
  const table = columnsOfTable(statement);
  if (table && isSourceTable(table.table)) state.columns.set(table.table, table.columns);
  noteEnds(state, statement.slice(0, 80));
  const charset = /\bSET\s+NAMES\s+(\w+)/i.exec(statement)?.[1];
  if (charset !== undefined) state.decode = decoderOf(charset.toLowerCase());
  return table !== undefined;
}

/** Errors: IMPORT_SOURCE_INVALID. */
function decoderOf(charset: string): State['decode'] {
  // Always a copy: a part of the text would keep all of it in memory.
  if (['utf8', 'utf8mb3', 'utf8mb4', 'ascii', 'binary'].includes(charset)) {
    return (bytes) => {
      const buffer = Buffer.from(bytes, 'latin1');
      return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
    };
  }
  // What MySQL calls latin1 is the code page of Windows.
  if (charset === 'latin1') return (bytes) => iconv.decode(Buffer.from(bytes, 'latin1'), 'win1252');
  throw new Fault(
    'IMPORT_SOURCE_INVALID',
    `The dump is in the character set ${charset}; write it with --default-character-set=utf8mb4.`,
  );
}

async function* readRows(
  window: DumpWindow,
  state: State,
  insert: { table: string; columns: readonly string[] | undefined },
): AsyncGenerator<{ table: SourceTable; row: SourceRow }> {
  const table = isSourceTable(insert.table) ? insert.table : undefined;
  const columns = insert.columns ?? (table && state.columns.get(table));
  if (table && columns === undefined) {
    throw new Fault(
      'IMPORT_SOURCE_INVALID',
      `The dump does not say which columns ${table} has: write it with CREATE TABLE statements or --complete-insert.`,
    );
  }
  if (table && columns && !state.columns.has(table)) state.columns.set(table, columns);
  const places = table ? placesOf(table, columns ?? []) : [];
  for (;;) {
    const values = await scan(window, scanRow);
    if (values === undefined) throw new DumpSyntaxError(window.position, 'is a row that does not end');
    if (table) {
      if (values.length !== columns?.length) {
        throw new DumpSyntaxError(window.position, `follows a row of ${table} with ${values.length} values`);
      }
      yield { table, row: toRow(table, places, values, state) };
    }
    const mark = await scan(window, (text, start) => {
      const at = skipBlanks(text, start);
      return at < text.length ? { value: text[at], end: at + 1 } : undefined;
    });
    if (mark === ';') return;
    if (mark === ',') {
      await scan(window, (text, start) => {
        const at = skipBlanks(text, start);
        return at < text.length ? { value: '', end: at } : undefined;
      });
      continue;
    }
    // `ON DUPLICATE KEY UPDATE`, which tools other than mysqldump write.
    if ((await scan(window, (text, start) => scanStatement(text, start, state.delimiter))) === undefined) {
      throw new DumpSyntaxError(window.position, 'is the beginning of a statement that does not end');
    }
    return;
  }
}

type Place = readonly [name: string, index: number];

function placesOf(table: SourceTable, columns: readonly string[]): Place[] {
  const needed = columnsToRead(table);
  return columns.flatMap((name, index): Place[] => (needed.has(name) ? [[name, index]] : []));
}

function toRow(
  table: SourceTable,
  places: readonly Place[],
  values: readonly RawValue[],
  { decode }: State,
): SourceRow {
  return Object.fromEntries(
    places.map(([name, index]) => {
      const value = values[index] ?? null;
      const text = value === null ? null : decode(bytesOf(value));
      if (text === undefined) throw notInCharset(table, name);
      return [name, text];
    }),
  );
}

/** A replacement character in a name or a password would be noticed much later. */
function notInCharset(table: SourceTable, column: string): Fault {
  const message = `A value of ${table}.${column} is not UTF-8, although the dump says so.`;
  return new Fault('IMPORT_SOURCE_INVALID', message);
}
