import type { Config } from '../config/config.ts';
import { isFault, toFault } from '../faults/fault.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Catalogs } from '../mftf/catalog/catalogs.ts';
import type { PlannedTest, Selection } from '../model/selection.ts';
import type { Commit } from '../modules/modules.ts';
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
 * The catalog of the image and a commit of the module, by default the newest one, and the path of its checkout. `enabled`: see
 * `Catalogs.of`. Errors: as of `Context.catalog`.
 */
export async function readCatalog(
  deps: CatalogDependencies,
  { engine, modules, catalogs }: EngineAndPool & { catalogs: Catalogs },
  { enabled, ...options }: { enabled?: readonly string[] | undefined; commit?: Commit } = {},
) {
  const commit = options.commit ?? (await modules.resolve());
  const checkout = await modules.checkout(commit.id);
  const image = {
    id: await engine.imageId(deps.config.pool.image),
    // Reads the Magento tree of the image when no environment has a container yet.
    container: () => createCatalogContainer(deps, engine),
  };
  return { commit, checkout, catalog: await catalogs.of(image, { id: commit.id, path: checkout }, enabled) };
}

/**
 * The tests that a selection covers; `undefined` when the catalog cannot be read, and then the run checks the selection:
 * also when an invalid file belongs to a module that a shop has disabled, because MFTF does not read it there.
 * `shopLists` are the enabled modules of the shops that are known. Errors: SELECTION_UNKNOWN, SELECTION_EMPTY,
 * MODULE_INVALID, TREE_TOO_LARGE.
 */
export async function resolveInCatalog(
  deps: { config: Config; log: Logger },
  read: (enabled?: readonly string[]) => ReturnType<typeof readCatalog>,
  selection: Selection,
  shopLists: () => Promise<readonly string[][]>,
): Promise<PlannedTest[] | undefined> {
  if (!deps.config.module.source) return undefined;
  try {
    const { catalog } = await read();
    return (await catalog.ask('resolve', selection)).tests;
  } catch (error) {
    if (isFault(error, 'SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'TREE_TOO_LARGE')) throw error;
    if (isFault(error, 'MODULE_INVALID')) {
      if (await isReadableForAny(read, await shopLists())) return undefined;
      throw error;
    }
    const { code, message } = toFault(error);
    deps.log.warn(
      { code, reason: message },
      'Catalog unavailable: the selection is checked when the run starts',
    );
    return undefined;
  }
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
