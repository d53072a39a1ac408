import { createHash } from 'node:crypto';
import type { PlannedTest } from '../../model/selection.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { type PartKind, usesOf } from '../catalog/declarations/parts.ts';
import { type Declared, type Dependencies, dependenciesOf, filesOf, testKeysOf } from './dependencies.ts';

/**
 * The files that MFTF has to read to generate some tests with the same bytes as from the whole tree.
 */
export type Closure =
  | {
      kind: 'pruned';
      /** Relative to the Magento root, in the order of merging. */
      files: string[];
      /** SHA-256 of paths, modules and contents in that order: the same digest, the same bytes. */
      digest: string;
      /** The tests that MFTF writes random values into, which differ each time. */
      randomTests: PlannedTest[];
    }
  | { kind: 'whole'; reason: string; randomTests: PlannedTest[] };

/** Settings that make MFTF read other folders than the catalog does. */
export const folderSettings = ['MAGENTO_BP', 'TESTS_BP', 'TESTS_MODULE_PATH', 'CUSTOM_MODULE_PATHS'];
/** Helpers of MFTF itself are in the image, so no module declares them. */
const mftfHelperPrefix = 'helper:Magento\\FunctionalTestingFramework\\';

/**
 * The closure of some tests. Every text that may be a reference is taken for a name, and each file of any module that declares the
 * name is added. `settings` are the values of MFTF's `.env`; `pruningObstacles` are reasons not to trust the catalog, such as files that do
 * not fit MFTF's schemas. The result is `whole` when a reference cannot be followed, or when a reference is wrong, so that MFTF itself reports
 * the error.
 */
export function closureOf(
  catalog: Catalog,
  tests: PlannedTest[],
  {
    settings = {},
    pruningObstacles: obstacles = [],
  }: { settings?: Record<string, string>; pruningObstacles?: string[] } = {},
): Closure {
  const dependencies = dependenciesOf(catalog);
  const randomTests = tests.filter((test) => isRandom(dependencies, test));
  if (obstacles[0] !== undefined) return { kind: 'whole', reason: obstacles[0], randomTests };
  const movingSetting = folderSettings.find((name) => settings[name]);
  if (movingSetting) return { kind: 'whole', reason: `${movingSetting} is set`, randomTests };

  // Metadata is read when a test runs, not when it is generated.
  const declarations = [...dependencies.reach(tests.flatMap(testKeysOf), (kind) => kind !== 'operation')];
  const reason = unclearReason(dependencies, declarations);
  if (reason) return { kind: 'whole', reason, randomTests };

  const files = filesOf(catalog, declarations);
  const hash = createHash('sha256');
  for (const { module, path, digest } of files) hash.update(`${module}\0${path}\0${digest}\n`);
  return { kind: 'pruned', files: files.map(({ path }) => path), digest: hash.digest('hex'), randomTests };
}

/** The kinds whose random values end up in the generated test. */
const generatedKinds = new Set<PartKind>(['test', 'actionGroup', 'suite']);

function isRandom(dependencies: Dependencies, test: PlannedTest): boolean {
  for (const { part } of dependencies.reach(testKeysOf(test), (kind) => generatedKinds.has(kind))) {
    if (part.random) return true;
  }
  return false;
}

function unclearReason(dependencies: Dependencies, declarations: Declared[]): string | undefined {
  for (const { part, file } of declarations) {
    if (file.obstacle !== undefined) return file.obstacle;
    if (part.unclear) return `${part.unclear} (${file.path})`;
    const helper = usesOf(part).find(
      (reference) =>
        reference.startsWith('helper:') &&
        !reference.startsWith(mftfHelperPrefix) &&
        dependencies.declaring(reference).length === 0,
    );
    if (helper) return `no module holds the class ${helper.slice('helper:'.length)} (${file.path})`;
  }
  return undefined;
}
