import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toFault } from '../faults/fault.ts';
import { isMissingFile } from '../files/missing-file.ts';
import { decodeEnvFile } from '../model/env-file/decode.ts';
import { parseEnvFile } from '../model/env-file/env-file.ts';
import { readSecretFile } from './secret-file.ts';
import type { Setting } from './settings/setting.ts';

/** What follows the name of a secret setting in the name of the one with its file, as for the images of databases. */
const fileSuffix = '_FILE';

/** Where the value of a setting comes from. */
export type SettingSource = 'default' | 'file' | 'environment';

export interface LoadOptions {
  /** Environment variables, `process.env` by default. */
  environment?: Record<string, string | undefined>;
  /**
   * An env file with the same names. By default the file of MATRE_CONFIG, else `matre.env` in the current folder if it exists.
   */
  file?: string;
}

/** A line of the file of settings. */
export interface SettingLine {
  name: string;
  value: string;
  /** The file and the number of the line, for messages. */
  place: string;
}

export interface SettingTexts {
  /** The file of settings; empty without one. */
  lines: readonly SettingLine[];
  /**
   * Finds the text of a setting: in the environment, else in the file of settings; that of a secret also in the file that NAME_FILE names
   * in one of them. An empty text counts as none.
   */
  find(name: string, row: Setting<unknown>): { text: string | undefined; source: SettingSource };
}

/** Reads the file of settings. Adds what is wrong with it, and later with files of secrets, to `problems`. */
export function readSettingTexts(options: LoadOptions, problems: string[]): SettingTexts {
  const environment = options.environment ?? process.env;
  const lines = readLines(options.file, environment, problems);
  const file = new Map(lines.map(({ name, value }) => [name, value]));

  return {
    lines,
    find(name, row) {
      const fileName = name + fileSuffix;
      for (const [source, text, path] of [
        ['environment', environment[name] || environment[row.alias ?? name], environment[fileName]],
        ['file', file.get(name), file.get(fileName)],
      ] as const) {
        const secret = path && row.secret ? readFrom(path, fileName) : undefined;
        if (text && secret) problems.push(`${name} and ${fileName} exclude each other; set one of them`);
        if (text || secret) return { text: text || secret, source };
      }
      return { text: undefined, source: 'default' };
    },
  };

  function readFrom(path: string, fileName: string): string | undefined {
    const read = readSecretFile(path);
    if ('value' in read) return read.value || undefined;
    problems.push(`${fileName}: ${path} ${read.problem}`);
    return undefined;
  }
}

/** Whether a name is that of a setting of the table, or of the file of a secret one. */
export function isSettingName(name: string, table: Record<string, Setting<unknown>>): boolean {
  if (Object.hasOwn(table, name)) return true;
  const base = name.endsWith(fileSuffix) ? name.slice(0, -fileSuffix.length) : '';
  return Object.hasOwn(table, base) && table[base]?.secret !== undefined;
}

/** The value of a setting; `undefined` for one that is not valid, with an entry in `problems`. */
export function parseSetting<Value>(
  name: string,
  row: Setting<Value>,
  { text, problems }: { text: string; problems: string[] },
): Value | undefined {
  const parsed = row.schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const current = row.secret ? '' : `, not ${JSON.stringify(text)}`;
  problems.push(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'}${current}`);
  return undefined;
}

function readLines(
  option: string | undefined,
  environment: Record<string, string | undefined>,
  problems: string[],
): SettingLine[] {
  const explicitPath = option ?? (environment['MATRE_CONFIG'] || undefined);
  const path = explicitPath ?? join(process.cwd(), 'matre.env');
  try {
    return parseEnvFile(decodeEnvFile(readFileSync(path))).entries.map(({ name, value, line }) => ({
      name,
      value,
      place: `${path} line ${line}`,
    }));
  } catch (error) {
    const isMissing = isMissingFile(error);
    if (isMissing && explicitPath === undefined) return [];
    problems.push(isMissing ? `${path}: there is no such file` : `${path}: ${toFault(error).message}`);
    return [];
  }
}
