import { describe, expect, it } from 'vitest';
import { describeSelection, emptySelection, summariseSelection } from './selection.ts';

describe('a selection in words', () => {
  const tests = Array.from({ length: 20 }, (_, index) => `Test${index + 1}`);

  it('counts many names in a list, and has all of them elsewhere', () => {
    const selection = { ...emptySelection, tests, exclude: ['a', 'b', 'c', 'd'] };
    expect(summariseSelection(selection)).toBe('20 tests: Test1, Test2 and 18 more, without a b and 2 more');
    expect(describeSelection(selection)).toBe(`test ${tests.join(' ')}, without a b c d`);
  });

  it('is the same in both when it has few names', () => {
    const selection = { ...emptySelection, groups: ['smoke', 'cart'], tests: ['A', 'B', 'C'], all: true };
    expect(summariseSelection(selection)).toBe('all, group smoke cart, test A B C');
    expect(describeSelection(selection)).toBe('all, group smoke cart, test A B C');
  });
});
