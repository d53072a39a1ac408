import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import iconv from 'iconv-lite';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
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
import { isSourceTable, type Source, type SourceRow, type SourceTable, sourceTables } from './source.ts';

/**
 * Bytes of one row or of one statement without rows. The longest of php-matre are outputs of runs, which it cuts at 100 kB; an INSERT
 * statement may have any length, because its rows are read one by one.
 */
const maxPartBytes = 64 * 1024 * 1024;
const pieceBytes = 256 * 1024;

/**
 * A dump that `mariadb-dump` or `mysqldump` wrote, also compressed by gzip; read in pieces of `bytes`. Errors of reading:
 * IMPORT_SOURCE_INVALID.
 */
export function openDump(path: string, { bytes = pieceBytes }: { bytes?: number } = {}): Source {
  return {
    description: path,
    rows: () => readDump(path, bytes),
    close: async () => {},
  };
}

async function* readDump(
  path: string,
  bytes: number,
): AsyncGenerator<{ table: SourceTable; row: SourceRow }> {
  const stream = await openStream(path, bytes);
  const window = createWindow(stream, bytes);
  try {
    yield* readStatements(window);
  } catch (error) {
    if (isFault(error, 'IMPORT_SOURCE_INVALID')) throw error;
    const problem =
      error instanceof DumpSyntaxError
        ? `cannot be read at byte ${window.offset(error.at)}: ${JSON.stringify(window.text().slice(error.at, error.at + 40))} ${error.message}`
        : `cannot be read: ${toFault(error).message}`;
    throw new Fault('IMPORT_SOURCE_INVALID', asSentence(`${path} ${problem}`), { cause: error });
  } finally {
    stream.destroy();
  }
}

/** Errors: INPUT_INVALID when there is no such file. */
async function openStream(path: string, bytes: number): Promise<Readable> {
  try {
    const file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    await file.close();
    const stream = createReadStream(path, { highWaterMark: bytes });
    if (buffer[0] !== 0x1f || buffer[1] !== 0x8b) return stream;
    const plain = createGunzip();
    stream.on('error', (error) => plain.destroy(error));
    return stream.pipe(plain);
  } catch (error) {
    throw new Fault('INPUT_INVALID', asSentence(`${path} cannot be read: ${toFault(error).message}`), {
      cause: error,
    });
  }
}

/** The part of the file that is in memory. */
interface Window {
  text(): string;
  position: number;
  /** The place in the file of an index of the text. */
  offset(index: number): number;
  /** Reads on, at least as much as there is: a part that is long is scanned a few times. False at the end of the file. */
  grow(): Promise<boolean>;
}

function createWindow(stream: Readable, bytes: number): Window {
  const pieces = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let text = '';
  let dropped = 0;
  return {
    text: () => text,
    position: 0,
    offset: (index) => dropped + index,
    async grow() {
      dropped += this.position;
      text = text.slice(this.position);
      this.position = 0;
      if (text.length > maxPartBytes) {
        throw new Fault(
          'IMPORT_SOURCE_INVALID',
          `The dump has a row or statement of more than ${maxPartBytes} bytes at byte ${dropped}.`,
        );
      }
      const added: string[] = [];
      for (let size = 0; size < Math.max(text.length, bytes); ) {
        const next = await pieces.next();
        if (next.done) break;
        added.push(next.value.toString('latin1'));
        size += next.value.length;
      }
      text += added.join('');
      return added.length > 0;
    },
  };
}

/** What is known of the dump so far. */
interface State {
  columns: Map<string, readonly string[]>;
  decode: (bytes: string) => string;
  delimiter: string;
}

async function* readStatements(window: Window): AsyncGenerator<{ table: SourceTable; row: SourceRow }> {
  const state: State = { columns: new Map(), decode: decoderOf('utf8mb4'), delimiter: ';' };
  let isDump = false;
  while (await nextStatement(window)) {
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
  if (isDump) return;
  throw new Fault(
    'IMPORT_SOURCE_INVALID',
    'The file has no tables: it is no dump of mariadb-dump or mysqldump with INSERT statements.',
  );
}

/** Moves to the next statement, past comments; false at the end. Enough of it is in memory to tell what it is. */
async function nextStatement(window: Window): Promise<boolean> {
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
  window: Window,
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

/** Whether the statement is one of a dump. */
function applyStatement(state: State, statement: string): boolean {
  const table = columnsOfTable(statement);
  if (table) state.columns.set(table.table, table.columns);
  const charset = /\bSET\s+NAMES\s+(\w+)/i.exec(statement)?.[1];
  if (charset !== undefined) state.decode = decoderOf(charset.toLowerCase());
  return table !== undefined;
}

/** Errors: IMPORT_SOURCE_INVALID. */
function decoderOf(charset: string): State['decode'] {
  // Always a copy: a part of the text would keep all of it in memory.
  if (['utf8', 'utf8mb3', 'utf8mb4', 'ascii', 'binary'].includes(charset)) {
    return (bytes) => Buffer.from(bytes, 'latin1').toString('utf8');
  }
  // What MySQL calls latin1 is the code page of Windows.
  if (charset === 'latin1') return (bytes) => iconv.decode(Buffer.from(bytes, 'latin1'), 'win1252');
  throw new Fault(
    'IMPORT_SOURCE_INVALID',
    `The dump is in the character set ${charset}; write it with --default-character-set=utf8mb4.`,
  );
}

async function* readRows(
  window: Window,
  state: State,
  { table, columns = state.columns.get(table) }: { table: string; columns: readonly string[] | undefined },
): AsyncGenerator<{ table: SourceTable; row: SourceRow }> {
  const isRead = isSourceTable(table);
  if (isRead && columns === undefined) {
    throw new Fault(
      'IMPORT_SOURCE_INVALID',
      `The dump does not say which columns ${table} has: write it with CREATE TABLE statements or --complete-insert.`,
    );
  }
  const places = isRead ? placesOf(table, columns ?? []) : [];
  for (;;) {
    const values = await scan(window, scanRow);
    if (values === undefined) throw new DumpSyntaxError(window.position, 'is a row that does not end');
    if (isRead) {
      if (values.length !== columns?.length) {
        throw new DumpSyntaxError(window.position, `follows a row of ${table} with ${values.length} values`);
      }
      yield { table, row: toRow(places, values, state) };
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
  const needed: readonly string[] = sourceTables[table];
  return columns.flatMap((name, index): Place[] => (needed.includes(name) ? [[name, index]] : []));
}

function toRow(places: readonly Place[], values: readonly RawValue[], { decode }: State): SourceRow {
  return Object.fromEntries(
    places.map(([name, index]) => {
      const value = values[index] ?? null;
      return [name, value === null ? null : decode(bytesOf(value))];
    }),
  );
}
