import { Fault } from '../../faults/fault.ts';
import type { CatalogTest } from './catalog-test.ts';
import {
  type Declarations,
  type DeclaringFile,
  type Problem,
  type TestDeclaration,
  version,
} from './declaration.ts';
import { readDeclarations } from './declarations.ts';
import { isClassName } from './names.ts';
import { moduleName, packageName, shortModuleName } from './paths.ts';
import type { Source } from './source.ts';
import { mergeSuites, type Suite } from './suites.ts';

/** A file that MFTF reads, with its module. */
export interface CatalogFile extends DeclaringFile {
  module: string;
}

/** All tests and suites of a Magento tree and a test module. */
export interface Catalog {
  tests: ReadonlyMap<string, CatalogTest>;
  suites: ReadonlyMap<string, Suite>;
  /** Names of the tests of each group. */
  groups: ReadonlyMap<string, string[]>;
  /** Every file that MFTF reads, in the order of merging. */
  files: CatalogFile[];
  /** Any problem makes MFTF stop before it generates a single test. */
  problems: Problem[];
}

/** Reads all sources; later ones cover earlier ones as mounts do. Rejects as a source does. */
export async function readCatalog(sources: Source[]): Promise<Catalog> {
  const parts: Declarations[] = [];
  for (const source of sources) parts.push(await readDeclarations(source));
  return buildCatalog(parts);
}

/**
 * Merges declarations in MFTF's order: by name of the module, then by path. MFTF itself merges the files of one module in
 * directory order, which differs between machines; this matters only when a module declares a name twice.
 */
export function buildCatalog(parts: Declarations[]): Catalog {
  const visible = overlay(parts);
  const problems = [...visible.problems];
  const names = chooseModules(visible);
  const inOrder = <T extends { path: string; root: string }>(list: T[]) =>
    list
      .filter((item) => names.has(item.root))
      .map((item) => ({ item, key: `${names.get(item.root)}\0${item.path}` }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ item }) => item);
  const files = inOrder(visible.files).map((file) => ({ ...file, module: names.get(file.root) ?? '' }));

  const tests = mergeTests(inOrder(visible.tests), names);
  const groups = groupTests(tests);
  const suites = mergeSuites(inOrder(visible.suites), tests, groups, problems);
  for (const suite of suites.values()) {
    for (const name of suite.tests) tests.get(name)?.suites.push(suite.name);
  }
  return { tests, suites, groups, files, problems };
}

/** Throws MODULE_INVALID when there is any problem, because then MFTF generates nothing. */
export function assertReadable(catalog: Catalog): void {
  const [first, ...others] = catalog.problems;
  if (first === undefined) return;
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  throw new Fault('MODULE_INVALID', `${first.path}:${first.line}: ${first.message}${more}`);
}

function overlay(parts: Declarations[]): Declarations {
  const hidden = (index: number) => {
    const mounts = parts.slice(index + 1).map((part) => part.root);
    return (path: string) =>
      mounts.some((root) => root === '' || path === root || path.startsWith(`${root}/`));
  };
  const pick = <T>(list: (part: Declarations) => T[], path: (item: T) => string) =>
    parts.flatMap((part, index) => {
      const isHidden = hidden(index);
      return list(part).filter((item) => !isHidden(path(item)));
    });
  return {
    version,
    root: '',
    files: pick(
      (part) => part.files,
      (item) => item.path,
    ),
    tests: pick(
      (part) => part.tests,
      (item) => item.path,
    ),
    suites: pick(
      (part) => part.suites,
      (item) => item.path,
    ),
    registrations: pick(
      (part) => part.registrations,
      (item) => item.folder,
    ),
    // They were answered before, or cannot be.
    openRegistrations: [],
    packages: pick(
      (part) => part.packages,
      (item) => item.root,
    ),
    problems: pick(
      (part) => part.problems,
      (item) => item.path,
    ),
  };
}

/** The names of the test modules, by folder. Of two with the same name MFTF uses the first: vendor, then app/code. */
function chooseModules(read: Declarations): Map<string, string> {
  // Of two names of a folder MFTF takes the first.
  const registered = new Map(read.registrations.map(({ folder, name }) => [folder, name] as const).reverse());
  const packages = new Map(read.packages.map(({ root, modules }) => [root, modules]));
  const rank = (root: string) => ['vendor', 'app/code', 'dev/'].findIndex((start) => root.startsWith(start));
  const roots = [...new Set(read.files.map(({ root }) => root))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
  const modules = new Map<string, string>();
  const usedNames = new Set<string>();
  for (const root of roots) {
    if (root === 'dev/tests/acceptance/tests/_suite') {
      // It has no module and precedes all of them.
      modules.set(root, '');
      continue;
    }
    const suggested = packages.get(root);
    if (root.startsWith('dev/') && suggested === undefined) continue;
    const name = suggested ? packageName(root, suggested) : moduleName(root, registered);
    if (usedNames.has(name)) continue;
    usedNames.add(name);
    modules.set(root, name);
  }
  return modules;
}

/**
 * Attributes and annotations of a later file win, groups are merged. A test inherits actions from the one it extends, but no
 * annotations except a skip (read in MFTF's ObjectExtensionUtil, 3.8 and 5.3).
 */
function mergeTests(declared: TestDeclaration[], names: Map<string, string>): Map<string, CatalogTest> {
  const tests = new Map<string, CatalogTest>();
  const moduleOf = createModuleSearch(names);
  for (const file of declared) {
    const test: CatalogTest = tests.get(file.name) ?? {
      name: file.name,
      files: [],
      module: shortModuleName(moduleOf(file.path)),
      groups: [],
      title: undefined,
      severity: undefined,
      extends: undefined,
      skip: undefined,
      unusable: undefined,
      suites: [],
    };
    if (!test.files.includes(file.path)) test.files.push(file.path);
    test.groups.push(...file.groups.filter((group) => !test.groups.includes(group)));
    test.title = file.title ?? test.title;
    test.severity = file.severity ?? test.severity;
    test.extends = file.extends ?? test.extends;
    test.skip = file.skip ?? test.skip;
    tests.set(file.name, test);
  }
  for (const test of tests.values()) {
    const parent = test.extends === undefined ? undefined : tests.get(test.extends);
    test.unusable = unusableReason(test, parent, tests);
    if (parent?.skip) test.skip ??= [`its parent ${parent.name} is skipped`];
  }
  return tests;
}

/**
 * The module of a file in MFTF: the first, by name, whose folder is the beginning of its path. The folder of a package in
 * `dev/tests` has nothing behind its name, so `Acme/Cart` is the beginning of `Acme/CartRules`, too (measured with 3.8).
 */
function createModuleSearch(names: Map<string, string>): (path: string) => string {
  const modules = [...names]
    .map(([root, name]) => ({ root, name }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return (path) => modules.find(({ root }) => path.startsWith(root))?.name ?? '';
}

function unusableReason(
  test: CatalogTest,
  parent: CatalogTest | undefined,
  tests: ReadonlyMap<string, CatalogTest>,
): string | undefined {
  if (!isClassName(test.name)) return 'its name is not a valid class name in PHP';
  if (test.extends === undefined) return undefined;
  if (test.extends === test.name) return 'it extends itself';
  const circle = circleOf(test, tests);
  if (circle) return `tests extend each other in a circle: ${circle.join(' extends ')}`;
  if (parent === undefined) return `it extends ${test.extends}, which does not exist`;
  if (parent.extends !== undefined) return `it extends ${parent.name}, which extends another test itself`;
  return undefined;
}

/** The names of the circle that the parents of a test lead into, the first one again at the end; `undefined` when there is none. */
function circleOf(test: CatalogTest, tests: ReadonlyMap<string, CatalogTest>): string[] | undefined {
  const places = new Map<string, number>();
  for (let at: string | undefined = test.name; at !== undefined; at = tests.get(at)?.extends) {
    const place = places.get(at);
    if (place !== undefined) return [...places.keys()].slice(place).concat(at);
    places.set(at, places.size);
  }
  return undefined;
}

function groupTests(tests: Map<string, CatalogTest>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const test of tests.values()) {
    for (const group of test.groups) {
      const names = groups.get(group);
      if (names) names.push(test.name);
      else groups.set(group, [test.name]);
    }
  }
  return groups;
}
