import { compareValues } from '../../mftf/module/compare-values.ts';
import { findModuleEnvFile, moduleEnvPath } from '../../mftf/module/env-files.ts';
import type { Environment } from '../../model/environment.ts';
import type { Context, SourcesAt } from '../../operations/core/context.ts';
import { createSourcesAt } from './catalog.ts';
import { referencesOf } from './env-values.ts';
import {
  definitionsAt,
  envFilesOf,
  environmentTests,
  type QuestionDependencies,
} from './environment-tests.ts';
import { tryHook } from './try-hook.ts';

type ValueQuestions = Pick<
  Context,
  'effectiveValues' | 'compareValues' | 'variableUsers' | 'testsReading' | 'tryHook'
>;

/** Answers questions about the values that environments have for their tests and hooks, at the newest commits. */
export function createValueQuestions(deps: QuestionDependencies): ValueQuestions {
  const { open } = deps;

  return {
    async effectiveValues(environment) {
      const { commit, files } = await valuesOf(environment);
      return { commit, file: moduleEnvPath(environment.code), values: await files.readLayers() };
    },

    async compareValues(one, other) {
      const at = await sourcesNow();
      const [ofOne, ofOther] = [await valuesOf(one, at), await valuesOf(other, at)];
      return compareValues(ofOne.files, ofOther.files);
    },

    async variableUsers(environment) {
      const { commit, definitions, tests, files, references } = await readersOf(environment);
      return {
        commit,
        layers: await files.readLayers(),
        ...(await definitions.ask('variableUsers', { values: references, environment: tests })),
      };
    },

    async testsReading(environment, name) {
      const { commit, definitions, tests, references } = await readersOf(environment);
      const variable = references.find((each) => each.name === name) ?? { name, credential: undefined };
      return { commit, tests: await definitions.ask('testsReading', { variable, environment: tests }) };
    },

    async tryHook(environment, hook) {
      const { testModules, files } = await valuesOf(environment);
      const { module: valuesFrom } = await findModuleEnvFile(testModules, environment.code);
      return tryHook({ ...deps, parts: await open(), testModules, valuesFrom, files }, environment, hook);
    },
  };

  async function sourcesNow() {
    return createSourcesAt(deps.sources, await open(), undefined);
  }

  async function valuesOf(environment: Environment, sources?: SourcesAt) {
    const at = await (sources ?? (await sourcesNow())).of(environment);
    const { testModules } = at;
    const files = await envFilesOf(deps, environment, testModules);
    const [{ id, subject }] = testModules;
    return { commit: { id, subject }, at, testModules, files };
  }

  /** The values of an environment, the tests that its shop has of its sources, and the definitions through which these read them. */
  async function readersOf(environment: Environment) {
    const { commit, at, files } = await valuesOf(environment);
    const tests = await environmentTests(deps, environment, files, at);
    const definitions = await definitionsAt(deps, at);
    return { commit, definitions, tests, files, references: referencesOf(files) };
  }
}
