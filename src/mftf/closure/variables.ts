import type { Catalog } from '../catalog/catalog.ts';
import { dependenciesOf } from './dependencies.ts';

/** The variables and secrets that tests may read, with the names of those tests. */
export interface Variables {
  /** Names of `{{_ENV.NAME}}`. */
  env: Map<string, string[]>;
  /** Keys of `{{_CREDS.vendor/NAME}}`. */
  credentials: Map<string, string[]>;
}

/**
 * The variables of some tests, also those that they use through action groups, data, pages and suites. The result may include
 * variables that a test does not need, but none is missing.
 */
export function variablesOf(
  catalog: Catalog,
  tests: { name: string; suite: string | undefined }[],
): Variables {
  const dependencies = dependenciesOf(catalog);
  const variables: Variables = { env: new Map(), credentials: new Map() };
  const addUser = (map: Map<string, string[]>, keys: string[] | undefined, test: string) => {
    for (const key of keys ?? []) {
      const users = map.get(key);
      if (users === undefined) map.set(key, [test]);
      else if (users.at(-1) !== test) users.push(test);
    }
  };
  for (const { name, suite } of tests) {
    const start = suite === undefined ? [`test:${name}`] : [`test:${name}`, `suite:${suite}`];
    for (const { part } of dependencies.reach(start, () => true)) {
      addUser(variables.env, part.env, name);
      addUser(variables.credentials, part.credentials, name);
    }
  }
  return variables;
}

/** Variables for which MFTF has defaults (read in its _bootstrap.php). */
const defaultedVariables = [
  ...['MAGENTO_CLI_COMMAND_PATH', 'MAGENTO_CLI_COMMAND_PARAMETER'],
  ...['DEFAULT_TIMEZONE', 'WAIT_TIMEOUT', 'VERBOSE_ARTIFACTS'],
];

const maxListedVariables = 100;

/**
 * A message with the variables that are not set; `undefined` when all are. It is a warning and not a fault: a test may stop before
 * it reads the variable, and MFTF accepts an empty one. For a missing credential MFTF throws when the test reads it: that test is
 * then broken as CREDENTIAL_MISSING. `provided` are the names of the variables and the keys of the credentials that have a value.
 */
export function describeMissing(
  { env, credentials }: Variables,
  provided: { names: string[]; credentials: string[] },
): string | undefined {
  const missing = missingReferences({ env, credentials }, provided);
  if (missing.length === 0) return undefined;
  const list = missing
    .slice(0, maxListedVariables)
    .map(([reference, tests]) => `{{${reference}}} (${firstTwo(tests)})`);
  const more = missing.length > list.length ? ` and ${missing.length - list.length} more` : '';
  return `These variables are not set, and tests may read them: ${list.join(', ')}${more}. They will be empty, or break the test.`;
}

/** What has no value: references such as `_ENV.NAME` and `_CREDS.magento/NAME`, with what belongs to each. */
export function missingReferences<Value>(
  { env, credentials }: { env: ReadonlyMap<string, Value>; credentials: ReadonlyMap<string, Value> },
  provided: { names: readonly string[]; credentials: readonly string[] },
): [reference: string, Value][] {
  const names = new Set([...defaultedVariables, ...provided.names]);
  const keys = new Set(provided.credentials);
  return [
    ...[...env]
      .filter(([name]) => !names.has(name))
      .map(([name, value]) => referenceEntry('_ENV', name, value)),
    ...[...credentials]
      .filter(([key]) => !keys.has(key))
      .map(([key, value]) => referenceEntry('_CREDS', key, value)),
  ];
}

const referenceEntry = <Value>(kind: string, name: string, value: Value): [string, Value] => [
  `${kind}.${name}`,
  value,
];

/** The names for `describeMissing`, of an environment's values and of the text of MFTF's file of credentials. */
export function providedNames(files: {
  values: { name: string }[];
  credentials: string;
}): Parameters<typeof describeMissing>[1] {
  return {
    names: files.values.map(({ name }) => name),
    credentials: files.credentials.split('\n').map((line) => line.slice(0, line.indexOf('='))),
  };
}

/** The first two names, and the number of the others. */
function firstTwo(tests: string[]): string {
  const names = tests.slice(0, 2).join(', ');
  return tests.length > 2 ? `${names} and ${tests.length - 2} more` : names;
}
