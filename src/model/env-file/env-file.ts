import { Fault } from '../../faults/fault.ts';
import { isVariableName } from '../environment.ts';

/** One `NAME=value` of an env file. `line` is that of the name, from 1. */
export interface EnvEntry {
  name: string;
  value: string;
  line: number;
}

/** A warning for the user: a name that occurs twice, an undefined reference. */
export interface EnvNote {
  line: number;
  message: string;
}

export interface EnvFile {
  /** In the order of the file, each name once. */
  entries: EnvEntry[];
  notes: EnvNote[];
}

/**
 * Reads an env file as MFTF does, which is with Symfony's Dotenv since 3.8 (read in its `_bootstrap.php`; Codeception takes
 * the same): comments, `export`, single quotes (literal), double quotes (`\n \r \t \" \\ \$`), quoted values over several
 * lines, the last of two equal names. Also accepted, because they are unambiguous: a byte order mark, CRLF,
 * blanks around `=`, unquoted values with blanks.
 *
 * Outside of single quotes `$NAME` and `${NAME}` refer to an earlier entry of the file; `resolve` may return another value. An
 * undefined reference is kept verbatim, and `$(command)` is never executed.
 *
 * Errors: ENV_FILE_INVALID with the number of the line, never with a value.
 */
export function parseEnvFile(
  text: string,
  resolve: (name: string, earlier: string | undefined) => string | undefined = (_, earlier) => earlier,
): EnvFile {
  const entries = new Map<string, EnvEntry>();
  const notes: EnvNote[] = [];
  const scanner = scan(text);

  for (let name = scanner.name(); name !== undefined; name = scanner.name()) {
    const { line } = scanner;
    const value = scanner.value((reference) => {
      const value = resolve(reference, entries.get(reference)?.value);
      if (value === undefined)
        notes.push({ line, message: `$${reference} is not defined before it is used` });
      return value;
    });
    const earlier = entries.get(name);
    if (earlier) {
      notes.push({ line, message: `${name} replaces the value of line ${earlier.line}` });
      entries.delete(name);
    }
    entries.set(name, { name, value, line });
  }
  return { entries: [...entries.values()], notes };
}

type Resolve = (name: string) => string | undefined;

const referencePattern = /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/y;
const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

/** Scans the text. `line` is that of the last name. */
function scan(source: string) {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  let at = 0;
  let line = 1;
  let countedTo = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) at += match[0].length;
    return match;
  };
  const fail = (message: string): never => {
    throw new Fault('ENV_FILE_INVALID', `Line ${line}: ${message}`);
  };

  /** A reference, or the `$` itself. */
  const dollar = (resolve: Resolve): string => {
    const match = take(referencePattern);
    if (match) return resolve(match[1] ?? match[2] ?? '') ?? match[0];
    at += 1;
    return '$';
  };

  const singleQuoted = (): string => {
    const match = take(/'([^']*)'/y) ?? fail("the value has no closing ' quote.");
    return match[1] ?? '';
  };

  const doubleQuoted = (resolve: Resolve): string => {
    let value = '';
    at += 1;
    for (;;) {
      value += take(/[^"\\$]*/y)?.[0] ?? '';
      const next = text[at];
      if (next === undefined) return fail('the value has no closing " quote.');
      if (next === '"') break;
      if (next === '$') value += dollar(resolve);
      else {
        // An unknown escape keeps its backslash: `"C:\data"`.
        const escaped = text[at + 1] ?? '';
        value += escapes[escaped] ?? `\\${escaped}`;
        at += 2;
      }
    }
    at += 1;
    return value;
  };

  const unquoted = (resolve: Resolve): string => {
    let value = '';
    for (;;) {
      value += take(/(?:[^\s\\$'"]|[ \t]+(?![ \t]*#|[ \t]*$))+/my)?.[0] ?? '';
      if (text[at] === '$') value += dollar(resolve);
      else if (text[at] === '\\') value += take(/\\(['"\\$])/y)?.[1] ?? take(/\\/y)?.[0] ?? '';
      else return value;
    }
  };

  return {
    get line() {
      return line;
    },

    /** Reads the next name with its `=`; `undefined` at the end of the text. */
    name(): string | undefined {
      take(/(?:\s+|#[^\n]*)*/y);
      for (; countedTo < at; countedTo += 1) if (text[countedTo] === '\n') line += 1;
      if (at >= text.length) return undefined;
      const match = take(/(?:export[ \t]+)?([^\s=#'"]+)[ \t]*=[ \t]*/y) ?? fail('expected NAME=value.');
      const name = match[1] ?? '';
      if (!isVariableName(name)) fail(`${JSON.stringify(name)} cannot be the name of a variable.`);
      return name;
    },

    /**
     * Reads the value after a name, up to the end of its line. Adjacent quoted and plain parts are one value, as in a shell.
     */
    value(resolve: Resolve): string {
      if (take(/#[^\n]*/y)) return '';
      let value = '';
      let hasQuotes = false;
      for (;;) {
        const next = text[at];
        if (next === "'") value += singleQuoted();
        else if (next === '"') value += doubleQuoted(resolve);
        else {
          const plain = unquoted(resolve);
          if (plain === '') break;
          const isNextToQuote = hasQuotes || text[at] === "'" || text[at] === '"';
          if (isNextToQuote && /[ \t]/.test(plain))
            fail('there is text next to a quote; quote the whole value.');
          value += plain;
          continue;
        }
        hasQuotes = true;
      }
      take(/[ \t]+#[^\n]*|[ \t]*/y);
      if (at < text.length && text[at] !== '\n') fail('there is text after the closing quote.');
      return value;
    },
  };
}

/**
 * Formats an env file that Symfony's Dotenv, phpdotenv 5 and `parseEnvFile` read back to the same values; it has no
 * references. Values that have a backslash or `$(` beside a single quote, a line break or `="` are written in parts,
 * which phpdotenv does not read; MFTF does not use it since 3.8.
 *
 * Errors: INPUT_INVALID for a name or value that an environment cannot contain.
 */
export function formatEnvFile(entries: Iterable<{ name: string; value: string }>): string {
  let text = '';
  for (const { name, value } of entries) {
    if (!isVariableName(name)) {
      throw new Fault('INPUT_INVALID', `${JSON.stringify(name)} cannot be the name of a variable.`);
    }
    if (value.includes('\0')) {
      throw new Fault(
        'INPUT_INVALID',
        `The value of ${name} has a zero byte, which an environment cannot contain.`,
      );
    }
    text += `${name}=${quote(value)}\n`;
  }
  return text;
}

function quote(value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value;
  // phpdotenv takes `="` anywhere in a line for the beginning of a value over several lines.
  if (!/['\n\r]|="/.test(value)) return `'${value}'`;
  // Symfony reads `"\\n"` as a backslash and a line break, and cannot escape the `$(` that is not closed.
  if (!/\\|\$\(/.test(value)) {
    return `"${value.replace(/["$]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
  }
  return value.replace(/[^'\r]+|'|\r/g, (part) => {
    if (part === "'") return `"'"`;
    return part === '\r' ? '"\\r"' : `'${part}'`;
  });
}
