import { Fault } from '../faults/fault.ts';
import { hideCredentials } from '../model/address/dsn.ts';
import { arrangeConfig } from './arrange-config.ts';
import type { Config, SettingEntry } from './config.ts';
import { type LoadOptions, parseSetting, readSettingTexts } from './setting-texts.ts';
import type { Setting } from './settings/setting.ts';
import { type SettingName, type SettingValues, settingNames, settings } from './settings/settings.ts';
import { unknownNames } from './unknown-names.ts';

/**
 * Reads the settings: the environment takes precedence over the file, an empty value counts as none. Errors: one
 * CONFIG_INVALID that names everything that is wrong.
 */
export function loadConfig(options: LoadOptions = {}): Config {
  const problems: string[] = [];
  const { lines, find } = readSettingTexts(options, problems);
  problems.push(...unknownNames(lines));
  const values: Partial<Record<SettingName, unknown>> = {};
  const entries: SettingEntry[] = [];

  for (const name of settingNames) {
    const row: Setting<unknown> = settings[name];
    const { text: ownText, source } = find(name, row);
    const text = ownText ?? row.default;
    entries.push({
      name,
      group: row.group,
      description: row.description,
      value: text === undefined ? undefined : hideSecrets(row, text),
      source,
    });
    if (text !== undefined) values[name] = parseSetting(name, row, { text, problems });
  }

  // Each value is parsed or `undefined` now, or there is a problem and no configuration is returned.
  const config = { ...arrangeConfig(values as SettingValues, problems), entries };
  if (problems.length > 0) throw new Fault('CONFIG_INVALID', problems.join('\n'));
  return config;
}

/** Every setting with its value, secrets hidden, and where the value comes from. */
export function describeConfig(config: Config): SettingEntry[] {
  return config.entries;
}

function hideSecrets(row: Setting<unknown>, text: string): string {
  if (row.secret === 'whole') return '[hidden]';
  return row.secret === 'credentials' ? hideCredentials(text) : text;
}
