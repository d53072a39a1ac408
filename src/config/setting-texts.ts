import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { closest, distance } from 'fastest-levenshtein';
import { toFault } from '../faults/fault.ts';
import { isMissingFile } from '../files/missing-file.ts';
import { decodeEnvFile } from '../model/env-file/decode.ts';
import { parseEnvFile } from '../model/env-file/env-file.ts';
import { readSecretFile } from './secret-file.ts';
import type { Setting } from './settings/setting.ts';
import { type SettingName, settingNames, settings } from './settings/settings.ts';

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

/**
 * Returns a function that finds the text of a setting: in the environment, else in the file of settings; that of a secret also in the
 * file that NAME_FILE names in one of them. An empty text counts as none.
 */
export function createSettingTexts(options: LoadOptions, problems: string[]) {
  const environment = options.environment ?? process.env;
  const file = readFile(options.file, environment, problems);

  return (name: SettingName): { text: string | undefined; source: SettingSource } => {
    const row: Setting<unknown> = settings[name];
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
  };

  function readFrom(path: string, fileName: string): string | undefined {
    const read = readSecretFile(path);
    if ('value' in read) return read.value || undefined;
    problems.push(`${fileName}: ${path} ${read.problem}`);
    return undefined;
  }
}

/** Whether a name is that of a setting, or of the file of a secret one. */
function isSettingName(name: string): boolean {
  if (Object.hasOwn(settings, name)) return true;
  const base = name.endsWith(fileSuffix) ? name.slice(0, -fileSuffix.length) : '';
  if (!Object.hasOwn(settings, base)) return false;
  const row: Setting<unknown> = settings[base as SettingName];
  return row.secret !== undefined;
}

function readFile(
  option: string | undefined,
  environment: Record<string, string | undefined>,
  problems: string[],
): Map<string, string> {
  const explicitPath = option ?? (environment['MATRE_CONFIG'] || undefined);
  const path = explicitPath ?? join(process.cwd(), 'matre.env');
  const values = new Map<string, string>();
  try {
    for (const { name, value, line } of parseEnvFile(decodeEnvFile(readFileSync(path))).entries) {
      if (isSettingName(name)) values.set(name, value);
      else problems.push(`${path} line ${line}: ${name} is not a setting${suggestion(name)}`);
    }
  } catch (error) {
    const isMissing = isMissingFile(error);
    if (isMissing && explicitPath === undefined) return values;
    problems.push(isMissing ? `${path}: there is no such file` : `${path}: ${toFault(error).message}`);
  }
  return values;
}

function suggestion(name: string): string {
  const nearest = closest(name.toUpperCase(), settingNames);
  return distance(name.toUpperCase(), nearest) <= name.length / 3 ? `; did you mean ${nearest}?` : '';
}
