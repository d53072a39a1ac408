import type { PartKind } from '../declarations/parts.ts';

/**
 * Where MFTF searches for its XML, as paths relative to the Magento root. Read in MFTF 3.8 and 5.3 (ModuleResolver and
 * its service): every folder `Test/Mftf` below `app/code` and `vendor` is a test module, so is every composer package
 * of the right type two levels below `dev/tests/acceptance/tests/functional`, and suites may also lie in one folder of
 * their own that belongs to no module.
 */

/** The kind of a file in the catalog. `root` is the folder of the test module, which contains `Test`, `Data` and so on. */
export type CatalogPath =
  | { kind: PartKind; root: string }
  /** Has the name of the Magento module in `folder`. */
  | { kind: 'registration'; folder: string }
  /** Shows whether `root` is a test module. */
  | { kind: 'package'; root: string }
  /** A file that tests may attach: `name` below the folder `_data` of `root`. Only its name is read. */
  | { kind: 'fixture'; root: string; name: string };

// MFTF's shell patterns also match folders such as `app/code_old` (measured with 3.8).
const mftfFolder = /^((?:app\/code|vendor)[^/]*\/.+?\/Test\/Mftf)\/(.+)$/;
const packageFolder = /^(dev\/tests\/acceptance\/tests\/functional\/[^/]+\/[^/]+)\/(.+)$/;
/** The folder whose `_data` Codeception reads files from (`paths: data` of codeception.yml, MFTF 3.0 to 6.0). */
export const dataRoot = 'dev/tests/acceptance/tests';
const dataFile = /^dev\/tests\/acceptance\/tests\/_data\/(.+)$/;
const suiteFolder = /^(dev\/tests\/acceptance\/tests\/_suite)\/[^./][^/]*\.xml$/;
/** The files that MFTF reads in a test module (from its di.xml; 3.0 to 6.0 agree). */
const kinds: [PartKind, RegExp][] = [
  ['test', /^Test\/(?:.+\/)?[^/]+\.xml$/],
  ['actionGroup', /^ActionGroup\/(?:.+\/)?[^/]*ActionGroup\.xml$/],
  ['section', /^Section\/(?:.+\/)?[^/]*Section\.xml$/],
  ['entity', /^Data\/(?:.+\/)?[^/]*Data\.xml$/],
  ['page', /^Page\/(?:.+\/)?[^/]*Page\.xml$/],
  ['operation', /^Metadata\/(?:.+\/)?[^/]*Meta\.xml$/],
  ['suite', /^Suite\/(?:.+\/)?[^/]+\.xml$/],
  ['helper', /^Helper\/(?:.+\/)?[^/]+\.php$/],
];
// Magento loads `app/code` at exactly this depth, and composer packages at any.
const registrationFile = /^(app\/code\/[^/]+\/[^/]+|vendor\/.+)\/registration\.php$/;
// The shell patterns with which MFTF searches for modules do not match them. Inside a module it searches in another way.
const hiddenFolder = /(?:^|\/)\./;

/** The kind of a file; `undefined` when it is not part of the catalog. Paths have slashes, but no leading one. */
export function catalogPath(path: string): CatalogPath | undefined {
  const [, mftfRoot, inMftf = ''] = mftfFolder.exec(path) ?? [];
  if (mftfRoot) return hiddenFolder.test(mftfRoot) ? undefined : inModule(mftfRoot, inMftf);
  const [, packageRoot, inPackage = ''] = packageFolder.exec(path) ?? [];
  if (packageRoot && hiddenFolder.test(packageRoot)) return undefined;
  if (packageRoot && inPackage === 'composer.json') return { kind: 'package', root: packageRoot };
  if (packageRoot) return inModule(packageRoot, inPackage);
  const [, dataName] = dataFile.exec(path) ?? [];
  if (dataName) return { kind: 'fixture', root: dataRoot, name: dataName };
  const [, suiteRoot] = suiteFolder.exec(path) ?? [];
  if (suiteRoot) return { kind: 'suite', root: suiteRoot };
  const [, registered] = registrationFile.exec(path) ?? [];
  if (registered && !hiddenFolder.test(registered)) return { kind: 'registration', folder: registered };
  return undefined;
}

function inModule(root: string, path: string): CatalogPath | undefined {
  if (path.startsWith('_data/')) return { kind: 'fixture', root, name: path.slice('_data/'.length) };
  const kind = kinds.find(([, pattern]) => pattern.test(path))?.[0];
  return kind && { kind, root };
}

const topFolders = ['app/code', 'vendor', 'dev/tests/acceptance/tests/'];

/** Whether files of the catalog may be below a folder, to skip `pub/static` and the like. */
export function mayHoldCatalogFiles(folder: string): boolean {
  const path = folder === '' ? '' : `${folder}/`;
  return topFolders.some((top) => top.startsWith(path) || path.startsWith(top));
}

/**
 * MFTF's name of a test module: the registered name of the Magento module around it, else the name of its folder. A name without
 * an underscore gets the name of the vendor's folder as a prefix.
 */
export function moduleName(root: string, registered: ReadonlyMap<string, string>): string {
  const folder = root.replace(/\/Test\/Mftf$/, '');
  const name = registered.get(folder) || folder.slice(folder.lastIndexOf('/') + 1);
  return name.includes('_') ? name : `${vendorOf(folder)}_${name}`;
}

/**
 * MFTF's name of a test package: the one module that it suggests, else the name of its folder. Packages without a suggestion all
 * have the same name without a module, and so only the first of them is read (measured with 3.8).
 */
export function packageName(root: string, modules: string[]): string {
  const [first = '', ...others] = modules;
  if (others.length > 0) return `${vendorOf(root)}_${root.slice(root.lastIndexOf('/') + 1)}`;
  return first.includes('_') ? first : `${vendorOf(root)}_${first}`;
}

function vendorOf(folder: string): string {
  const [, vendor = 'UnknownVendor'] =
    /^(?:app\/code|vendor|dev\/tests\/acceptance\/tests\/functional)\/([^/]+)/.exec(folder) ?? [];
  return `${vendor.charAt(0).toUpperCase()}${vendor.slice(1)}`;
}

/**
 * The part of the name that suites and reports use: `Catalog` of `Magento_Catalog`. A name with more than one underscore has none
 * (MFTF reports "NO MODULE DETECTED"), so no suite can include its tests by module.
 */
export function shortModuleName(name: string): string | undefined {
  const parts = name.split('_');
  return parts.length === 2 ? parts[1] : undefined;
}
