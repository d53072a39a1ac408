import { describe, expect, it } from 'vitest';
import {
  describeSelection,
  emptySelection,
  isEmptySelection,
  type Selection,
  shownNames,
  summariseSelection,
  withoutEmptyLists,
} from './selection.ts';

describe('a selection in words', () => {
  const tests = Array.from({ length: 20 }, (_, index) => `Test${index + 1}`);

  it('counts many names in a list, and has all of them elsewhere', () => {
    const selection = { ...emptySelection, tests, exclude: ['a', 'b', 'c', 'd'] };
    expect(summariseSelection(selection)).toBe('20 tests: Test1, Test2 and 18 more, without a, b and 2 more');
    expect(describeSelection(selection)).toBe(`tests ${tests.join(', ')}, without a, b, c, d`);
  });

  it('is the same in both when it has few names', () => {
    const selection = { ...emptySelection, groups: ['smoke', 'cart'], tests: ['A', 'B', 'C'], all: true };
    expect(summariseSelection(selection)).toBe('all tests; groups smoke, cart; tests A, B, C');
    expect(describeSelection(selection)).toBe('all tests; groups smoke, cart; tests A, B, C');
  });

  it('names several groups, suites or tests in the plural, and one in the singular', () => {
    expect(summariseSelection({ ...emptySelection, groups: ['checkout', 'admin'] })).toBe(
      'groups checkout, admin',
    );
    expect(summariseSelection({ ...emptySelection, groups: ['smoke'], exclude: ['A'] })).toBe(
      'group smoke, without A',
    );
    expect(summariseSelection({ ...emptySelection, suites: ['S'], tests: ['A', 'B'] })).toBe(
      'suite S; tests A, B',
    );
    expect(describeSelection({ ...emptySelection, groups: ['checkout', 'admin'] })).toBe(
      'groups checkout, admin',
    );
  });

  it('is the same from the first names of each list with their number', () => {
    const selection = { ...emptySelection, tests, groups: ['a', 'b', 'c', 'd'] };
    const first = { ...selection, tests: tests.slice(0, shownNames), groups: ['a', 'b', 'c'] };
    const lengths = { groups: 4, suites: 0, tests: 20, patterns: 0, severities: 0, modules: 0, exclude: 0 };
    expect(summariseSelection(first, lengths)).toBe(summariseSelection(selection));
  });

  it('says that skipped tests are left out', () => {
    const selection = { ...emptySelection, all: true, excludeSkipped: true };
    expect(describeSelection(selection)).toBe('all tests, without skipped tests');
    expect(summariseSelection({ ...selection, exclude: ['A'] })).toBe(
      'all tests, without A, without skipped tests',
    );
  });

  it('names patterns, and what limits the rest', () => {
    const selection: Selection = {
      ...{ ...emptySelection, patterns: ['A*'], severities: ['BLOCKER', 'MAJOR'], modules: ['Acme_Cart'] },
      exclude: ['*Slow*'],
    };
    const words = 'pattern A*; only severity BLOCKER, MAJOR; only module Acme_Cart, without *Slow*';
    expect(describeSelection(selection)).toBe(words);
    expect(summariseSelection(selection)).toBe(words);
    expect(describeSelection({ ...emptySelection, modules: ['A', 'B'] })).toBe(
      'all tests; only modules A, B',
    );
  });
});

it('has no optional list that is empty, so that its JSON is that of a selection without the list', () => {
  const selection = { ...emptySelection, groups: ['smoke'] };
  const lists = { patterns: [], severities: [], modules: undefined, excludeSkipped: false };
  expect(JSON.stringify(withoutEmptyLists({ ...selection, ...lists }))).toBe(
    JSON.stringify(withoutEmptyLists(selection)),
  );
  expect(withoutEmptyLists({ ...selection, ...lists, patterns: ['A*'] })).toEqual({
    ...selection,
    patterns: ['A*'],
  });
});

it('is empty unless it names tests, or limits all of them', () => {
  expect(isEmptySelection({ ...emptySelection, exclude: ['A'] })).toBe(true);
  const selecting: Partial<Selection>[] = [
    { patterns: ['A*'] },
    { modules: ['M'] },
    { severities: ['MINOR'] },
    { all: true },
  ];
  expect(selecting.some((each) => isEmptySelection({ ...emptySelection, ...each }))).toBe(false);
});
