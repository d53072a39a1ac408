import type { CheckedOutModules } from '../../mftf/module/check-out.ts';
import type { EnvFiles } from '../../mftf/module/env-files.ts';
import { enabledModules, type ShopModulesSource } from '../../mftf/shop-modules/shop-modules.ts';
import type { Environment } from '../../model/environment.ts';
import type { SourcesAt } from '../../operations/core/context.ts';
import { imageAccess, readCatalog } from './catalog.ts';
import { readEnvFiles } from './env-values.ts';
import type { ContainerPartsDependencies, OpenParts } from './open-parts.ts';
import type { Sources } from './sources.ts';

/** What questions about tests and values are answered with. */
export interface QuestionDependencies extends ContainerPartsDependencies {
  sources: Sources;
  modulesOfShops: ShopModulesSource;
  /** Opens the parts at the first call. */
  open(): Promise<OpenParts>;
}

/** The image and the test modules of an environment. */
export type SourcesOfEnvironment = Awaited<ReturnType<SourcesAt['of']>>;

/** What MFTF reads for an environment. Errors: MODULE_ENV_FILE_MISSING. */
export async function envFilesOf(
  deps: QuestionDependencies,
  environment: Environment,
  testModules: CheckedOutModules,
): Promise<EnvFiles> {
  const { engine, readers } = await deps.open();
  return readEnvFiles({ ...deps, engine, readers }, environment, testModules);
}

/** The modules that MFTF reads on an environment: those that its shop listed last. */
export async function enabledOn(
  { modulesOfShops }: QuestionDependencies,
  environment: Environment,
  { values }: EnvFiles,
): Promise<readonly string[] | undefined> {
  return enabledModules(await modulesOfShops.stored(environment), values);
}

/** What the files of an image and of test modules define. Errors: those of the engine and of lint. */
export async function definitionsAt(
  deps: QuestionDependencies,
  { image, testModules }: SourcesOfEnvironment,
) {
  const parts = await deps.open();
  return parts.lintSources.of(await imageAccess(deps, parts, image), testModules);
}

/** The tests that MFTF generates on an environment; without one, of all modules. Errors: as of `Context.catalog`. */
export async function environmentTests(
  deps: QuestionDependencies,
  environment: Environment | undefined,
  files: EnvFiles | undefined,
  at: SourcesOfEnvironment,
) {
  const enabled = environment && files && (await enabledOn(deps, environment, files));
  const catalog = await readCatalog(deps, await deps.open(), { ...at, enabled });
  return catalog.ask('testsOfSuites', undefined);
}
