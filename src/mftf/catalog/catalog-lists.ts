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
  kind: 'test' | 'group' | 'suite';
  name: string;
  /** Number of tests that the name selects. */
  tests: number;
  title: string | null;
}

/** Up to `limit` names that contain a text, in any case: the text itself first, then names that begin with it, then by name. */
export function completeNames(
  catalog: Catalog,
  { text, limit }: { text: string; limit: number },
): Completion[] {
  const query = text.toLowerCase();
  const { groups, suites } = countTests(catalog);
  const completions: Completion[] = [
    ...groups.map((group) => ({ kind: 'group' as const, ...group, title: null })),
    ...suites.map((suite) => ({ kind: 'suite' as const, ...suite, title: null })),
    ...[...catalog.tests.values()].map(({ name, title }) => ({
      ...{ kind: 'test' as const, name, tests: 1, title: title ?? null },
    })),
  ];
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

function countTests(catalog: Catalog): { groups: Counted[]; suites: Counted[] } {
  return {
    groups: [...catalog.groups].map(([name, members]) => ({ name, tests: members.length })),
    suites: [...catalog.suites.values()].map(({ name, tests }) => ({ name, tests: tests.length })),
  };
}
