import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUserName } from './access.ts';
import { nameKey } from './name-key.ts';

describe('the key of a user name', () => {
  it.each([
    ['Ada', 'ada'],
    ['ＡＤＡ', 'ada'],
    ['É', 'e\u0301'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
    ['ﬁn', 'FIN'],
  ])('is the same for %s and %s', (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other));
  });

  it.each([
    ['admİn', 'admin'],
    ['admın', 'admin'],
    ['аdmin', 'admin'],
  ])('is different for %s and %s', (one, other) => {
    expect(nameKey(one)).not.toBe(nameKey(other));
  });

  it('is its own key, and that of each lower-case and composed form of the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const key = nameKey(name);
        expect(nameKey(key)).toBe(key);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) expect(nameKey(name.normalize(form))).toBe(key);
        expect(nameKey(name.toLowerCase())).toBe(key);
      }),
    );
  });
});

it.each(['ada', 'Ada.Lovelace', 'İlker', 'ｍira', 'a@b', '7'])('accepts %s as the name of a user', (name) => {
  expect(isUserName(name)).toBe(true);
});

it.each(['', ' a', 'a b', 'a\n', '-a', '\ufdfa', '½', 'a'.repeat(101)])(
  'refuses %j as the name of a user',
  (name) => {
    expect(isUserName(name)).toBe(false);
  },
);
