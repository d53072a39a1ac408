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
  const note = (map: Map<string, string[]>, keys: string[] | undefined, test: string) => {
    for (const key of keys ?? []) {
      const users = map.get(key);
      if (users === undefined) map.set(key, [test]);
      else if (users.at(-1) !== test) users.push(test);
    }
  };
  for (const { name, suite } of tests) {
    const start = suite === undefined ? [`test:${name}`] : [`test:${name}`, `suite:${suite}`];
    for (const { part } of dependencies.reach(start, () => true)) {
      note(variables.env, part.env, name);
      note(variables.credentials, part.credentials, name);
    }
  }
  return variables;
}
