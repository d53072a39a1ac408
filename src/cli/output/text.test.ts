import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningOf, truncateMiddle, wrap } from './text.ts';

describe('text for a terminal', () => {
  it('keeps the beginning and the end of a name that is truncated in the middle', () => {
    expect(truncateMiddle('AdminCreateSimpleProductTest', 15)).toBe('AdminCr…uctTest');
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const short = truncateMiddle(text, width);
        return text.length <= width ? short === text : short.length === width;
      }),
    );
  });

  it('wraps at blanks and leaves a word that is longer than a line whole', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap("is '36,00 €', was \"a b c\" doesn't it", 10)).toEqual([
      'is',
      "'36,00 €',",
      'was',
      '"a b c"',
      "doesn't it",
    ]);
    expect(wrap(`see ${'x'.repeat(12)} there`, 8)).toEqual(['see', 'x'.repeat(12), 'there']);
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 40 }),
        (text, width) => wrap(text, width).join(' ') === text,
      ),
    );
  });

  it('ends a message before a value that would be cut, when that leaves half of the room', () => {
    const message = 'Failed asserting that "36.00 USD" matches "49.00 USD" in the cart.';
    expect(beginningOf(message, 100)).toBe(message);
    expect(beginningOf(message, 50)).toBe('Failed asserting that "36.00 USD" matches…');
    expect(beginningOf(message, 30)).toBe('Failed asserting that…');
    expect(beginningOf(message, 24)).toBe('Failed asserting that…');
    expect(beginningOf(`Element ${'x'.repeat(90)} is missing.`, 40)).toHaveLength(40);
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), fc.integer({ min: 2, max: 60 }), (text, max) => {
        const beginning = beginningOf(text, max);
        return text.length <= max
          ? beginning === text
          : beginning.length <= max && text.startsWith(beginning.slice(0, -1));
      }),
    );
  });
});
