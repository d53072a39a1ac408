import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitLine } from './split-line.ts';

it.each([
  ['', ['']],
  ['matre', ['matre']],
  ['matre ', ['matre', '']],
  ['matre  show  1', ['matre', 'show', '1']],
  ["matre run -g 'a b", ['matre', 'run', '-g', 'a b']],
  ['matre run -g "a \\" b" ', ['matre', 'run', '-g', 'a " b', '']],
  ['matre run -g a\\ b', ['matre', 'run', '-g', 'a b']],
  ["matre '' x", ['matre', '', 'x']],
  ['matre x\\', ['matre', 'x']],
])('splits %j as a shell does', (line, words) => {
  expect(splitLine(line)).toEqual(words);
});

it('returns the words that were quoted', () => {
  const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (words) => {
      expect(splitLine(words.map(quote).join(' '))).toEqual(words);
    }),
  );
});
