import { expect, it } from 'vitest';
import { filterTests, type ListedTest, matchesCondition, sortTests } from './listing.ts';

function test(name: string, fields: Partial<ListedTest> = {}): ListedTest {
  return {
    name,
    title: null,
    module: null,
    severity: null,
    groups: [],
    suites: [],
    skipped: null,
    unusable: null,
    statistics: undefined,
    ...fields,
  };
}

const statistics = (failing: number, flakiness: number | null, meanMs = 1): ListedTest['statistics'] => ({
  test: '',
  passing: 1,
  failing,
  flakiness,
  meanMs,
  lastAt: '2026-11-22T10:00:00.000Z',
});

const tests = [
  test('ATest', { title: 'A guest checks out', groups: ['smoke'], statistics: statistics(0, 0, 5) }),
  test('BTest', { suites: ['Checkout'], statistics: statistics(2, 0.5, 3) }),
  test('CTest', { skipped: 'MQE-1' }),
];
const none = { search: '', group: '', suite: '', condition: '' };
const names = (listed: ListedTest[]) => listed.map(({ name }) => name).join(' ');

it('filters tests by words of name and title, by group, suite and condition', () => {
  expect(names(filterTests(tests, none))).toBe('ATest BTest CTest');
  expect(names(filterTests(tests, { ...none, search: 'guest atest' }))).toBe('ATest');
  expect(names(filterTests(tests, { ...none, group: 'smoke' }))).toBe('ATest');
  expect(names(filterTests(tests, { ...none, suite: 'Checkout' }))).toBe('BTest');
  expect(names(filterTests(tests, { ...none, condition: 'failing' }))).toBe('BTest');
  expect(names(filterTests(tests, { ...none, condition: 'flaky' }))).toBe('BTest');
  expect(names(filterTests(tests, { ...none, condition: 'passing' }))).toBe('ATest');
  expect(names(filterTests(tests, { ...none, condition: 'never ran' }))).toBe('CTest');
  expect(names(filterTests(tests, { ...none, condition: 'skipped' }))).toBe('CTest');
  expect(names(filterTests(tests, { ...none, condition: 'nonsense' }))).toBe('ATest BTest CTest');
});

it('sorts tests without statistics last', () => {
  expect(names(sortTests(tests, 'failing'))).toBe('BTest ATest CTest');
  expect(names(sortTests(tests, 'flakiness'))).toBe('BTest ATest CTest');
  expect(names(sortTests(tests, 'duration'))).toBe('ATest BTest CTest');
  expect(names(sortTests([...tests].reverse(), 'last'))).toBe('BTest ATest CTest');
});

it('does not mark a test without flakiness as flaky', () => {
  expect(matchesCondition('flaky', test('D', { statistics: statistics(1, null) }))).toBe(false);
});
