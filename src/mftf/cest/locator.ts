import { splitTopLevel } from './php-list.ts';
import type { PhpText } from './php-text.ts';

/** The call of Codeception's `Locator` for the `locatorFunction` of an element, with its parameters put in. */
export function locatorCall(written: string, parameters: readonly string[], php: PhpText): string {
  const bracket = written.indexOf('(');
  const name = written.slice(0, bracket).replace(/^Locator::/, '');
  const names = [...new Set([...written.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name as string))];
  const values = new Map(names.map((name, index) => [name, parameters[index] ?? '']));
  const inside = written.slice(bracket + 1, written.lastIndexOf(')'));
  const list = splitTopLevel(inside).map((argument) => {
    const filled = argument.trim().replace(/\{\{(\w+)\}\}/g, (_, name: string) => values.get(name) ?? '');
    return filled.startsWith('[') ? filled : php.quote(filled);
  });
  return `Locator::${name}(${list.join(', ')})`;
}
