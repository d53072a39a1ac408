import { Fault } from '../faults/fault.ts';
import { isSettingName, type LoadOptions, parseSetting, readSettingTexts } from './setting-texts.ts';
import { clientSettings } from './settings/client-settings.ts';
import type { Setting } from './settings/setting.ts';

/** Where the server of commands is, and what they send to it. */
export interface ClientSettings {
  url: string | undefined;
  token: string | undefined;
}

/**
 * Reads the settings of a command that talks to a server. The values of all others may be wrong, but not their names in the file: a
 * misspelled MATRE_URL would send a change to another server. Errors: one CONFIG_INVALID that names everything that is wrong.
 */
export async function loadClientSettings(options: LoadOptions = {}): Promise<ClientSettings> {
  const problems: string[] = [];
  const { lines, find } = readSettingTexts(options, problems);
  if (lines.some(({ name }) => !isSettingName(name, clientSettings))) {
    // All settings take longer to load than most commands.
    const { unknownNames } = await import('./unknown-names.ts');
    problems.push(...unknownNames(lines));
  }
  const read = <Value>(name: keyof typeof clientSettings, row: Setting<Value>): Value | undefined => {
    const { text } = find(name, row);
    return text === undefined ? undefined : parseSetting(name, row, { text, problems });
  };
  const url = read('MATRE_URL', clientSettings.MATRE_URL);
  const token = read('MATRE_TOKEN', clientSettings.MATRE_TOKEN);
  if (problems.length > 0) throw new Fault('CONFIG_INVALID', problems.join('\n'));
  return { url, token };
}
