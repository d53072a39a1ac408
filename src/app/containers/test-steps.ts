import { isFault } from '../../faults/fault.ts';
import type { CatalogAccess } from '../../mftf/catalog/catalogs.ts';
import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import type { EnvFiles } from '../../mftf/module/env-files.ts';
import { describeModules } from '../../mftf/shop-modules/describe-modules.ts';
import { enabledModules, type ShopModulesSource } from '../../mftf/shop-modules/shop-modules.ts';
import type { ShownStep, TestSteps } from '../../mftf/steps/test-steps.ts';
import type { Environment } from '../../model/environment.ts';
import type { Context, ResolvedSteps, StepsPlace } from '../../operations/core/context.ts';
import type { Hide, TestAnswer } from './hide-secrets.ts';

interface StepsDependencies {
  shopModules: ShopModulesSource;
  sourcesAt: Context['sourcesAt'];
  envFilesOf(environment: Environment, testModules: CheckedOutModules): Promise<EnvFiles>;
  readCatalog(request: {
    image: string;
    testModules: CheckedOutModules;
    enabled: readonly string[] | undefined;
  }): Promise<CatalogAccess>;
  /** See `createHide`. */
  createHide(answer: TestAnswer): Promise<Hide>;
}

/** See `Context.testSteps`. */
export async function readTestSteps(
  { shopModules, sourcesAt, envFilesOf, readCatalog, createHide }: StepsDependencies,
  { environment, ref, test }: StepsPlace,
): Promise<ResolvedSteps> {
  const { image, testModules } = await (await sourcesAt(ref)).of(environment);
  const [{ id, subject }] = testModules;
  const common = { commit: { id, subject }, testModules };
  const stepsWith = async (enabled: readonly string[] | undefined) => {
    const catalog = await readCatalog({ image, testModules, enabled });
    const steps = await catalog.ask('steps', { test });
    const answer = { environments: [environment], commits: [testModules], texts: textsOf(steps) };
    return withoutSecrets(steps, await createHide(answer));
  };
  if (environment === undefined) {
    return { ...common, modules: undefined, steps: await stepsWith(undefined), values: undefined };
  }
  const files = await envFilesOf(environment, testModules).catch((error: unknown) => {
    // The steps are as useful without the values.
    if (isFault(error, 'MODULE_ENV_FILE_MISSING')) return error.message;
    throw error;
  });
  const stored = await shopModules.stored(environment);
  const values = typeof files === 'string' ? [] : files.values;
  const steps = await stepsWith(enabledModules(stored, values));
  const modules = describeModules(stored);
  if (typeof files === 'string') return { ...common, modules, steps, values: { missing: files } };
  return {
    ...{ ...common, modules, steps },
    values: { layers: await files.readLayers() },
  };
}

/** What `withoutSecrets` hides secrets in. */
const textsOf = ({ before, steps, after }: TestSteps): string[] =>
  [...before, ...steps, ...after].flatMap(({ text, fields }) => [
    text,
    ...fields.flatMap(({ parts }) => parts.filter((part) => typeof part === 'string')),
  ]);

function withoutSecrets(test: TestSteps, hide: Hide): TestSteps {
  const hideLines = (steps: readonly ShownStep[]) =>
    steps.map((step) => ({
      ...step,
      text: hide(step.text),
      fields: step.fields.map((field) => ({
        ...field,
        parts: field.parts.map((part) => (typeof part === 'string' ? hide(part) : part)),
      })),
    }));
  const { before, steps, after } = test;
  return { ...test, before: hideLines(before), steps: hideLines(steps), after: hideLines(after) };
}
