import { distance } from 'fastest-levenshtein';
import { Fault } from '../../faults/fault.ts';
import {
  describeSelection,
  isEmptySelection,
  type PlannedTest,
  type Selection,
} from '../../model/selection.ts';
import type { Catalog } from './catalog.ts';
import type { CatalogTest } from './catalog-test.ts';
import { cestFile } from './names.ts';

export interface ResolvedSelection {
  /** The tests to execute, in this order. */
  tests: PlannedTest[];
  /** The `tests` that MFTF will skip, and why. */
  skipped: { test: string; because: string }[];
  /** Tests that a group, a suite or `all` selects, but MFTF cannot generate. */
  unusable: { test: string; because: string }[];
  /** Selected tests of modules that are not enabled in the shop, which MFTF does not read. */
  disabled: { test: string; reason: string }[];
}

type Kind = 'test' | 'group' | 'suite';
/** A test as MFTF runs it: in a suite, or alone. */
type PlacedTest = { test: CatalogTest; suite: string | undefined };

/**
 * The tests that MFTF would run for a selection (`run:test`, `run:group`, `generate:tests`; 3.8 to 5.3 agree):
 *
 * - a test that belongs to suites runs once in each of them and never alone; `Suite:Test` selects one suite;
 * - of a group, a test in suites runs in the first of them only; a group may be the name of a suite, which means all of it;
 * - all: every test without a suite alone, then every suite.
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
  const usable = remaining.filter(({ test }) => test.unusable === undefined);
  const unusable = remaining.flatMap(({ test }) =>
    test.unusable ? [{ test: test.name, because: test.unusable }] : [],
  );
  if (usable.length === 0 && disabled.length === 0) {
    const first = unusable[0];
    const why = first ? `; ${first.test}, for example, cannot be generated: ${first.because}` : '';
    throw new Fault('SELECTION_EMPTY', `"${describeSelection(selection)}" leaves no test to execute${why}.`);
  }
  const ordered = inOrder(usable, selection.tests);
  return {
    tests: ordered.map(({ test, suite }) => ({ name: test.name, suite })),
    skipped: ordered.flatMap(({ test }) =>
      test.skip ? [{ test: test.name, because: test.skip.join(', ') }] : [],
    ),
    unusable,
    disabled,
  };
}

/** The tests that a selection covers, those that MFTF cannot generate included. */
function place(catalog: Catalog, selection: Selection): PlacedTest[] {
  const selected = [
    ...distinct(selection.tests).flatMap((name) => placeNamed(catalog, name)),
    ...distinct(selection.groups).flatMap((name) =>
      catalog.suites.has(name) ? placeSuite(catalog, name) : placeGroup(catalog, name),
    ),
    ...distinct(selection.suites).flatMap((name) => placeSuite(catalog, name)),
    ...(selection.all ? placeAll(catalog) : []),
  ];
  const excluded = exclusion(catalog, selection.exclude);
  return unique(selected).filter((placed) => !excluded(placed));
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
  return test.suites.length === 0
    ? [{ test, suite: undefined }]
    : test.suites.map((suite) => ({ test, suite }));
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

function exclusion(catalog: Catalog, names: string[]): (placed: PlacedTest) => boolean {
  const excluded = new Set(names);
  return ({ test, suite }) =>
    excluded.has(test.name) ||
    (suite !== undefined && (excluded.has(suite) || excluded.has(`${suite}:${test.name}`))) ||
    test.groups.some((group) => excluded.has(group) && !catalog.suites.has(group));
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

function splitName(name: string): [suite: string | undefined, test: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Further unknown names are not described: comparing a name with those of a large catalog takes a tenth of a second. */
const maxDescribedNames = 10;

function assertKnown(catalog: Catalog, { tests, groups, suites, exclude }: Selection): void {
  const checks: [names: string[], describe: (name: string) => string | undefined][] = [
    [tests, (name) => describeUnknownTest(catalog, name)],
    [groups, (name) => describeUnknown(catalog, name, ['group', 'suite'])],
    [suites, (name) => describeUnknown(catalog, name, ['suite'])],
    [
      exclude,
      (name) =>
        name.includes(':')
          ? describeUnknownTest(catalog, name)
          : describeUnknown(catalog, name, ['test', 'group', 'suite']),
    ],
  ];
  const problems: string[] = [];
  for (const [names, describe] of checks) {
    for (const name of distinct(names)) {
      if (problems.length === maxDescribedNames) break;
      const problem = describe(name);
      if (problem !== undefined) problems.push(problem);
    }
  }
  if (problems.length === maxDescribedNames) problems.push('Other names may be unknown, too.');
  if (problems.length > 0) throw new Fault('SELECTION_UNKNOWN', problems.join(' '));
}

function describeUnknownTest(catalog: Catalog, name: string): string | undefined {
  const [suite, test] = splitName(name);
  const problem =
    describeUnknown(catalog, test, ['test']) ?? (suite && describeUnknown(catalog, suite, ['suite']));
  if (problem || !suite || catalog.suites.get(suite)?.tests.includes(test)) return problem;
  return `The test ${test} is not in the suite ${suite}.`;
}

function describeUnknown(catalog: Catalog, name: string, kinds: Kind[]): string | undefined {
  const names = { test: catalog.tests, group: catalog.groups, suite: catalog.suites };
  const [expectedKind] = kinds;
  if (expectedKind === undefined || kinds.some((kind) => names[kind].has(name))) return undefined;
  const other = (['test', 'group', 'suite'] as const).find((kind) => names[kind].has(name));
  if (other) return `"${name}" is a ${other}, not a ${expectedKind}.`;
  const nearestNames = nearest(
    name,
    kinds.flatMap((kind) => [...names[kind].keys()]),
  );
  const hint = nearestNames.length > 0 ? ` Nearest: ${nearestNames.join(', ')}.` : '';
  return `There is no ${kinds.length === 3 ? 'test, group or suite' : expectedKind} "${name}".${hint}`;
}

/** Up to three names that differ little from a name, or contain it. */
function nearest(name: string, names: string[]): string[] {
  const input = name.toLowerCase();
  const maxDistance = Math.max(2, Math.floor(input.length / 3));
  return names
    .map((candidate) => {
      const lower = candidate.toLowerCase();
      const containsInput = input.length >= 3 && lower.includes(input);
      return { candidate, far: containsInput ? Math.min(1, maxDistance) : distance(input, lower) };
    })
    .filter(({ far }) => far <= maxDistance)
    .sort((a, b) => a.far - b.far || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
