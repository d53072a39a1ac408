import type { XmlElement } from './model.ts';

/** The actions whose result later steps may use under their step key. */
const producers = new Set([
  ...['createData', 'deleteData', 'updateData', 'getData', 'executeJS', 'magentoCLI', 'generateDate'],
  ...['formatCurrency', 'grabAttributeFrom', 'grabCookie', 'grabCookieAttributes', 'grabFromCurrentUrl'],
  ...['grabMultiple', 'grabPageSource', 'grabTextFrom', 'grabValueFrom', 'getOTP', 'helper'],
]);

/** The step keys of an action group that get the suffix of a call wherever its steps refer to them. */
export function producedKeys(steps: readonly XmlElement[]): ReadonlySet<string> {
  return new Set(
    steps.flatMap(({ tag, attributes: { stepKey } }) =>
      stepKey !== undefined && producers.has(tag) ? stepKey : [],
    ),
  );
}

/** MFTF's name of a step in a call of its action group. */
export function suffixed(stepKey: string, suffix: string): string {
  return `${stepKey}${suffix.charAt(0).toUpperCase()}${suffix.slice(1)}`;
}

const variable = /\$(\w+)/g;

/** A text of an action group with the references to its own steps renamed for a call. */
export function renameReferences(text: string, keys: ReadonlySet<string>, suffix: string): string {
  if (keys.size === 0 || !text.includes('$')) return text;
  return text.replace(variable, (all: string, name: string) =>
    keys.has(name) ? `$${suffixed(name, suffix)}` : all,
  );
}
