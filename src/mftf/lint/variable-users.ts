import { missingReferences } from '../closure/variables.ts';
import { type DefinitionIndex, type MergedDefinition, usesOf } from './index-definitions.ts';
import { type EnvironmentTests, testsAbove } from './tests-above.ts';

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

/** How many tests may read each of the variables, and what else they may read: see `testsReading`. */
export function variableUsers(
  index: DefinitionIndex,
  { values, environment }: { values: VariableReference[]; environment: EnvironmentTests },
): VariableUsers {
  const readers = readersOf(index);
  const provided = {
    names: values.map(({ name }) => name),
    credentials: values.flatMap(({ credential }) => credential ?? []),
  };
  const missing = missingReferences(readers, provided).flatMap(([reference, users]) => {
    const tests = testsAbove(index, users, environment);
    return tests.length === 0 ? [] : [{ reference, tests: tests.length, firstTests: tests.slice(0, 2) }];
  });
  return {
    values: values.map((value) => ({
      name: value.name,
      tests: testsAbove(index, usersOf(readers, value), environment).length,
    })),
    missing: missing.sort((one, other) => (one.reference < other.reference ? -1 : 1)),
  };
}

/**
 * The names of the tests that may read a variable, sorted; also through action groups, data, pages and suites. They are those that `usedBy`
 * names for `_ENV.name` and `_CREDS.credential`.
 */
export function testsReading(
  index: DefinitionIndex,
  { variable, environment }: { variable: VariableReference; environment: EnvironmentTests },
): string[] {
  return testsAbove(index, usersOf(readersOf(index), variable), environment);
}

/** The definitions that name each variable and each credential. */
interface Readers {
  env: ReadonlyMap<string, ReadonlySet<MergedDefinition>>;
  credentials: ReadonlyMap<string, ReadonlySet<MergedDefinition>>;
}

function readersOf(index: DefinitionIndex): Readers {
  const readers = {
    env: new Map<string, Set<MergedDefinition>>(),
    credentials: new Map<string, Set<MergedDefinition>>(),
  };
  for (const merged of index.all) {
    for (const { kind, name } of usesOf(merged)) {
      if (kind !== 'env' && kind !== 'credential') continue;
      const map = kind === 'env' ? readers.env : readers.credentials;
      const users = map.get(name);
      if (users) users.add(merged);
      else map.set(name, new Set([merged]));
    }
  }
  return readers;
}

function usersOf({ env, credentials }: Readers, { name, credential }: VariableReference): MergedDefinition[] {
  const ofCredential = credential === undefined ? undefined : credentials.get(credential);
  return [...(env.get(name) ?? []), ...(ofCredential ?? [])];
}
