import { groupBy } from '../../model/group-by.ts';
import type { Declarations } from './declarations/declaration.ts';
import { catalogPath, moduleName, packageName } from './tree/paths.ts';

/** The test modules that MFTF reads. */
export interface ChosenModules {
  /** MFTF's names of them by folder, in the order in which they are merged. */
  names: Map<string, string>;
  /** The folders of the modules that have fixture files, in the same order, and those of the modules that have nothing else. */
  fixtureRoots: string[];
  /** Whether a file belongs to a module that is omitted because it is not enabled. */
  isOmitted(path: string): boolean;
}

interface TestModule {
  root: string;
  /** The Magento modules that must be enabled. */
  modules: string[];
  name: string;
}

/** Suites in this folder belong to no module, and precede all of them. */
const suiteRoot = 'dev/tests/acceptance/tests/_suite';

/**
 * Chooses the test modules as MFTF does. With `--force` (no `enabled`) all of them, sorted by name; of two with the same name the
 * first: vendor, then app/code. Without, those whose Magento modules are all `enabled`, in the order of that list; then the test
 * packages of several modules, or of none. Read in MFTF's ModuleResolver, 3.8 and 5.3.
 */
export function chooseModules(read: Declarations, enabled?: readonly string[]): ChosenModules {
  const describe = createNaming(read);
  const rank = (root: string) => ['vendor', 'app/code', 'dev/'].findIndex((start) => root.startsWith(start));
  const roots = [...new Set(read.files.map(({ root }) => root))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  );
  const candidates = roots.flatMap((root) => describe(root) ?? []);
  const isEnabled = enabled === undefined ? () => true : createEnabledTest(enabled);
  const inOrder = enabled === undefined ? candidates : byList(candidates.filter(isEnabled), enabled);
  const names = new Map<string, string>();
  const usedNames = new Set<string>();
  for (const { root, name } of inOrder) {
    if (usedNames.has(name)) continue;
    usedNames.add(name);
    names.set(root, name);
  }
  const merged = [...names].filter(([root]) => root !== suiteRoot);
  if (enabled === undefined) merged.sort(([, a], [, b]) => (a < b ? -1 : 1));
  const first: [string, string][] = roots.includes(suiteRoot) ? [[suiteRoot, '']] : [];
  return {
    names: new Map([...first, ...merged]),
    fixtureRoots: fixtureRootsOf(read, merged, (root) => {
      const module = describe(root);
      return module !== undefined && isEnabled(module);
    }),
    isOmitted(path) {
      const place = catalogPath(path);
      const module = place && 'root' in place && place.root !== suiteRoot ? describe(place.root) : undefined;
      return module !== undefined && !isEnabled(module);
    },
  };
}

/** A module with fixture files alone has no place in the order of merging, so it comes before the others. */
function fixtureRootsOf(
  { fixtures, files }: Declarations,
  merged: readonly [root: string, name: string][],
  isRead: (root: string) => boolean,
): string[] {
  const withFixtures = new Set(fixtures.map(({ root }) => root));
  const withFiles = new Set(files.map(({ root }) => root));
  const alone = [...withFixtures].filter((root) => !withFiles.has(root) && isRead(root)).sort();
  return [...alone, ...merged.map(([root]) => root).filter((root) => withFixtures.has(root))];
}

/** Returns a function that describes the test module of a folder; `undefined` when it is none, or the folder of suites. */
function createNaming(read: Declarations): (root: string) => TestModule | undefined {
  // Of two names of a folder MFTF takes the first.
  const registered = new Map(read.registrations.map(({ folder, name }) => [folder, name] as const).reverse());
  const packages = new Map(read.packages.map(({ root, modules }) => [root, modules]));
  return (root) => {
    const suggested = packages.get(root);
    if (suggested) return { root, modules: suggested, name: packageName(root, suggested) };
    if (root.startsWith('dev/')) return undefined;
    const folder = root.replace(/\/Test\/Mftf$/, '');
    const own = registered.get(folder) || folder.slice(folder.lastIndexOf('/') + 1);
    return { root, modules: [own], name: moduleName(root, registered) };
  };
}

/** MFTF reads a module of this name always. */
const alwaysEnabled = 'SampleData';

function createEnabledTest(enabled: readonly string[]): (module: TestModule) => boolean {
  const names = new Set(enabled);
  return ({ modules }) =>
    modules.every((name) => names.has(name)) || (modules.length === 1 && modules[0] === alwaysEnabled);
}

/**
 * One for each name of the list, the next one when it has the name again; then the others: first those of one Magento module, then
 * those of several or none.
 */
function byList(modules: TestModule[], enabled: readonly string[]): TestModule[] {
  const single = modules.filter(({ modules }) => modules.length === 1);
  const ofName = groupBy(single, ({ modules: [name] }) => name);
  const listed = new Set(enabled.flatMap((name) => ofName.get(name)?.shift() ?? []));
  const rest = single.filter((module) => !listed.has(module));
  return [...listed, ...rest, ...modules.filter(({ modules }) => modules.length !== 1)];
}
