import type { Catalog } from '../catalog/catalog.ts';
import { expandSteps } from './action-groups.ts';
import { createEntities, createPages, createSections } from './data-definitions.ts';
import { createDeclarationReader } from './declaration-reader.ts';
import { createActionGroups } from './extension.ts';
import type {
  Definitions,
  KeyedSteps,
  ResolvedSuite,
  ResolvedTest,
  Resolver,
  TestDefinition,
} from './model.ts';
import { extendSteps, orderSteps } from './order.ts';
import { refuse, resolution } from './refusal.ts';
import { readSuite, readTest } from './steps-definitions.ts';

/**
 * Resolves the tests and suites of a catalog as MFTF does. `read` returns the content of a file of the catalog, by its path; only
 * files that a test depends on are read, each once.
 */
export function createResolver(catalog: Catalog, read: (path: string) => Uint8Array): Resolver {
  const reader = createDeclarationReader(catalog, read);
  const actionGroup = createActionGroups(reader);
  const definitions: Definitions = {
    test(name) {
      const test = readTest(reader, name);
      return test && { ...test, module: catalog.tests.get(name)?.module };
    },
    actionGroup,
    entity: createEntities(reader),
    section: createSections(reader),
    page: createPages(reader),
  };
  const flatten = (subject: string, own: KeyedSteps | undefined, parent?: KeyedSteps) => {
    if (own === undefined && parent === undefined) return undefined;
    const steps = extendSteps(parent ?? new Map(), own ?? new Map());
    return expandSteps(orderSteps(steps, subject), actionGroup, subject);
  };

  function resolveTest(name: string): ResolvedTest {
    const catalogTest = catalog.tests.get(name);
    const test = definitions.test(name);
    if (test === undefined || catalogTest === undefined) return refuse(nowhere, `There is no test ${name}.`);
    if (catalogTest.unusable !== undefined) {
      refuse(test.origin, `MFTF does not generate the test ${name}: ${catalogTest.unusable}.`);
    }
    const parent = test.extends === undefined ? undefined : definitions.test(test.extends);
    const isSkipped = catalogTest.skip !== undefined;
    const isOwnSkip = test.annotations.some(({ tag }) => tag === 'skip');
    // MFTF does not know a parent that it refused before, so such a child is left to it.
    const skippedParent =
      isSkipped && !isOwnSkip && test.extends !== undefined ? resolveTest(test.extends) : undefined;
    const ownHooks = { before: test.before !== undefined, after: test.after !== undefined };
    const parentHooks = { before: parent?.before !== undefined, after: parent?.after !== undefined };
    return {
      name,
      module: test.module,
      files: test.files,
      origin: test.origin,
      annotations: test.annotations,
      skipped: isSkipped,
      skippedParent,
      skipReasons: isOwnSkip || !isSkipped ? (catalogTest.skip ?? []) : [reasonOfParent],
      extends: test.extends,
      hooks: [
        ...hooks.filter((hook) => ownHooks[hook]),
        ...hooks.filter((hook) => parentHooks[hook] && !ownHooks[hook]),
      ],
      ...(isSkipped ? stepsOfSkipped(test, parent, isOwnSkip) : stepsOf(test, parent)),
    };
  }

  const subjectOf = (test: TestDefinition) => `the test ${test.name}`;

  function stepsOf(test: TestDefinition, parent: TestDefinition | undefined) {
    const subject = subjectOf(test);
    return {
      before: flatten(subject, test.before, parent?.before),
      steps: flatten(subject, test.steps, parent?.steps) ?? [],
      after: flatten(subject, test.after, parent?.after),
    };
  }

  /** Of a skipped test MFTF reads no hooks, and of one that is skipped with its parent nothing (measured with 3.8 and 6.0). */
  function stepsOfSkipped(test: TestDefinition, parent: TestDefinition | undefined, isOwnSkip: boolean) {
    const all = resolution(() => stepsOf(test, parent));
    if ('resolved' in all) return all.resolved;
    const steps = isOwnSkip ? (flatten(subjectOf(test), test.steps, parent?.steps) ?? []) : [];
    return { before: undefined, steps, after: undefined };
  }

  function resolveSuite(name: string): ResolvedSuite {
    const suite = readSuite(reader, name);
    if (suite === undefined) return refuse(nowhere, `There is no suite ${name}.`);
    const subject = `the suite ${name}`;
    return { ...suite, before: flatten(subject, suite.before), after: flatten(subject, suite.after) };
  }
  return {
    definitions,
    test: (name) => resolution(() => resolveTest(name)),
    suite: (name) => resolution(() => resolveSuite(name)),
  };
}

const hooks = ['before', 'after'] as const;
/** The origin of what no file declares. */
const nowhere = { file: '', line: 0 };

/** What MFTF writes as the issue of a test whose parent is skipped. */
const reasonOfParent = 'ParentTestIsSkipped';
