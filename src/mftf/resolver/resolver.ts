import type { Catalog } from '../catalog/catalog.ts';
import { expandSteps } from './action-groups.ts';
import { createEntities, createPages, createSections } from './data-definitions.ts';
import { createDeclaredElements } from './declared-elements.ts';
import { createActionGroups } from './extension.ts';
import type {
  Definitions,
  ResolvedStep,
  ResolvedSuite,
  ResolvedTest,
  Resolver,
  XmlElement,
} from './model.ts';
import { keySteps, orderSteps } from './order.ts';
import { refuse, resolution } from './refusal.ts';
import { readSuite, readTest } from './steps-definitions.ts';

/**
 * Resolves the tests and suites of a catalog as MFTF does. `read` returns the content of a file of the catalog, by its path; only
 * files that a test depends on are read, each once.
 */
export function createResolver(catalog: Catalog, read: (path: string) => Uint8Array): Resolver {
  const declared = createDeclaredElements(catalog, read);
  const actionGroup = createActionGroups(declared);
  const definitions: Definitions = {
    test(name) {
      const test = readTest(declared, name);
      return test && { ...test, module: catalog.tests.get(name)?.module };
    },
    actionGroup,
    entity: createEntities(declared),
    section: createSections(declared),
    page: createPages(declared),
  };
  const flatten = (
    steps: readonly XmlElement[] | undefined,
    parent: readonly XmlElement[] | undefined,
    subject: string,
  ) => {
    if (steps === undefined && parent === undefined) return undefined;
    const ordered = orderSteps(keySteps(parent ?? [], steps ?? []), subject);
    return expandSteps(ordered, actionGroup, subject);
  };

  function resolveTest(name: string): ResolvedTest {
    const known = catalog.tests.get(name);
    const test = definitions.test(name);
    if (test === undefined || known === undefined) {
      return refuse({ file: '', line: 0 }, `There is no test ${name}.`);
    }
    const subject = `the test ${name}`;
    if (known.unusable !== undefined) {
      refuse(test.origin, `MFTF does not generate ${subject}: ${known.unusable}.`);
    }
    const parent = test.extends === undefined ? undefined : definitions.test(test.extends);
    const base = {
      name,
      module: test.module,
      files: test.files,
      origin: test.origin,
      annotations: test.annotations,
      skipReasons: known.skip ?? [],
      skipped: known.skip !== undefined,
      extends: test.extends,
    };
    return {
      ...base,
      before: flatten(test.before, parent?.before, subject),
      steps: flatten(test.steps, parent?.steps, subject) as ResolvedStep[],
      after: flatten(test.after, parent?.after, subject),
    };
  }

  function resolveSuite(name: string): ResolvedSuite {
    const suite = readSuite(declared, name);
    if (suite === undefined) return refuse({ file: '', line: 0 }, `There is no suite ${name}.`);
    const subject = `the suite ${name}`;
    return {
      name,
      files: suite.files,
      origin: suite.origin,
      before: flatten(suite.before, undefined, subject),
      after: flatten(suite.after, undefined, subject),
    };
  }
  return {
    definitions,
    test: (name) => resolution(() => resolveTest(name)),
    suite: (name) => resolution(() => resolveSuite(name)),
  };
}
