import { rowsOfPlaywright } from './playwright-rows.ts';
import type { Catalog, TestStatistics } from './queries.ts';

/** A test of the catalog with its recent statistics. */
export type ListedTest = Catalog['tests'][number] & { statistics: TestStatistics | undefined };

export const conditions = ['failing', 'flaky', 'passing', 'skipped', 'never ran'] as const;
export type Condition = (typeof conditions)[number];

export const sorts = ['name', 'failing', 'flakiness', 'duration', 'last'] as const;
export type Sort = (typeof sorts)[number];

/** The list marks a test as flaky from this share of changed outcomes on: one in five. */
export const flakyFrom = 0.2;

export function listTests(catalog: Catalog, statistics: readonly TestStatistics[]): ListedTest[] {
  const byName = new Map(statistics.map((each) => [each.test, each]));
  return [...catalog.tests, ...rowsOfPlaywright(catalog)].map((test) => ({
    ...test,
    statistics: byName.get(test.name),
  }));
}

/** The groups or suites of the catalog, then the tags or projects of Playwright, with the number of tests of each. */
export function namesIn(catalog: Catalog, of: 'groups' | 'suites'): Catalog['groups'] {
  const counts = new Map<string, number>();
  for (const row of rowsOfPlaywright(catalog)) {
    for (const name of row[of]) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const own = new Set(catalog[of].map(({ name }) => name));
  const others = [...counts].filter(([name]) => !own.has(name));
  return [...catalog[of], ...others.map(([name, tests]) => ({ name, tests }))];
}

/** The search of a new run with a group, else a suite. */
export function runSearch(catalog: Catalog, { group, suite }: { group: string; suite: string }): string {
  const isOwn = (list: Catalog['groups'], each: string) => list.some(({ name }) => name === each);
  const search: Record<string, string> =
    group === ''
      ? { [isOwn(catalog.suites, suite) ? 'suite' : 'playwright-project']: suite }
      : { [isOwn(catalog.groups, group) ? 'group' : 'playwright-tag']: group };
  return String(new URLSearchParams(search));
}

export function matchesCondition(
  condition: Condition,
  { statistics, skipped, unusable }: ListedTest,
): boolean {
  switch (condition) {
    case 'failing':
      return (statistics?.failing ?? 0) > 0;
    case 'passing':
      return statistics !== undefined && statistics.failing === 0 && statistics.passing > 0;
    case 'flaky':
      return (statistics?.flakiness ?? 0) >= flakyFrom;
    case 'skipped':
      return skipped !== null || unusable !== null;
    case 'never ran':
      return statistics === undefined;
  }
}

export interface Filter {
  search: string;
  group: string;
  suite: string;
  condition: string;
}

export function filterTests(tests: readonly ListedTest[], filter: Filter): ListedTest[] {
  const words = filter.search.toLowerCase().split(/\s+/);
  const condition = conditions.find((each) => each === filter.condition);
  return tests.filter((test) => {
    const text = `${test.name} ${test.title ?? ''}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (filter.group === '' || test.groups.includes(filter.group)) &&
      (filter.suite === '' || test.suites.includes(filter.suite)) &&
      (condition === undefined || matchesCondition(condition, test))
    );
  });
}

/** Sorts by name in ascending order, by all other keys in descending order. Tests without statistics come last. */
export function sortTests(tests: readonly ListedTest[], sort: Sort): ListedTest[] {
  if (sort === 'name') return [...tests];
  const key = ({ statistics }: ListedTest): number => {
    if (statistics === undefined) return Number.NEGATIVE_INFINITY;
    if (sort === 'failing') return statistics.failing;
    if (sort === 'flakiness') return statistics.flakiness ?? -1;
    if (sort === 'duration') return statistics.meanMs;
    return new Date(statistics.lastAt).getTime();
  };
  const order = new Map(tests.map((test) => [test, key(test)]));
  return [...tests].sort((one, other) => {
    const [a, b] = [order.get(one) as number, order.get(other) as number];
    return a === b ? 0 : b > a ? 1 : -1;
  });
}
