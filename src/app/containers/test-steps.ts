import { isFault } from '../../faults/fault.ts';
import type { CatalogAccess } from '../../mftf/catalog/catalogs.ts';
import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import type { EnvFiles } from '../../mftf/module/env-files.ts';
import { createRedactor } from '../../mftf/redaction/redactor.ts';
import { describeModules } from '../../mftf/shop-modules/describe-modules.ts';
import { enabledModules, type ShopModulesSource } from '../../mftf/shop-modules/shop-modules.ts';
import type { ShownStep, TestSteps } from '../../mftf/steps/test-steps.ts';
import type { Environment } from '../../model/environment.ts';
import type { Context, ResolvedSteps, StepsPlace } from '../../operations/core/context.ts';

interface StepsDependencies {
  shopModules: ShopModulesSource;
  sourcesAt: Context['sourcesAt'];
  envFilesOf(environment: Environment, testModules: CheckedOutModules): Promise<EnvFiles>;
  readCatalog(request: {
    image: string;
    testModules: CheckedOutModules;
    enabled: readonly string[] | undefined;
  }): Promise<CatalogAccess>;
}

/** See `Context.testSteps`. */
export async function readTestSteps(
  { shopModules, sourcesAt, envFilesOf, readCatalog }: StepsDependencies,
  { environment, ref, test }: StepsPlace,
): Promise<ResolvedSteps> {
  const { image, testModules } = await (await sourcesAt(ref)).of(environment);
  const [{ id, subject }] = testModules;
  const common = { commit: { id, subject }, testModules };
  const stepsWith = async (enabled: readonly string[] | undefined) => {
    const catalog = await readCatalog({ image, testModules, enabled });
    return catalog.ask('steps', { test });
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
    ...{ ...common, modules },
    steps: await withoutSecrets(steps, files.secrets),
    values: { layers: await files.readLayers() },
  };
}

/** The files of a module may have secrets of an environment as they are. */
async function withoutSecrets(test: TestSteps, secrets: readonly string[]): Promise<TestSteps> {
  const redactor = await createRedactor(secrets);
  const hide = redactor.text;
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
