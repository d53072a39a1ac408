import type { Config } from '../../config/config.ts';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { CatalogAccess, Catalogs } from '../../mftf/catalog/catalogs.ts';
import type { ImageAccess } from '../../mftf/catalog/registration/registration-answers.ts';
import { type CheckedOutModules, checkOutNewest } from '../../mftf/module/check-out.ts';
import type { Environment } from '../../model/environment.ts';
import type { PlannedTest, Selection } from '../../model/selection.ts';
import type { EnvironmentSources } from '../../modules/environment-sources.ts';
import type { SourcesAt } from '../../operations/core/context.ts';
import type { Database } from '../../store/database/database.ts';
import type { EngineAndPool } from './engine-and-pool.ts';
import type { Sources } from './sources.ts';
import { createCatalogContainer } from './temporary-container.ts';

interface CatalogDependencies {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
}

/** An image, and how to read its Magento tree, also when no environment has a container yet. Errors: those of the engine. */
export async function imageAccess(
  deps: CatalogDependencies,
  { engine }: Pick<EngineAndPool, 'engine'>,
  image: string,
): Promise<ImageAccess> {
  return { id: await engine.imageId(image), container: () => createCatalogContainer(deps, engine, image) };
}

/** The catalog of an image and of checkouts of test modules. `enabled`: see `Catalogs.of`. Errors: as of `Context.catalog`. */
export async function readCatalog(
  deps: CatalogDependencies,
  { engine, catalogs }: EngineAndPool & { catalogs: Catalogs },
  request: { image: string; testModules: CheckedOutModules; enabled?: readonly string[] | undefined },
): Promise<CatalogAccess> {
  const image = await imageAccess(deps, { engine }, request.image);
  return catalogs.of(image, request.testModules, request.enabled);
}

/** The sources of environments with their newest commits, the first module at a ref. */
export function createSourcesAt(
  sources: Sources,
  { modules }: Pick<EngineAndPool, 'modules'>,
  ref: string | undefined,
): SourcesAt {
  const checkouts = new Map<string, Promise<CheckedOutModules>>();
  return {
    async of(environment) {
      const { image, modules: sourced } = await sources.of(environment);
      const key = JSON.stringify(sourced);
      const checkout = checkouts.get(key) ?? checkOutNewest(modules, sourced, ref);
      checkouts.set(key, checkout);
      return { image, testModules: await checkout };
    },
  };
}

/**
 * The tests that a selection covers, on the first of the environments; `undefined` when the catalog cannot be read, and then the run
 * checks the selection: also when an invalid file belongs to a module that a shop has disabled, because MFTF does not read it there.
 * `shopLists` are the enabled modules of the shops that are known. Errors: REF_UNKNOWN, SELECTION_UNKNOWN, SELECTION_EMPTY,
 * MODULE_INVALID, TREE_TOO_LARGE.
 */
export async function resolveInCatalog(
  deps: {
    log: Logger;
    sources: Sources;
    read(environment: Environment | undefined, enabled?: readonly string[]): Promise<CatalogAccess>;
    shopLists(): Promise<readonly string[][]>;
  },
  selection: Selection,
  environments: readonly Environment[],
): Promise<PlannedTest[] | undefined> {
  const groups = await groupBySources(deps.sources, environments).catch((error: unknown) => {
    if (isFault(error, 'CONFIG_INVALID')) return undefined;
    throw error;
  });
  let first: PlannedTest[] | undefined;
  for (const [index, environment] of (groups ?? []).entries()) {
    const tests = await resolveOn(deps, selection, environment).catch((error: unknown) => {
      throw environment && groups && groups.length > 1 ? onEnvironment(environment, error) : error;
    });
    if (index === 0) first = tests;
  }
  return first;
}

/** One environment of each group that has the same sources; `undefined` stands for the settings. Errors: CONFIG_INVALID. */
async function groupBySources(
  sources: Sources,
  environments: readonly Environment[],
): Promise<(Environment | undefined)[]> {
  const groups = new Map<string, Environment | undefined>();
  const keyOf = ({ image, modules }: EnvironmentSources) => JSON.stringify([image, modules]);
  for (const environment of environments.length > 0 ? environments : [undefined]) {
    const key = keyOf(await sources.of(environment));
    if (!groups.has(key)) groups.set(key, environment);
  }
  return [...groups.values()];
}

async function resolveOn(
  { log, read, shopLists }: Pick<Parameters<typeof resolveInCatalog>[0], 'log' | 'read' | 'shopLists'>,
  selection: Selection,
  environment: Environment | undefined,
): Promise<PlannedTest[] | undefined> {
  try {
    const catalog = await read(environment);
    return (await catalog.ask('resolve', selection)).tests;
  } catch (error) {
    if (isFault(error, 'REF_UNKNOWN', 'SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'TREE_TOO_LARGE')) throw error;
    if (isFault(error, 'MODULE_INVALID')) {
      const readFor = (enabled: readonly string[]) => read(environment, enabled);
      if (await isReadableForAny(readFor, await shopLists())) return undefined;
      throw error;
    }
    const { code, message } = toFault(error);
    log.warn({ code, reason: message }, 'Catalog unavailable: the selection is checked when the run starts');
    return undefined;
  }
}

function onEnvironment({ code }: Environment, error: unknown): unknown {
  if (!isFault(error)) return error;
  return new Fault(error.code, `On ${code}: ${error.message}`, { cause: error });
}

/** Whether MFTF can read the files of at least one of the lists of enabled modules. Rejects as `readCatalog`, except MODULE_INVALID. */
async function isReadableForAny(
  read: (enabled: readonly string[]) => Promise<unknown>,
  lists: readonly string[][],
): Promise<boolean> {
  const different = new Map(lists.map((names) => [names.join(), names]));
  for (const names of different.values()) {
    try {
      await read(names);
      return true;
    } catch (error) {
      if (!isFault(error, 'MODULE_INVALID')) throw error;
    }
  }
  return false;
}
