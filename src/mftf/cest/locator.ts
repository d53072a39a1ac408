import { splitTopLevel } from './php-list.ts';
import type { PhpText } from './php-text.ts';
import { CestRefusal } from './refusal.ts';

/** The distinct names in `{{name}}`, in the order of their first occurrence. */
export function parameterNames(template: string): string[] {
  if (!template.includes('{{')) return [];
  return [...new Set(Array.from(template.matchAll(/\{\{(\w+)\}\}/g), ([, name = '']) => name))];
}

/** The call of Codeception's `Locator` for the `locatorFunction` of an element, with its parameters put in. */
export function locatorCall(source: string, parameters: readonly string[], php: PhpText): string {
  const bracket = source.indexOf('(');
  const name = source.slice(0, bracket).replace(/^Locator::/, '');
  const values = new Map(parameterNames(source).map((name, index) => [name, parameters[index] ?? '']));
  const inside = source.slice(bracket + 1, source.lastIndexOf(')'));
  const all = splitTopLevel(inside).map((argument) => {
    const filled = argument.trim().replace(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? '');
    // What MFTF makes of quotes in it is not known.
    if (argument.includes('"')) throw new CestRefusal(`The locator function has quotes: ${source}.`);
    return { filled, isPhp: filled.startsWith('[') || /^\d*$/.test(filled) };
  });
  // MFTF puts quotes around each place that has the text of an argument (measured with 3.8).
  const call = `${source.slice(0, bracket)}(${all.map(({ filled }) => filled).join(', ')})`;
  if (all.some(({ filled, isPhp }) => !isPhp && call.split(filled).length > 2)) {
    throw new CestRefusal(`The text of an argument is in the locator function more than once: ${call}.`);
  }
  const list = all.map(({ filled, isPhp }) => (isPhp ? filled : php.quote(filled)));
  return `Locator::${name}(${list.join(', ')})`;
}
