import type { Catalog } from '../catalog/catalog.ts';
import { usesOf } from '../catalog/parts.ts';
import { keysOf } from './dependencies.ts';
import { missingReferences } from './variables.ts';

/** A variable as tests may name it. */
export interface VariableReference {
  /** As `{{_ENV.name}}`. */
  name: string;
  /** As `{{_CREDS.key}}`; a value that is no secret has none. */
  credential: string | undefined;
}

export interface VariableUsers {
  /** How many tests may read each variable. */
  values: { name: string; tests: number }[];
  /** What tests may read and no variable provides, as `_ENV.NAME` or `_CREDS.key`, with the first two of the tests. */
  missing: { reference: string; tests: number; firstTests: string[] }[];
}

/**
 * How many tests may read each of the variables, also through action groups, data, pages and suites, and what else they may read. As of
 * `variablesOf` for all tests that MFTF can generate; its time grows with the references of the catalog, not with its tests.
 */
export function variableUsers(catalog: Catalog, { values }: { values: VariableReference[] }): VariableUsers {
  const index = indexOf(catalog);
  const provided = {
    names: values.map(({ name }) => name),
    credentials: values.flatMap(({ credential }) => credential ?? []),
  };
  const missing = missingReferences(index, provided).flatMap(([reference, keys]) => {
    const tests = testsAbove(catalog, index, keys);
    return tests.length === 0 ? [] : [{ reference, tests: tests.length, firstTests: tests.slice(0, 2) }];
  });
  return {
    values: values.map((value) => ({
      name: value.name,
      tests: testsAbove(catalog, index, keysReading(index, value)).length,
    })),
    missing: missing.sort((one, other) => (one.reference < other.reference ? -1 : 1)),
  };
}

/** The names of the tests that may read a variable, sorted: see `variableUsers`. */
export function testsReading(catalog: Catalog, variable: VariableReference): string[] {
  const index = indexOf(catalog);
  return testsAbove(catalog, index, keysReading(index, variable));
}

interface VariableIndex {
  /** The keys of parts, such as `actionGroup:Name`, that refer to a key. */
  referring: ReadonlyMap<string, readonly string[]>;
  /** The keys of parts that name a variable. */
  env: ReadonlyMap<string, readonly string[]>;
  credentials: ReadonlyMap<string, readonly string[]>;
}

function indexOf({ files }: Catalog): VariableIndex {
  const parts = files.flatMap((file) =>
    file.parts.map((part) => ({ key: `${part.kind}:${part.name}`, part })),
  );
  // Most references mean something that is not declared: every bare name may be of three kinds.
  const declared = new Set(parts.map(({ key }) => key));
  const referring = new Map<string, string[]>();
  const env = new Map<string, string[]>();
  const credentials = new Map<string, string[]>();
  for (const { key, part } of parts) {
    for (const target of usesOf(part).flatMap(keysOf)) if (declared.has(target)) add(referring, target, key);
    for (const name of part.env ?? []) add(env, name, key);
    for (const name of part.credentials ?? []) add(credentials, name, key);
  }
  return { referring, env, credentials };
}

function add(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function keysReading({ env, credentials }: VariableIndex, { name, credential }: VariableReference): string[] {
  const ofCredential = credential === undefined ? [] : (credentials.get(credential) ?? []);
  return [...(env.get(name) ?? []), ...ofCredential];
}

/** The tests from which one of the keys is reached, sorted, without those that MFTF cannot generate. */
function testsAbove(catalog: Catalog, { referring }: VariableIndex, keys: readonly string[]): string[] {
  const visited = new Set<string>();
  const tests = new Set<string>();
  const queue = [...keys];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (visited.has(key)) continue;
    visited.add(key);
    for (const other of referring.get(key) ?? []) queue.push(other);
    const name = key.slice(key.indexOf(':') + 1);
    if (key.startsWith('test:')) tests.add(name);
    // The tests of a suite read what its before and after do.
    if (key.startsWith('suite:')) for (const test of catalog.suites.get(name)?.tests ?? []) tests.add(test);
  }
  return [...tests]
    .filter((name) => catalog.tests.get(name)?.unusable === undefined && catalog.tests.has(name))
    .sort();
}
