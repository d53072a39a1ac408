import { groupBy } from '../../model/group-by.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogTest } from './catalog-test.ts';

/** A group or suite, and the number of its tests. */
interface Counted {
  name: string;
  tests: number;
}

/** Tests, groups and suites, each by name. */
export interface TestList {
  tests: CatalogTest[];
  groups: Counted[];
  suites: Counted[];
}

/** The tests, groups and suites whose names or titles contain a text, in any case. */
export function listTests(catalog: Catalog, { search }: { search: string }): TestList {
  const query = search.toLowerCase();
  const has = (...texts: (string | undefined)[]) => texts.some((text) => text?.toLowerCase().includes(query));
  const byName = <T extends { name: string }>(all: T[]) => all.sort((a, b) => (a.name < b.name ? -1 : 1));
  const tests = [...catalog.tests.values()].filter(({ name, title, groups, suites }) =>
    has(name, title, ...groups, ...suites),
  );
  const { groups, suites } = countTests(catalog);
  return {
    tests: byName(tests),
    groups: byName(groups.filter(({ name }) => has(name))),
    suites: byName(suites.filter(({ name }) => has(name))),
  };
}

/** A name that a selection may have. */
export interface Completion {
  kind: 'test' | 'group' | 'suite' | 'module';
  name: string;
  /** Number of tests that the name selects. */
  tests: number;
  title: string | null;
}

/**
 * Up to `limit` names that contain a text, in any case: the text itself first, then names that begin with it, then by name. `of`: of
 * tests, groups and suites, or of the modules that have tests.
 */
export function completeNames(
  catalog: Catalog,
  { text, limit, of }: { text: string; limit: number; of: 'tests' | 'modules' },
): Completion[] {
  const query = text.toLowerCase();
  const completions = of === 'modules' ? moduleNames(catalog) : selectableNames(catalog);
  const matches = completions.flatMap((completion) => {
    if (completion.name === text) return [{ completion, place: -1 }];
    const place = completion.name.toLowerCase().indexOf(query);
    return place < 0 ? [] : [{ completion, place }];
  });
  matches.sort(
    (one, other) =>
      Math.sign(one.place) - Math.sign(other.place) || (one.completion.name < other.completion.name ? -1 : 1),
  );
  return matches.slice(0, limit).map(({ completion }) => completion);
}

function selectableNames(catalog: Catalog): Completion[] {
  const { groups, suites } = countTests(catalog);
  return [
    ...groups.map((group) => ({ kind: 'group' as const, ...group, title: null })),
    ...suites.map((suite) => ({ kind: 'suite' as const, ...suite, title: null })),
    ...[...catalog.tests.values()].map(({ name, title }) => ({
      ...{ kind: 'test' as const, name, tests: 1, title: title ?? null },
    })),
  ];
}

function moduleNames(catalog: Catalog): Completion[] {
  const modules = groupBy(catalog.tests.values(), ({ moduleName }) => moduleName);
  return [...modules].flatMap(([name, { length }]) =>
    name === undefined ? [] : [{ kind: 'module' as const, name, tests: length, title: null }],
  );
}

function countTests(catalog: Catalog): { groups: Counted[]; suites: Counted[] } {
  return {
    groups: [...catalog.groups].map(([name, members]) => ({ name, tests: members.length })),
    suites: [...catalog.suites.values()].map(({ name, tests }) => ({ name, tests: tests.length })),
  };
}
