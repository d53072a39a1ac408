import type { XmlElement } from './model.ts';

/** The actions whose result later steps may use under their step key. */
const producers = new Set([
  ...['createData', 'deleteData', 'updateData', 'getData', 'executeJS', 'magentoCLI', 'generateDate'],
  ...['formatCurrency', 'grabAttributeFrom', 'grabCookie', 'grabCookieAttributes', 'grabFromCurrentUrl'],
  ...['grabMultiple', 'grabPageSource', 'grabTextFrom', 'grabValueFrom', 'getOTP', 'return'],
]);

/** The step keys of an action group that get the suffix of a call where its steps refer to them. */
export function producedKeys(steps: Iterable<XmlElement>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { tag, attributes } of steps) {
    if (attributes['stepKey'] !== undefined && producers.has(tag)) keys.add(attributes['stepKey']);
  }
  return keys;
}

/** MFTF's name of a step in a call of its action group. */
export function suffixed(stepKey: string, suffix: string): string {
  return `${stepKey}${suffix.charAt(0).toUpperCase()}${suffix.slice(1)}`;
}

/** A field of created data, or a variable. */
const dataOrVariable = /\$\$?\w+\.[\w.[\]]+\$\$?|\$(\w+)/g;
const variable = /\$(\w+)/g;

/**
 * A text of an action group with the variables of its own steps renamed for a call. `$created.field$` keeps its name, except in the
 * places where MFTF renames that, too: `everywhere` (measured with 3.8).
 */
export function renameVariables(
  text: string,
  { keys, suffix, everywhere }: { keys: ReadonlySet<string>; suffix: string; everywhere: boolean },
): string {
  if (keys.size === 0 || !text.includes('$')) return text;
  return text.replace(everywhere ? variable : dataOrVariable, (all: string, name: string | undefined) =>
    name !== undefined && keys.has(name) ? `$${suffixed(name, suffix)}` : all,
  );
}
