import { Fault } from '../../faults/fault.ts';
import { isVariableName } from '../environment.ts';

/** A part of a value. Adjacent parts are one value, as in a shell. */
export interface ValuePart {
  quote: 'single' | 'double' | 'none';
  /** Without its quotes. References and escapes are not resolved, except `\"` and `\'` outside of quotes. */
  text: string;
}

/** `NAME=value` as written in the file. `line` is that of the name, from 1. */
export interface Assignment {
  name: string;
  parts: ValuePart[];
  line: number;
}

/** More than any program has: a file may be 100,000 lines long, and what is done for each would stop the event loop for seconds. */
const maxAssignments = 10_000;

/** What is read next. `line` is that of the last name. */
interface Cursor {
  text: string;
  at: number;
  line: number;
}

/**
 * Splits the text of an env file into names and the parts of their values, at the places where Symfony's Dotenv does. White space
 * is that of ASCII, as in PHP without a locale: a no-break space is a character of a value.
 *
 * Errors: ENV_FILE_INVALID with the number of the line, never with a value.
 */
export function splitEnvFile(source: string): Assignment[] {
  if (source.includes('\0')) throw new Fault('ENV_FILE_INVALID', 'The text has a zero byte.');
  const cursor: Cursor = { text: source.replace(/\r\n?/g, '\n'), at: 0, line: 1 };
  const assignments: Assignment[] = [];
  let countedTo = 0;
  for (;;) {
    take(cursor, /(?:[ \t\n\v\f]+|#[^\n]*)*/y);
    for (; countedTo < cursor.at; countedTo += 1) if (cursor.text[countedTo] === '\n') cursor.line += 1;
    if (cursor.at >= cursor.text.length) return assignments;
    const name = readName(cursor);
    if (assignments.length === maxAssignments) {
      throw lineFault(cursor.line, `there are more than ${maxAssignments} lines with variables before it.`);
    }
    assignments.push({ name, parts: readValue(cursor), line: cursor.line });
  }
}

/** An error of a line. */
export function lineFault(line: number, problem: string): Fault {
  return new Fault('ENV_FILE_INVALID', `Line ${line}: ${problem}`);
}

/** Moves the cursor behind a match of a sticky pattern. */
function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(cursor.text);
  if (match) cursor.at += match[0].length;
  return match;
}

/** Reads a name with its `=`. */
function readName(cursor: Cursor): string {
  const { text, line } = cursor;
  if (text[cursor.at] === '\uFEFF') {
    throw lineFault(line, 'there is a byte order mark, which MFTF cannot read; save the file without it.');
  }
  const name = take(cursor, /(?:export[ \t]+)?([A-Za-z][A-Za-z0-9_]*)/y)?.[1];
  if (name === undefined) throw lineFault(line, 'expected NAME=value; a name begins with a letter.');
  if (!isVariableName(name)) throw lineFault(line, 'the name has more than 128 characters.');
  if (text[cursor.at] === ' ' || text[cursor.at] === '\t') {
    throw lineFault(line, 'expected = right after the name, without a blank.');
  }
  if (text[cursor.at] !== '=') throw lineFault(line, 'expected = after the name.');
  cursor.at += 1;
  return name;
}

/** Reads the value after a name, up to the end of its line or to its comment. */
function readValue(cursor: Cursor): ValuePart[] {
  if (take(cursor, /[ \t]*(?:#[^\n]*)?(?=\n|$)/y)) return [];
  if (/[ \t]/.test(cursor.text[cursor.at] ?? '')) {
    throw lineFault(cursor.line, 'expected the value right after =, without a blank.');
  }
  const parts: ValuePart[] = [];
  while (cursor.at < cursor.text.length && cursor.text[cursor.at] !== '\n') {
    const next = cursor.text[cursor.at];
    if (next === "'") parts.push(readSingleQuoted(cursor));
    else if (next === '"') parts.push(readDoubleQuoted(cursor));
    else {
      parts.push(readUnquoted(cursor));
      if (cursor.text[cursor.at] === '#') break;
    }
  }
  return parts;
}

function readSingleQuoted(cursor: Cursor): ValuePart {
  const text = take(cursor, /'([^']*)'/y)?.[1];
  if (text === undefined) throw lineFault(cursor.line, "the value has no closing ' quote.");
  return { quote: 'single', text };
}

function readDoubleQuoted(cursor: Cursor): ValuePart {
  const { text, at: start } = cursor;
  let end = start;
  do {
    end = text.indexOf('"', end + 1);
    if (end < 0) throw lineFault(cursor.line, 'the value has no closing " quote.');
    // Dotenv looks at two characters only: a quote closes the value after three backslashes, as after two.
  } while (text[end - 1] === '\\' && text[end - 2] !== '\\');
  cursor.at = end + 1;
  return { quote: 'double', text: text.slice(start + 1, end) };
}

function readUnquoted(cursor: Cursor): ValuePart {
  const { text } = cursor;
  let value = '';
  let previous = text[cursor.at - 1];
  for (let next = text[cursor.at]; next !== undefined; next = text[cursor.at]) {
    if (next === '\n' || next === '"' || next === "'") break;
    if (next === '#' && (previous === ' ' || previous === '\t')) break;
    const isEscape = next === '\\' && /["']/.test(text[cursor.at + 1] ?? '');
    previous = isEscape ? text[cursor.at + 1] : next;
    value += previous;
    cursor.at += isEscape ? 2 : 1;
    // Quotes and # have no meaning within a command.
    if (previous === '$' && text[cursor.at] === '(') value += readCommand(cursor);
  }
  return { quote: 'none', text: trimEnd(value) };
}

/** Reads `(...)` with balanced parentheses, on one line. */
function readCommand(cursor: Cursor): string {
  const start = cursor.at;
  let depth = 0;
  do {
    const next = cursor.text[cursor.at];
    if (next === undefined || next === '\n') throw lineFault(cursor.line, 'the $( has no closing ).');
    if (next === '(') depth += 1;
    if (next === ')') depth -= 1;
    cursor.at += 1;
  } while (depth > 0);
  return cursor.text.slice(start, cursor.at);
}

/** Removes what PHP's `rtrim` does. No pattern: one would take quadratic time for many runs of blanks. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\n\v'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
