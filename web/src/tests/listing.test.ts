import { expect, it } from 'vitest';
import {
  filterTests,
  type ListedTest,
  listTests,
  matchesCondition,
  namesIn,
  runSearch,
  sortTests,
} from './listing.ts';

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

it('lists tests of Playwright with their tags as groups and their projects as suites', () => {
  const cart = { name: 'cart.spec.ts › adds', file: 'cart.spec.ts', titles: ['adds'], needed: false };
  const ofProject = (project: string) => ({ ...cart, project, tags: ['@smoke'], skipped: false });
  const catalog = {
    commit: { id: 'abc', subject: '' },
    tests: [test('ATest')],
    groups: [{ name: 'smoke', tests: 1 }],
    suites: [],
    playwright: {
      ...{ commit: 'abc', listedAt: '2026-11-22T10:00:00.000Z' },
      tests: [ofProject('chromium'), ofProject('phone')],
    },
  };
  const rows = listTests(catalog, []);
  expect(rows.map(({ name, groups, suites }) => [name, groups, suites])).toEqual([
    ['ATest', [], []],
    ['cart.spec.ts › adds', ['@smoke'], ['chromium', 'phone']],
  ]);
  expect(namesIn(catalog, 'groups')).toEqual([...catalog.groups, { name: '@smoke', tests: 1 }]);
  expect(runSearch(catalog, { group: '@smoke', suite: '' })).toBe('playwright-tag=%40smoke');
  expect(runSearch(catalog, { group: '', suite: 'phone' })).toBe('playwright-project=phone');
  expect(runSearch(catalog, { group: 'smoke', suite: '' })).toBe('group=smoke');
});
