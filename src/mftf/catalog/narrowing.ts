import { createGlobMatcher, isGlob } from '../../model/glob.ts';
import type { Selection } from '../../model/selection.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogTest } from './catalog-test.ts';
import { moduleNamesOf } from './known-names.ts';
import { namesOfPlaced, type PlacedTest } from './placed-test.ts';

/** A function that returns whether a test is of the severities and modules of a selection. */
export function createNarrowing({
  severities = [],
  modules = [],
}: Selection): (test: CatalogTest) => boolean {
  const accepted = new Set<string>(severities);
  const matchesModule = createAnyMatcher(modules);
  return ({ severity, moduleName }) =>
    (severities.length === 0 || (severity !== undefined && accepted.has(severity))) &&
    (modules.length === 0 || (moduleName !== undefined && moduleNamesOf(moduleName).some(matchesModule)));
}

/** A function that returns whether a selection excludes a test in its place. */
export function createExclusion(
  catalog: Catalog,
  exclude: readonly string[],
): (placed: PlacedTest) => boolean {
  const isExcluded = createAnyMatcher(exclude);
  return (placed) =>
    namesOfPlaced(placed).some(isExcluded) ||
    (placed.suite !== undefined && isExcluded(placed.suite)) ||
    placed.test.groups.some((group) => isExcluded(group) && !catalog.suites.has(group));
}

/** A function that returns whether a text is one of the names, or matches one of the patterns among them. */
function createAnyMatcher(names: readonly string[]): (text: string) => boolean {
  const all = new Set(names);
  const matchers = [...all].filter(isGlob).map(createGlobMatcher);
  return (text) => all.has(text) || matchers.some((matches) => matches(text));
}
