import { expandValue, keptDollar } from './expand-value.ts';
import { splitEnvFile } from './split-env-file.ts';

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
  const notes: EnvNote[] = [];

  for (const { name, parts, line } of splitEnvFile(text)) {
    const value = expandValue(parts, {
      line,
      lookup: (reference) => resolve(reference, entries.get(reference)?.value),
      assign: (reference, value) => {
        entries.set(reference, { name: reference, value, line });
      },
      warn: (message) => notes.push({ line, message }),
    });
    const earlier = entries.get(name);
    if (earlier && earlier.line !== line) {
      notes.push({ line, message: `${name} replaces the value of line ${earlier.line}` });
    }
    entries.delete(name);
    entries.set(name, { name, value, line });
  }
  return {
    entries: [...entries.values()].map((entry) => ({
      ...entry,
      value: entry.value.replaceAll(keptDollar, '$'),
    })),
    notes,
  };
}
