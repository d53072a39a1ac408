import { Fault } from '../../faults/fault.ts';
import { createGlobMatcher } from '../../model/glob.ts';
import {
  describeSelection,
  isEmptySelection,
  namesTests,
  type PlannedTest,
  type Selection,
} from '../../model/selection.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogTest } from './catalog-test.ts';
import { assertKnown, splitName } from './known-names.ts';
import { cestFile } from './names.ts';
import { createExclusion, createNarrowing } from './narrowing.ts';
import { namesOfPlaced, type PlacedTest, placements } from './placed-test.ts';

export interface ResolvedSelection {
  /** The tests to execute, in this order. */
  tests: PlannedTest[];
  /** The `tests` that MFTF will skip, and why. */
  skipped: { test: string; because: string }[];
  /** Tests that are left out, because the module marks them as skipped and the selection excludes these. */
  excludedSkipped: { test: string; because: string }[];
  /** Named tests that belong to suites, which MFTF never runs alone. */
  inSuites: { test: string; suites: string[] }[];
  /** Tests that a group, a suite or `all` selects, but MFTF cannot generate. */
  unusable: { test: string; because: string }[];
  /** Selected tests of modules that are not enabled in the shop, which MFTF does not read. */
  disabled: { test: string; reason: string }[];
  /** The patterns of the selection, without exclusions, and how many tests each matches. */
  patterns: PatternMatches[];
}

export interface PatternMatches {
  pattern: string;
  tests: number;
  /** It matches all tests, of which there are several. */
  matchesAll: boolean;
}

/**
 * The tests that MFTF would run for a selection (`run:test`, `run:group`, `generate:tests`; 3.8 to 5.3 agree):
 *
 * - a test that belongs to suites runs once in each of them and never alone; `Suite:Test` selects one suite;
 * - of a group, a test in suites runs in the first of them only; a group may be the name of a suite, which means all of it;
 * - all: every test without a suite alone, then every suite;
 * - a pattern: all tests whose names match, as if each were named; patterns of `Suite:Test` select these places only;
 * - severities and modules, which are ours as well: of all that, or of all tests, only those of one of the severities and one of the
 *   modules.
 *
 * A selection may leave out the tests that the module marks as skipped; MFTF would generate them and skip them.
 *
 * Named tests come first, in their order; then the rest by file name, and then suites by name with their tests by file name, which
 * is the order of Codeception.
 *
 * In a catalog of enabled modules, a name of another module is known and selects nothing. `tests` is empty only when `disabled` is
 * not.
 *
 * Throws SELECTION_EMPTY, SELECTION_UNKNOWN (up to ten unknown names in one message, each with the nearest known ones), and
 * MODULE_INVALID for a named test that MFTF cannot generate.
 */
export function resolveSelection(catalog: Catalog, selection: Selection): ResolvedSelection {
  if (isEmptySelection(selection)) throw new Fault('SELECTION_EMPTY', 'No tests were selected.');
  assertKnown(catalog.whole ?? catalog, selection);
  for (const name of selection.tests) assertUsable(catalog, name);

  const remaining = place(catalog, selection);
  const disabled = disabledTests(catalog, selection, remaining);
  const excluded = selection.excludeSkipped ? remaining.filter(({ test }) => test.skip !== undefined) : [];
  const usable = remaining.filter(
    (placed) => placed.test.unusable === undefined && !excluded.includes(placed),
  );
  const unusable = remaining.flatMap(({ test }) =>
    test.unusable ? [{ test: test.name, because: test.unusable }] : [],
  );
  if (usable.length === 0 && disabled.length === 0) {
    const first = unusable[0];
    const why = first
      ? `${first.test}, for example, cannot be generated: ${first.because}`
      : excluded.length > 0
        ? `the module marks all of ${excluded.length} as skipped`
        : describeEmpty(catalog, selection);
    throw new Fault(
      'SELECTION_EMPTY',
      `"${describeSelection(selection)}" leaves no test to execute; ${why}.`,
    );
  }
  const ordered = inOrder(usable, selection.tests);
  return {
    tests: ordered.map(({ test, suite }) => ({ name: test.name, suite })),
    skipped: skipReasons(ordered),
    excludedSkipped: skipReasons(excluded),
    inSuites: namedInSuites(catalog, selection.tests),
    unusable,
    disabled,
    patterns: distinct(selection.patterns ?? []).map((pattern) => countMatches(catalog, pattern)),
  };
}

/** The tests among these that the module marks as skipped, and why. */
function skipReasons(placed: readonly PlacedTest[]): ResolvedSelection['skipped'] {
  return placed.flatMap(({ test }) =>
    test.skip ? [{ test: test.name, because: test.skip.join(', ') }] : [],
  );
}

/** The tests that are named without a suite, and belong to suites. */
function namedInSuites(catalog: Catalog, names: readonly string[]): ResolvedSelection['inSuites'] {
  return [...new Set(names)].flatMap((name) => {
    const suites = catalog.tests.get(name)?.suites ?? [];
    return suites.length > 0 ? [{ test: name, suites }] : [];
  });
}

/** Why a selection covers no test. */
function describeEmpty(catalog: Catalog, selection: Selection): string {
  const { length: selected } = placeSelected(catalog, selection);
  const isCovered = createNarrowing(selection);
  const { length: covered } = placeSelected(catalog, selection).filter(({ test }) => isCovered(test));
  if (covered > 0) return `its exclusions leave out all of ${covered}`;
  return selected > 0 ? `none of ${selected} is of these severities and modules` : 'it covers none';
}

function countMatches(catalog: Catalog, pattern: string): PatternMatches {
  const { size: tests } = new Set(placeMatches(catalog, pattern).map(({ test }) => test));
  return { pattern, tests, matchesAll: tests > 1 && tests === catalog.tests.size };
}

/** A sentence about each pattern that matches all tests. */
export function describeWidePatterns(patterns: readonly PatternMatches[]): string[] {
  return patterns
    .filter(({ matchesAll }) => matchesAll)
    .map(
      ({ pattern, tests }) =>
        `The pattern "${pattern}" matches all ${tests} tests. Use a longer pattern, or select all tests (--all).`,
    );
}

/** The tests that a selection covers, those that MFTF cannot generate included. */
function place(catalog: Catalog, selection: Selection): PlacedTest[] {
  const isCovered = createNarrowing(selection);
  const isExcluded = createExclusion(catalog, selection.exclude);
  return placeSelected(catalog, selection).filter((placed) => isCovered(placed.test) && !isExcluded(placed));
}

/** The tests that a selection names, or all. */
function placeSelected(catalog: Catalog, selection: Selection): PlacedTest[] {
  const selected = [
    ...distinct(selection.tests).flatMap((name) => placeNamed(catalog, name)),
    ...distinct(selection.groups).flatMap((name) =>
      catalog.suites.has(name) ? placeSuite(catalog, name) : placeGroup(catalog, name),
    ),
    ...distinct(selection.suites).flatMap((name) => placeSuite(catalog, name)),
    ...distinct(selection.patterns ?? []).flatMap((pattern) => placeMatches(catalog, pattern)),
    ...(selection.all || !namesTests(selection) ? placeAll(catalog) : []),
  ];
  return unique(selected);
}

/** A name may be given thousands of times, and each group may have all tests. */
const distinct = (names: string[]) => [...new Set(names)];

/** The tests that a selection would cover if all modules were enabled, and does not cover in `catalog`. */
function disabledTests(
  catalog: Catalog,
  selection: Selection,
  covered: PlacedTest[],
): ResolvedSelection['disabled'] {
  const { whole } = catalog;
  if (whole === undefined) return [];
  const names = new Set(covered.map(({ test }) => test.name));
  const others = new Map(place(whole, selection).map(({ test }) => [test.name, test]));
  const modules = new Map(whole.files.map(({ path, module }) => [path, module]));
  return [...others.values()]
    .filter(({ name }) => !names.has(name))
    .map(({ name, files: [file = ''] }) => ({
      test: name,
      reason: catalog.tests.has(name)
        ? 'what selects it belongs to a module that is not enabled in the shop'
        : `its module ${modules.get(file) ?? ''} is not enabled in the shop`,
    }));
}

const maxListedTests = 10;

/** Sentences about named tests that belong to suites: what happens, and how to select something else. */
export function describeInSuites(inSuites: ResolvedSelection['inSuites']): string[] {
  const sentences = inSuites.slice(0, maxListedTests).map(({ test, suites }) => {
    const [suite = ''] = suites;
    if (suites.length === 1)
      return `${test} belongs to the suite ${suite}: it runs between the before and after of the suite, never alone. The whole suite is --suite ${suite}.`;
    const listed = suites.slice(0, maxListedTests).join(', ');
    return `${test} belongs to the suites ${listed}: it runs in each of them, never alone. ${suite}:${test} selects one.`;
  });
  const more = inSuites.length - sentences.length;
  return more > 0 ? [...sentences, `${more} more named tests belong to suites.`] : sentences;
}

/** A sentence about the tests that are left out because they are skipped, if there are any. */
export function describeExcludedSkipped(excluded: ResolvedSelection['excludedSkipped']): string[] {
  if (excluded.length === 0) return [];
  const listed = excluded.slice(0, maxListedTests).map(({ test, because }) => `${test} (${because})`);
  const more = excluded.length > listed.length ? ` and ${excluded.length - listed.length} more` : '';
  return [`Left out, because the module marks them as skipped: ${listed.join(', ')}${more}.`];
}

/** A sentence about the tests that are left out because of their modules, by module; `undefined` without any. */
export function describeDisabled(disabled: ResolvedSelection['disabled']): string | undefined {
  if (disabled.length === 0) return undefined;
  const listed = disabled.slice(0, maxListedTests).map(({ test, reason }) => `${test} (${reason})`);
  const more = disabled.length > listed.length ? ` and ${disabled.length - listed.length} more` : '';
  return `Left out, as by MFTF without --force: ${listed.join(', ')}${more}.`;
}

/** Throws MODULE_INVALID for a named test that MFTF cannot generate. */
function assertUsable(catalog: Catalog, name: string): void {
  const test = catalog.tests.get(splitName(name)[1]);
  if (test?.unusable === undefined) return;
  throw new Fault(
    'MODULE_INVALID',
    `MFTF cannot generate ${test.name}: ${test.unusable} (${test.files.join(', ')}).`,
  );
}

function placeNamed(catalog: Catalog, name: string): PlacedTest[] {
  const [suiteName, testName] = splitName(name);
  const test = catalog.tests.get(testName);
  if (test === undefined) return [];
  if (suiteName) {
    return catalog.suites.get(suiteName)?.tests.includes(testName) ? [{ test, suite: suiteName }] : [];
  }
  return placements(test);
}

function placeMatches(catalog: Catalog, pattern: string): PlacedTest[] {
  const matches = createGlobMatcher(pattern);
  return [...catalog.tests.values()]
    .flatMap(placements)
    .filter((placed) => namesOfPlaced(placed).some(matches));
}

function placeGroup(catalog: Catalog, group: string): PlacedTest[] {
  return testsOf(catalog, catalog.groups.get(group) ?? []).map((test) => ({ test, suite: test.suites[0] }));
}

function placeSuite(catalog: Catalog, suite: string): PlacedTest[] {
  return testsOf(catalog, catalog.suites.get(suite)?.tests ?? []).map((test) => ({ test, suite }));
}

function placeAll(catalog: Catalog): PlacedTest[] {
  const alone = [...catalog.tests.values()].filter((test) => test.suites.length === 0);
  return [
    ...alone.map((test) => ({ test, suite: undefined })),
    ...[...catalog.suites.keys()].flatMap((suite) => placeSuite(catalog, suite)),
  ];
}

function testsOf(catalog: Catalog, names: string[]): CatalogTest[] {
  return names.map((name) => catalog.tests.get(name)).filter((test) => test !== undefined);
}

function unique(placed: PlacedTest[]): PlacedTest[] {
  return [...new Map(placed.map((item) => [`${item.suite ?? ''}:${item.test.name}`, item])).values()];
}

function inOrder(placed: PlacedTest[], named: string[]): PlacedTest[] {
  const rank = new Map(named.map((name, index) => [name, index] as const).reverse());
  const key = ({ test, suite }: PlacedTest) => ({
    suite: suite ?? '',
    named: suite === undefined ? (rank.get(test.name) ?? named.length) : 0,
    file: cestFile(test.name),
  });
  const compare = <T>(a: T, b: T) => (a < b ? -1 : a > b ? 1 : 0);
  return placed
    .map((item) => ({ item, key: key(item) }))
    .sort(
      ({ key: a }, { key: b }) => compare(a.suite, b.suite) || a.named - b.named || compare(a.file, b.file),
    )
    .map(({ item }) => item);
}
