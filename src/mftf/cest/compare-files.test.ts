import { expect, it } from 'vitest';
import { compareFiles } from './compare-files.ts';

const files = (entries: Record<string, string>) => new Map(Object.entries(entries));

it.each([
  ['the same files', { a: 'x\ny' }, { a: 'x\ny', b: 'more' }, undefined],
  [
    'a file that MFTF did not write',
    { a: 'x' },
    {},
    { file: 'a', line: 0, expected: 'no such file', actual: 'one' },
  ],
  ['another line', { a: 'x\n\ty' }, { a: 'x\n\tz' }, { file: 'a', line: 2, expected: 'z', actual: 'y' }],
  ['a line too many', { a: 'x\ny' }, { a: 'x' }, { file: 'a', line: 2, expected: '(end)', actual: 'y' }],
  [
    'another form of a configuration',
    { 'd/codeception.yml': 'a: [b]' },
    { 'd/codeception.yml': "a:\n  - 'b'\n" },
    undefined,
  ],
  [
    'another configuration',
    { 'd/codeception.yml': 'a: b' },
    { 'd/codeception.yml': 'a: c' },
    { file: 'd/codeception.yml', line: 1, expected: 'a: c', actual: 'a: b' },
  ],
])('finds %s', (_, own, generated, difference) => {
  expect(compareFiles(files(own), files(generated))).toEqual(difference);
});

it('shows a long line around its first difference, without control characters', () => {
  const start = 'a'.repeat(1_000);
  const match = compareFiles(files({ f: `${start}\u001bb${start}` }), files({ f: `${start}c${start}` }));
  expect(match?.actual).toMatch(/^…a{100}\\u001bba+…$/);
  expect(match?.expected).toMatch(/^…a{100}ca+…$/);
});
