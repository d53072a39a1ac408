import type { Config } from '../config/config.ts';
import type { Engine } from '../engine/engine.ts';
import { supervisorFile } from '../engine/supervised.ts';
import { isFault, toFault } from '../faults/fault.ts';
import { type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Catalogs } from '../mftf/catalog/catalogs.ts';
import { resolveSelection } from '../mftf/catalog/selection.ts';
import type { PlannedTest, Selection } from '../model/selection.ts';
import { runFolder } from '../pool/specification.ts';
import type { Database } from '../store/database/database.ts';
import { readInstallation } from '../store/tables/settings.ts';
import type { EngineAndPool } from './engine-and-pool.ts';

interface CatalogDependencies {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
}

/**
 * The catalog of the image and the newest commit of the module, and the path of its checkout. Errors: as of
 * `Context.catalog`.
 */
export async function readCatalog(
  deps: CatalogDependencies,
  { engine, modules, catalogs }: EngineAndPool & { catalogs: Catalogs },
) {
  const commit = await modules.resolve();
  const checkout = await modules.checkout(commit.id);
  const image = {
    id: await engine.imageId(deps.config.pool.image),
    container: () => createCatalogContainer(deps, engine),
  };
  return { commit, checkout, catalog: await catalogs.of(image, { id: commit.id, path: checkout }) };
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

/** A temporary container of the image, to read its Magento tree when no environment has a container yet. */
async function createCatalogContainer({ config, locks, database }: CatalogDependencies, engine: Engine) {
  const { image, memoryBytes } = config.pool;
  const installation = await readInstallation(database);
  const name = `matre_catalog_${installation}`;
  const lock = await locks.acquire(lockNames.container(name), { owner: `catalog, process ${process.pid}` });
  const dispose = async () => {
    try {
      await engine.remove(name);
    } finally {
      await lock.release();
    }
  };
  try {
    // A killed process may have left one.
    await engine.remove(name);
    const { id } = await engine.create({
      name,
      image,
      labels: { 'matre.catalog': installation },
      env: {},
      mounts: [],
      // For files of the test module that PHP is asked about.
      tmpfs: [{ target: runFolder, sizeBytes: 16 * 1024 * 1024, mode: 0o700 }],
      files: [supervisorFile()],
      writable: [],
      network: undefined,
      extraHosts: [],
      memoryBytes,
    });
    return { id, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
