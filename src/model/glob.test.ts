import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGlobMatcher, isGlob, matchesEverything } from './glob.ts';

/** The definition, by recursion. */
function reference([symbol, ...symbols]: string[], text: string[]): boolean {
  if (symbol === undefined) return text.length === 0;
  if (symbol === '*')
    return text.some((_, at) => reference(symbols, text.slice(at))) || reference(symbols, []);
  return text.length > 0 && (symbol === '?' || symbol === text[0]) && reference(symbols, text.slice(1));
}

describe('a pattern', () => {
  it('matches as its definition says', () => {
    const symbol = fc.constantFrom('a', 'b', 'B', '*', '?', '.', '\u{1f6d2}');
    const pattern = fc.array(symbol, { maxLength: 8 });
    const text = fc.array(fc.constantFrom('a', 'b', 'B', '.', '\u{1f6d2}'), { maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (symbols, characters) => {
        const isMatch = createGlobMatcher(symbols.join(''))(characters.join(''));
        expect(isMatch).toBe(reference(symbols, characters));
      }),
      { numRuns: 5_000 },
    );
  });

  it('matches a text that was made from it', () => {
    const parts = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })));
    fc.assert(
      fc.property(parts, (pairs) => {
        const literal = (text: string) => text.replaceAll(/[*?]/g, '.');
        const pattern = pairs.map(([part]) => `${literal(part)}*`).join('');
        const text = pairs.map(([part, any]) => literal(part) + any).join('');
        expect(createGlobMatcher(pattern)(text)).toBe(true);
      }),
    );
  });

  it('takes all other characters literally, and their case', () => {
    const matcher = createGlobMatcher('Storefront*Test');
    expect(['StorefrontCartTest', 'StorefrontTest'].every(matcher)).toBe(true);
    expect(['storefrontCartTest', 'StorefrontCartTest2', 'AStorefrontTest'].some(matcher)).toBe(false);
    expect(createGlobMatcher('a.[b]')('a.[b]')).toBe(true);
    expect(createGlobMatcher('a.c')('abc')).toBe(false);
  });

  it('needs no more steps than text times pattern', () => {
    // With backtracking at every star this would take longer than the universe is old.
    expect(createGlobMatcher(`${'a*'.repeat(100)}b`)('a'.repeat(255))).toBe(false);
    expect(createGlobMatcher(`*${'?a'.repeat(100)}b`)('a'.repeat(255))).toBe(false);
  });

  it('differs from a name, and from a pattern that matches everything', () => {
    expect(['A*', '?', 'a?b'].every(isGlob)).toBe(true);
    expect(isGlob('ATest')).toBe(false);
    expect(['*', '**', '?*', '*?'].every(matchesEverything)).toBe(true);
    expect(['?', '??*', '*a', '', 'a'].some(matchesEverything)).toBe(false);
  });
});
