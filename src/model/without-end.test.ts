import { expect, it } from 'vitest';
import { withoutEnd } from './without-end.ts';

it.each([
  ['http://shop.test/a//', 'http://shop.test/a'],
  ['/', ''],
  ['', ''],
  ['a/b', 'a/b'],
])('removes the slashes at the end of %j', (text, expected) => {
  expect(withoutEnd(text, '/')).toBe(expected);
});

it('takes time in proportion to the length', () => {
  // A pattern would take minutes.
  const text = `${'/'.repeat(1_000_000)}x`;
  expect(withoutEnd(text, '/')).toBe(text);
});
