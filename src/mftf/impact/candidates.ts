import type { Catalog, CatalogFile } from '../catalog/catalog.ts';
import type { CatalogTest } from '../catalog/catalog-test.ts';
import { usesOf } from '../catalog/declarations/parts.ts';
import { keysOf } from '../closure/dependencies.ts';

/** Names of tests and suites of the later catalog that may differ from those of the earlier one. */
export interface Candidates {
  tests: Set<string>;
  suites: Set<string>;
}

/**
 * The tests and suites that reach a file which differs between two catalogs, through any text that may be a reference. All others
 * consist of the same files in the same order, so they are the same without being resolved: of a commit with one changed file, a few
 * tests are resolved instead of thousands.
 */
export function candidatesOf(before: Catalog, after: Catalog): Candidates {
  const changed = changedKeys(before, after);
  if (changed === undefined) {
    return { tests: new Set(after.tests.keys()), suites: new Set(after.suites.keys()) };
  }
  const tests = new Set<string>();
  const suites = new Set<string>();
  for (const key of usersOf(after, changed)) {
    const name = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('test:')) tests.add(name);
    else if (key.startsWith('suite:')) suites.add(name);
  }
  for (const [name, test] of after.tests) {
    const earlier = before.tests.get(name);
    if (earlier === undefined || !isSame(earlier, test)) tests.add(name);
  }
  for (const name of after.suites.keys()) if (!before.suites.has(name)) suites.add(name);
  return { tests, suites };
}

/** The keys of the declarations in files that differ; `undefined` when the order of files differs, because then anything may. */
function changedKeys(before: Catalog, after: Catalog): Set<string> | undefined {
  const earlier = new Map(before.files.map((file) => [file.path, file]));
  const later = new Map(after.files.map((file) => [file.path, file]));
  const common = before.files.filter(({ path }) => later.has(path));
  const inOrder = after.files.filter(({ path }) => earlier.has(path));
  if (inOrder.some(({ path }, index) => path !== common[index]?.path)) return undefined;
  const keys = new Set<string>();
  const helperFolders = new Set<string>();
  const add = (file: CatalogFile) => {
    for (const part of file.parts) {
      keys.add(`${part.kind}:${part.name}`);
      if (part.kind === 'helper') helperFolders.add(folderOf(file.path));
    }
  };
  for (const file of before.files) if (!isSameFile(file, later.get(file.path))) add(file);
  for (const file of after.files) {
    if (!isSameFile(file, earlier.get(file.path))) add(file);
    // Nothing says what such a reference leads to.
    for (const part of file.parts) if (part.unclear) keys.add(`${part.kind}:${part.name}`);
  }
  for (const file of after.files) if (helperFolders.has(folderOf(file.path))) add(file);
  return keys;
}

function isSameFile(one: CatalogFile, other: CatalogFile | undefined): boolean {
  return other !== undefined && one.digest === other.digest && one.module === other.module;
}

/** The fields of a test of the catalog, without its line. */
function isSame(one: CatalogTest, other: CatalogTest): boolean {
  const fields = ({ line: _line, ...others }: CatalogTest) => JSON.stringify(others);
  return fields(one) === fields(other);
}

/** The keys of all declarations that refer to some keys, directly or through others, themselves included. */
function usersOf(catalog: Catalog, keys: ReadonlySet<string>): Set<string> {
  const users = new Map<string, string[]>();
  for (const { parts } of catalog.files) {
    for (const part of parts) {
      const user = `${part.kind}:${part.name}`;
      for (const reference of usesOf(part)) {
        for (const key of keysOf(reference)) {
          const list = users.get(key);
          if (list) list.push(user);
          else users.set(key, [user]);
        }
      }
    }
  }
  const visited = new Set(keys);
  const queue = [...keys];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    for (const user of users.get(key) ?? []) {
      if (visited.has(user)) continue;
      visited.add(user);
      queue.push(user);
    }
  }
  return visited;
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
