import type { CatalogTest } from './catalog-test.ts';

/** A test as MFTF runs it: in a suite, or alone. */
export interface PlacedTest {
  test: CatalogTest;
  suite: string | undefined;
}

/** A test in each of its suites, or alone when it has none. */
export function placements(test: CatalogTest): PlacedTest[] {
  return test.suites.length === 0
    ? [{ test, suite: undefined }]
    : test.suites.map((suite) => ({ test, suite }));
}

/** The names of a placed test in a pattern: its own, and `Suite:Test`. */
export function namesOfPlaced({ test, suite }: PlacedTest): string[] {
  return suite === undefined ? [test.name] : [test.name, `${suite}:${test.name}`];
}

/** The names of a test in a pattern. */
export function placedNames(test: CatalogTest): string[] {
  return [test.name, ...test.suites.map((suite) => `${suite}:${test.name}`)];
}
