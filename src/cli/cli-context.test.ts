import { expect, it } from 'vitest';
import { collect } from './cli-context.ts';

it.each([
  ['smoke', ['smoke']],
  ['A&B', ['A&B']],
  ['café', ['café']],
  ['Iıİi', ['Iıİi']],
  ['a b', ['a b']],
  ['a, b,,c', ['a', 'b', 'c']],
  ['a\\,b', ['a,b']],
  ['a\\,b,Suite:Acme\\ATest', ['a,b', 'Suite:Acme\\ATest']],
  [',', []],
])('an option with %s has the values %j', (text, values) => {
  expect(collect(text)).toEqual(values);
  expect(collect(text, ['earlier'])).toEqual(['earlier', ...values]);
});
