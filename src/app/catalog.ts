import type { Config } from '../config/config.ts';
import { isFault, toFault } from '../faults/fault.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Catalogs } from '../mftf/catalog/catalogs.ts';
import { resolveSelection } from '../mftf/catalog/selection.ts';
import type { PlannedTest, Selection } from '../model/selection.ts';
import type { Database } from '../store/database/database.ts';
import type { EngineAndPool } from './engine-and-pool.ts';
import { createCatalogContainer } from './temporary-container.ts';

interface CatalogDependencies {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
}

/**
 * The catalog of the image and the newest commit of the module, and the path of its checkout. `enabled`: see `Catalogs.of`. Errors: as of
 * `Context.catalog`.
 */
export async function readCatalog(
  deps: CatalogDependencies,
  { engine, modules, catalogs }: EngineAndPool & { catalogs: Catalogs },
  enabled?: readonly string[],
) {
  const commit = await modules.resolve();
  const checkout = await modules.checkout(commit.id);
  const image = {
    id: await engine.imageId(deps.config.pool.image),
    // Reads the Magento tree of the image when no environment has a container yet.
    container: () => createCatalogContainer(deps, engine),
  };
  return { commit, checkout, catalog: await catalogs.of(image, { id: commit.id, path: checkout }, enabled) };
}

/**
 * The tests that a selection covers; `undefined` when the catalog cannot be read, and then the run checks the selection.
 * Errors: SELECTION_UNKNOWN, SELECTION_EMPTY, MODULE_INVALID.
 */
export async function resolveInCatalog(
  deps: { config: Config; log: Logger },
  read: () => ReturnType<typeof readCatalog>,
  selection: Selection,
): Promise<PlannedTest[] | undefined> {
  if (!deps.config.module.source) return undefined;
  try {
    const { catalog } = await read();
    return resolveSelection(catalog, selection).tests;
  } catch (error) {
    if (isFault(error, 'SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'MODULE_INVALID')) throw error;
    const { code, message } = toFault(error);
    deps.log.warn(
      { code, reason: message },
      'Catalog unavailable: the selection is checked when the run starts',
    );
    return undefined;
  }
}
