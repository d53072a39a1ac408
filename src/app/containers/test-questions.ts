import { Fault } from '../../faults/fault.ts';
import type { ResolvedSelection } from '../../mftf/catalog/selection.ts';
import { providedNames } from '../../mftf/closure/variables.ts';
import { describeOverridden } from '../../mftf/module/env-files.ts';
import { describeModules } from '../../mftf/shop-modules/describe-modules.ts';
import { enabledModules } from '../../mftf/shop-modules/shop-modules.ts';
import type { Environment } from '../../model/environment.ts';
import { coversPlaywright, isEmptySelection, ofMftf } from '../../model/selection.ts';
import type { Context } from '../../operations/core/context.ts';
import { createSourcesAt, imageAccess, readCatalog, resolveInCatalog } from './catalog.ts';
import {
  definitionsAt,
  enabledOn,
  envFilesOf,
  environmentTests,
  type QuestionDependencies,
} from './environment-tests.ts';
import { createHide, type TestAnswer } from './hide-secrets.ts';
import { createImpact } from './impact.ts';
import { previewPlaywright } from './playwright-preview.ts';
import { mountInMagentoTree } from './runner.ts';
import { readTestSteps } from './test-steps.ts';

type TestQuestions = Pick<
  Context,
  | 'resolveSelection'
  | 'catalog'
  | 'testSteps'
  | 'lint'
  | 'lintTree'
  | 'impact'
  | 'commitRange'
  | 'sourcesAt'
  | 'previewOn'
>;

/** What a selection without tests of MFTF means. */
const emptyResolved: ResolvedSelection = {
  ...{ tests: [], skipped: [], excludedSkipped: [], inSuites: [], unusable: [], disabled: [], patterns: [] },
};

/** Answers questions about the tests of the image and the test modules. */
export function createTestQuestions(deps: QuestionDependencies): TestQuestions {
  const { sources, modulesOfShops, open } = deps;
  const sourcesAt = async (ref?: string) => createSourcesAt(sources, await open(), ref);
  const sourcesOf = async ({ environment, ref }: Parameters<Context['catalog']>[0] = {}) =>
    (await sourcesAt(ref)).of(environment);
  const readTests = async (request: Parameters<typeof readCatalog>[2]) =>
    readCatalog(deps, await open(), request);
  const hideIn = (answer: TestAnswer) => createHide({ ...deps, sourcesAt }, answer);
  const shopLists = async () =>
    (await deps.shopModules.list()).flatMap(({ names }) => (names ? [names] : []));

  return {
    async resolveSelection(selection, { environments = [], ref } = {}) {
      if (coversPlaywright(selection) && deps.config.playwright.folder === undefined) {
        throw new Fault('PLAYWRIGHT_NOT_SET', 'The selection has tests of Playwright.');
      }
      const selectionOfMftf = ofMftf(selection);
      // The tests of Playwright are listed in the container of a run.
      if (isEmptySelection(selectionOfMftf)) return undefined;
      if (!deps.config.module.source && environments.every(({ modules }) => modules.length === 0))
        return undefined;
      let at: ReturnType<typeof sourcesAt> | undefined;
      const read = async (environment: Environment | undefined, enabled?: readonly string[]) => {
        at ??= sourcesAt(ref);
        const { of } = await at;
        return readCatalog(deps, await open(), { ...(await of(environment)), enabled });
      };
      return resolveInCatalog({ ...deps, read, shopLists }, selectionOfMftf, environments);
    },

    async catalog(place) {
      const { image, testModules } = await sourcesOf(place);
      const [{ id, subject }] = testModules;
      return {
        commit: { id, subject },
        catalog: await readTests({ image, testModules }),
      };
    },

    testSteps: (place) =>
      readTestSteps(
        {
          shopModules: modulesOfShops,
          sourcesAt,
          envFilesOf: (environment, testModules) => envFilesOf(deps, environment, testModules),
          readCatalog: readTests,
          createHide: hideIn,
        },
        place,
      ),

    async lint(place) {
      const at = await sourcesOf(place);
      const environment = place?.environment;
      const [{ id, subject }] = at.testModules;
      return {
        commit: { id, subject },
        testModules: at.testModules,
        definitions: await definitionsAt(deps, at),
        async tests() {
          try {
            const files = environment && (await envFilesOf(deps, environment, at.testModules));
            return await environmentTests(deps, environment, files, at);
          } catch (error) {
            // Definitions can be asked about without them, also when a broken file keeps MFTF from generating any test.
            if (error instanceof Fault) return undefined;
            throw error;
          }
        },
      };
    },

    async lintTree(environment) {
      const parts = await open();
      const { image } = await sources.of(environment);
      return parts.lintSources.tree(await imageAccess(deps, parts, image));
    },

    impact: createImpact({
      ...deps,
      sourcesAt,
      modules: async () => (await open()).modules,
      readEnabled: async (environment, testModules) =>
        enabledOn(deps, environment, await envFilesOf(deps, environment, testModules)),
      createHide: hideIn,
      read: readTests,
    }),

    commitRange: async (ends) => (await open()).modules.commitRange(ends),

    sourcesAt,

    async previewOn(environment, selection, at) {
      const { image, testModules } = await at.of(environment);
      const files = await envFilesOf(deps, environment, testModules);
      const modules = await modulesOfShops.stored(environment);
      const enabled = enabledModules(modules, files.values);
      const catalog = await readCatalog(deps, await open(), { image, testModules, enabled });
      const { readers } = await open();
      const playwright = await previewPlaywright({ ...deps, readers }, environment.id, selection);
      const selectionOfMftf = ofMftf(selection);
      const resolved = isEmptySelection(selectionOfMftf)
        ? emptyResolved
        : await catalog.ask('resolve', selectionOfMftf);
      const { tests } = resolved;
      return {
        ...resolved,
        tests: [...tests, ...playwright.tests],
        skipped: [...resolved.skipped, ...playwright.skipped],
        note: playwright.note,
        modules: describeModules(modules),
        unset: await catalog.ask('missingVariables', { tests, ...providedNames(files) }),
        overridden: describeOverridden(environment.code, files),
        // A mount in the tree may have files that the image has not.
        missingFiles:
          mountInMagentoTree(deps.config.pool) === undefined
            ? await catalog.ask('missingFixtures', { tests })
            : undefined,
      };
    },
  };
}
