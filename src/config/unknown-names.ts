import { closest, distance } from 'fastest-levenshtein';
import { isSettingName, type SettingLine } from './setting-texts.ts';
import { settingNames, settings } from './settings/settings.ts';

/** A problem for each line of a file of settings whose name is not that of a setting. */
export function unknownNames(lines: readonly SettingLine[]): string[] {
  return lines
    .filter(({ name }) => !isSettingName(name, settings))
    .map(({ name, place }) => `${place}: ${name} is not a setting${suggestion(name)}`);
}

function suggestion(name: string): string {
  const nearest = closest(name.toUpperCase(), settingNames);
  return distance(name.toUpperCase(), nearest) <= name.length / 3 ? `; did you mean ${nearest}?` : '';
}
