import { expandValue, keptDollar } from './expand-value.ts';
import { lineFault, splitEnvFile } from './split-env-file.ts';

/** One `NAME=value` of an env file. `line` is that of the name, from 1. */
export interface EnvEntry {
  name: string;
  value: string;
  line: number;
}

/** A warning for the user: a name that occurs twice, an undefined reference, a command that is not executed. */
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
 * The most characters of all values together: by default Linux starts no process with more than 2 MiB of environment and arguments, and
 * without a bound references could fill the memory.
 */
const maxTotalLength = 2 * 1024 ** 2;

/** Each of 100,000 references may have a warning. */
const maxNotes = 1_000;

/**
 * Reads an env file as MFTF does, which is with Symfony's Dotenv since 3.8 (read in its `_bootstrap.php`). What Dotenv refuses is
 * refused, and every other text has the same values; docs/mftf.md lists the exceptions, which are few.
 *
 * Outside of single quotes `$NAME` and `${NAME}` refer to an earlier entry of the file; `resolve` may return another value. An
 * undefined reference is empty, and `$(command)` is never executed: it stays text.
 *
 * Errors: ENV_FILE_INVALID with the number of the line, never with a value.
 */
export function parseEnvFile(
  text: string,
  resolve: (name: string, earlier: string | undefined) => string | undefined = (_, earlier) => earlier,
): EnvFile {
  const entries = new Map<string, EnvEntry>();
  const notes = createNotes();
  let totalLength = 0;

  for (const { name, parts, line } of splitEnvFile(text)) {
    const value = expandValue(parts, {
      line,
      lookup: (reference) => resolve(reference, entries.get(reference)?.value),
      assign: (reference, value) => {
        entries.set(reference, { name: reference, value, line });
      },
      warn: (message) => notes.add(line, message),
    });
    totalLength += value.length;
    if (totalLength > maxTotalLength) {
      throw lineFault(line, 'the values have more than 2 MiB, which no process can be given.');
    }
    const earlier = entries.get(name);
    if (earlier && earlier.line !== line) {
      notes.add(line, `${name} replaces the value of line ${earlier.line}`);
    }
    entries.delete(name);
    entries.set(name, { name, value, line });
  }
  return {
    entries: [...entries.values()].map((entry) => ({
      ...entry,
      value: entry.value.replaceAll(keptDollar, '$'),
    })),
    notes: notes.all,
  };
}

/** Keeps each warning of a line once, and says when there are too many. */
function createNotes() {
  const all: EnvNote[] = [];
  const keys = new Set<string>();
  return {
    all,
    add(line: number, message: string): void {
      const key = `${line} ${message}`;
      if (all.length === maxNotes || keys.has(key)) return;
      keys.add(key);
      all.push({
        line,
        message: all.length < maxNotes - 1 ? message : 'there are further notes, which are left out',
      });
    },
  };
}
