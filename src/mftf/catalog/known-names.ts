import { distance } from 'fastest-levenshtein';
import { Fault } from '../../faults/fault.ts';
import { createGlobMatcher, isGlob } from '../../model/glob.ts';
import type { Selection } from '../../model/selection.ts';
import type { Catalog } from './catalog.ts';
import { placedNames } from './placed-test.ts';
import { shortModuleName } from './tree/paths.ts';

type Kind = 'test' | 'group' | 'suite';

/** The suite and the test of `Suite:Test`. */
export function splitName(name: string): [suite: string | undefined, test: string] {
  const colon = name.indexOf(':');
  return colon < 0 ? [undefined, name] : [name.slice(0, colon), name.slice(colon + 1)];
}

/** Further unknown names are not described: comparing a name with those of a large catalog takes a tenth of a second. */
const maxDescribedNames = 10;

/**
 * Refuses names that the catalog does not have, and patterns that match nothing. Errors: SELECTION_UNKNOWN, with up to ten of them in one
 * message, each with the nearest names.
 */
export function assertKnown(catalog: Catalog, selection: Selection): void {
  const { tests, groups, suites, exclude, patterns = [], modules = [] } = selection;
  const checks: [names: string[], describe: (name: string) => string | undefined][] = [
    [tests, (name) => describeUnknownTest(catalog, name)],
    [groups, (name) => describeUnknown(catalog, name, ['group', 'suite'])],
    [suites, (name) => describeUnknown(catalog, name, ['suite'])],
    [patterns, (pattern) => describeUnmatched(pattern, 'test', testNames(catalog))],
    [modules, (name) => describeUnknownModule(catalog, name)],
    [exclude, (name) => describeUnknownExclusion(catalog, name)],
  ];
  const problems: string[] = [];
  for (const [names, describe] of checks) {
    for (const name of new Set(names)) {
      if (problems.length === maxDescribedNames) break;
      const problem = describe(name);
      if (problem !== undefined) problems.push(problem);
    }
  }
  if (problems.length === maxDescribedNames) problems.push('Other names may be unknown, too.');
  if (problems.length > 0) throw new Fault('SELECTION_UNKNOWN', problems.join(' '));
}

/** A sentence about a test that the catalog does not have, with the nearest names; `undefined` when it has the test. */
export function describeUnknownTest(catalog: Catalog, name: string): string | undefined {
  const [suite, test] = splitName(name);
  const problem =
    describeUnknown(catalog, test, ['test']) ?? (suite && describeUnknown(catalog, suite, ['suite']));
  if (problem || !suite || catalog.suites.get(suite)?.tests.includes(test)) return problem;
  return `The test ${test} is not in the suite ${suite}.`;
}

function describeUnknownExclusion(catalog: Catalog, name: string): string | undefined {
  const problem = describeUnknownPlace(catalog, name);
  // A user who reads of a test that is not there looks for it among those that the run covers.
  return problem && `An exclusion is not known: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;
}

/** A name or a pattern of tests, groups and suites. */
function describeUnknownPlace(catalog: Catalog, name: string): string | undefined {
  if (isGlob(name) && !catalog.groups.has(name)) {
    const names = [...testNames(catalog), ...catalog.groups.keys(), ...catalog.suites.keys()];
    return describeUnmatched(name, 'test, group or suite', names);
  }
  return name.includes(':')
    ? describeUnknownTest(catalog, name)
    : describeUnknown(catalog, name, ['test', 'group', 'suite']);
}

/** The names that a pattern of tests may match. */
function testNames(catalog: Catalog): string[] {
  return [...catalog.tests.values()].flatMap(placedNames);
}

/** A sentence about a pattern that matches none of the names; `undefined` when it matches one. */
function describeUnmatched(pattern: string, what: string, names: readonly string[]): string | undefined {
  if (names.some(createGlobMatcher(pattern))) return undefined;
  const matchesLower = createGlobMatcher(pattern.toLowerCase());
  const other = names.find((name) => matchesLower(name.toLowerCase()));
  const hint = other === undefined ? '' : ` Patterns are case-sensitive, and there is ${other}.`;
  return `There is no ${what} that matches "${pattern}".${hint}`;
}

function describeUnknownModule(catalog: Catalog, name: string): string | undefined {
  const modules = new Set([...catalog.tests.values()].flatMap(({ moduleName }) => moduleName ?? []));
  const names = [...modules].flatMap(moduleNamesOf);
  if (isGlob(name)) return describeUnmatched(name, 'module', names);
  if (names.includes(name)) return undefined;
  return `There is no module "${name}".${nearestHint(name, [...modules])}`;
}

/** The names of a module in a selection: `Magento_Checkout`, `Checkout`. */
export function moduleNamesOf(name: string): string[] {
  const short = shortModuleName(name);
  return short === undefined ? [name] : [name, short];
}

function describeUnknown(catalog: Catalog, name: string, kinds: Kind[]): string | undefined {
  const names = { test: catalog.tests, group: catalog.groups, suite: catalog.suites };
  const [expectedKind] = kinds;
  if (expectedKind === undefined || kinds.some((kind) => names[kind].has(name))) return undefined;
  const other = (['test', 'group', 'suite'] as const).find((kind) => names[kind].has(name));
  if (other) return `"${name}" is a ${other}, not a ${expectedKind}.`;
  const hint = nearestHint(
    name,
    kinds.flatMap((kind) => [...names[kind].keys()]),
  );
  return `There is no ${kinds.length === 3 ? 'test, group or suite' : expectedKind} "${name}".${hint}`;
}

/** A sentence with up to three names that are like a name, with a blank before it; '' when none is. */
export function nearestHint(name: string, names: string[]): string {
  const nearestNames = nearest(name, names);
  return nearestNames.length > 0 ? ` Nearest: ${nearestNames.join(', ')}.` : '';
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
