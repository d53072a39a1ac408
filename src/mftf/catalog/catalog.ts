import { Fault } from '../../faults/fault.ts';
import type { CatalogTest } from './catalog-test.ts';
import {
  type Declarations,
  type DeclaringFile,
  type Problem,
  type TestDeclaration,
  version,
} from './declarations/declaration.ts';
import { readDeclarations } from './declarations/declarations.ts';
import { type Fixtures, fixturesOf } from './fixtures.ts';
import { chooseModules } from './modules.ts';
import { isClassName, isFileName } from './names.ts';
import { mergeSuites, type Suite } from './suites.ts';
import { shortModuleName } from './tree/paths.ts';
import type { Source } from './tree/source.ts';

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
  fixtures: Fixtures;
  /** Any problem makes MFTF stop before it generates a single test. */
  problems: Problem[];
  /** The catalog of all modules, when this one has only those that are enabled in a shop. */
  whole?: Catalog;
}

/** Reads all sources; later ones cover earlier ones as mounts do. Rejects as a source does. */
export async function readCatalog(sources: Source[]): Promise<Catalog> {
  const parts: Declarations[] = [];
  for (const source of sources) parts.push(await readDeclarations(source));
  return buildCatalog(parts);
}

/**
 * Merges declarations in MFTF's order: by module, then by path. MFTF itself merges the files of one module in directory order,
 * which differs between machines; this matters only when a module declares a name twice. With `enabled`, as MFTF without
 * `--force`: only the modules that a shop and MODULE_ALLOWLIST name, and in this order.
 */
export function buildCatalog(parts: Declarations[], enabled?: readonly string[]): Catalog {
  const visible = overlay(parts);
  const { names, fixtureRoots, isOmitted } = chooseModules(visible, enabled);
  const problems = visible.problems.filter(({ path }) => !isOmitted(path));
  const ranks = new Map([...names.keys()].map((root, rank) => [root, rank]));
  const inOrder = <T extends { path: string; root: string }>(list: T[]) =>
    list
      .flatMap((item) => {
        const rank = ranks.get(item.root);
        return rank === undefined ? [] : [{ item, rank }];
      })
      .sort((a, b) => a.rank - b.rank || (a.item.path < b.item.path ? -1 : 1))
      .map(({ item }) => item);
  const files = inOrder(visible.files).map((file) => ({ ...file, module: names.get(file.root) ?? '' }));

  const tests = mergeTests(inOrder(visible.tests), names);
  const groups = groupTests(tests);
  const suites = mergeSuites(inOrder(visible.suites), tests, groups, problems);
  for (const suite of suites.values()) {
    for (const name of suite.tests) tests.get(name)?.suites.push(suite.name);
  }
  const fixtures = fixturesOf(
    visible.fixtures,
    fixtureRoots,
    parts.map(({ root }) => root),
  );
  return { tests, suites, groups, files, fixtures, problems };
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
    fixtures: pick(
      (part) => part.fixtures,
      (item) => item.path,
    ),
    problems: pick(
      (part) => part.problems,
      (item) => item.path,
    ),
  };
}

/**
 * Attributes and annotations of a later file win, groups are merged. A test inherits actions from the one it extends, but no
 * annotations except a skip (read in MFTF's ObjectExtensionUtil, 3.8 and 5.3).
 */
function mergeTests(declared: TestDeclaration[], names: Map<string, string>): Map<string, CatalogTest> {
  const tests = new Map<string, CatalogTest>();
  const moduleOf = createModuleSearch(names);
  for (const file of declared) {
    const moduleName = moduleOf(file.path);
    const test: CatalogTest = tests.get(file.name) ?? {
      name: file.name,
      files: [],
      line: file.line,
      module: shortModuleName(moduleName),
      moduleName: moduleName || undefined,
      groups: [],
      title: undefined,
      severity: undefined,
      extends: undefined,
      skip: undefined,
      unusable: undefined,
      suites: [],
    };
    if (!test.files.includes(file.path)) test.files.push(file.path);
    // A file may have hundreds of thousands, too many for the arguments of a call.
    test.groups = [...new Set([...test.groups, ...file.groups])];
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
 * The module of a file in MFTF: the first, in their order, whose folder is the beginning of its path. The folder of a package in
 * `dev/tests` has nothing behind its name, so `Acme/Cart` is the beginning of `Acme/CartRules`, too (measured with 3.8).
 */
function createModuleSearch(names: Map<string, string>): (path: string) => string {
  const modules = [...names].map(([root, name]) => ({ root, name }));
  return (path) => modules.find(({ root }) => path.startsWith(root))?.name ?? '';
}

function unusableReason(
  test: CatalogTest,
  parent: CatalogTest | undefined,
  tests: ReadonlyMap<string, CatalogTest>,
): string | undefined {
  if (!isClassName(test.name)) return 'its name is not a valid class name in PHP';
  if (!isFileName(test.name)) return 'its name is too long for a file';
  if (test.extends === undefined) return undefined;
  if (test.extends === test.name) return 'it extends itself';
  const circle = circleOf(test, tests);
  if (circle) return `tests extend each other in a circle: ${circle.join(' extends ')}`;
  if (parent === undefined) return `it extends ${test.extends}, which does not exist`;
  if (parent.extends !== undefined) return `it extends ${parent.name}, which extends another test itself`;
  return undefined;
}

/** Tests in a circle: without a bound, the tests of a long chain would take quadratic time. */
const maxCircle = 100;

/** The names of the circle that the parents of a test lead into, the first one again at the end; `undefined` when there is none. */
function circleOf(test: CatalogTest, tests: ReadonlyMap<string, CatalogTest>): string[] | undefined {
  const places = new Map<string, number>();
  for (
    let at: string | undefined = test.name;
    at !== undefined && places.size <= maxCircle;
    at = tests.get(at)?.extends
  ) {
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
