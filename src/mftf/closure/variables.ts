import type { Catalog } from '../catalog/catalog.ts';
import { dependenciesOf } from './dependencies.ts';

/** The variables and secrets that tests may read, each with the names of the tests. */
export interface Variables {
  /** Names of `{{_ENV.NAME}}`. */
  env: Map<string, string[]>;
  /** Keys of `{{_CREDS.vendor/NAME}}`. */
  credentials: Map<string, string[]>;
}

/**
 * The variables of some tests, also those that they use through action groups, data, pages and suites. A name may be
 * followed too far, so a variable may be named that a test does not need; none is left out.
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

/** Variables that MFTF itself gives a value where nobody does (read in its _bootstrap.php). */
const defaultedVariables = [
  ...['MAGENTO_CLI_COMMAND_PATH', 'MAGENTO_CLI_COMMAND_PARAMETER'],
  ...['DEFAULT_TIMEZONE', 'WAIT_TIMEOUT', 'VERBOSE_ARTIFACTS'],
];

/**
 * Says which variables nobody has set, or `undefined` when all are. It is a warning and not a fault: a test may stop before it
 * reads the variable, and MFTF says nothing of an empty one. Of a missing credential it throws when the test gets there: that
 * test is then broken as CREDENTIAL_MISSING. `credentials` is the text of MFTF's file.
 */
export function describeMissing(
  { env, credentials }: Variables,
  files: { values: { name: string; value: string }[]; credentials: string },
): string | undefined {
  const setNames = new Set([...defaultedVariables, ...files.values.map(({ name }) => name)]);
  const keys = new Set(files.credentials.split('\n').map((line) => line.slice(0, line.indexOf('='))));
  const missing = [
    ...[...env].filter(([name]) => !setNames.has(name)).map((entry) => ['_ENV', ...entry] as const),
    ...[...credentials].filter(([key]) => !keys.has(key)).map((entry) => ['_CREDS', ...entry] as const),
  ];
  if (missing.length === 0) return undefined;
  const list = missing.map(([kind, name, tests]) => `{{${kind}.${name}}} (${firstTwo(tests)})`);
  return `Nobody has set these variables, which tests may read: ${list.join(', ')}. An empty value, or a broken test, may come of it.`;
}

/** The first two names and the number of the others. */
function firstTwo(tests: string[]): string {
  const shown = tests.slice(0, 2).join(', ');
  return tests.length > 2 ? `${shown} and ${tests.length - 2} more` : shown;
}
