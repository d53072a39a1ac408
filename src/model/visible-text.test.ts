import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hiddenCharacter, shorten, visible } from './visible-text.ts';

it('shows control characters, line ends, marks of direction and lone surrogates, and leaves other text unchanged', () => {
  expect(visible('a\r\n\0\x85\u061c\u2028\u202e\ud800b')).toBe(
    'a\\u000d\\u000a\\u0000\\u0085\\u061c\\u2028\\u202e\\ud800b',
  );
  expect(visible('Größe 😀: äöü')).toBe('Größe 😀: äöü');
});

it('is one line of well-formed text, whatever it is made from', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })),
      (text, units) => {
        const shown = visible(text + String.fromCharCode(...units));
        expect(shown).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
      },
    ),
  );
});

it.each([
  ['a\u202eb', 'U+202E'],
  ['\u2066a', 'U+2066'],
  ['a\u200f', 'U+200F'],
  ['a\u200bb', 'U+200B'],
  ['a\u00adb', 'U+00AD'],
  ['\ufeffa', 'U+FEFF'],
  ['\u3164', 'U+3164'],
  ['\u2800', 'U+2800'],
  ['a\u{e0041}', 'U+E0041'],
  ['Größe 👩‍👩‍👧 ❤️ 1️⃣: äöü', undefined],
  ['می‌خواهم 日本語 עברית क्‍ष', undefined],
  ['葛\u{e0100}城 \u1820\u180b', undefined],
])('of %j the character %s is hidden', (text, character) => {
  expect(hiddenCharacter(text)).toBe(character);
});

it('is shortened to whole characters', () => {
  expect(shorten('abc', 3)).toBe('abc');
  expect(shorten('abcd', 3)).toBe('ab…');
  expect(shorten('😀😀😀', 3)).toBe('😀😀😀');
  expect(shorten('😀'.repeat(1_000_000), 3)).toBe('😀😀…');
});
