import { join, resolve } from 'node:path';
import type { Config } from '../../config/config.ts';
import type { Engine } from '../../engine/engine.ts';
import { openEngine } from '../../engine/open-engine.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import { scriptFiles } from '../../mftf/container/scripts.ts';
import { createModules, type Modules } from '../../modules/modules.ts';
import { playwrightFiles } from '../../playwright/container/scripts.ts';
import { createdMessage } from '../../pool/create-container.ts';
import { createInspection, type Inspection } from '../../pool/inspect.ts';
import { createPool, type Pool } from '../../pool/pool.ts';
import type { PoolSettings } from '../../pool/specification.ts';
import { type Database, notifyChange } from '../../store/database/database.ts';
import { recordedEvent } from '../../store/tables/events.ts';
import { readInstallation } from '../../store/tables/settings.ts';
import type { Threads } from '../../threads/threads.ts';
import type { Sources } from './sources.ts';

export interface EngineAndPool {
  engine: Engine;
  modules: Modules;
  pool: Pool;
  poolSettings: PoolSettings;
  inspection: Inspection;
  /** The id of this installation, which labels its containers and browser sessions. */
  installation: string;
}

/** Connects to the container engine and opens the checkouts of the module and the pool. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
export async function openEngineAndPool(deps: {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
  readers: Threads;
  sources: Pick<Sources, 'ofContainers'>;
}): Promise<EngineAndPool> {
  const { config, log, database, locks } = deps;
  const { dataFolder } = config.store;
  const engine = await openEngine({
    kind: config.engine.kind,
    image: config.pool.image,
    dockerHost: config.engine.dockerHost,
    sandboxFolder: join(dataFolder, 'sandboxes'),
    log,
  });
  const { source } = config.module;
  const modules = await createModules({
    folder: join(dataFolder, 'modules'),
    source,
    log,
    threads: deps.readers,
  });
  const installation = await readInstallation(database);
  const settings: PoolSettings = {
    ...poolSettings(config, installation, modules.folder),
    containerSources: deps.sources.ofContainers,
    recordedCreation: (container) =>
      recordedEvent(database, {
        code: 'CONTAINER_CREATED',
        message: createdMessage(container),
        at: container.createdAt,
      }),
  };
  const onChange = (environmentId: number) =>
    notifyChange(database, `environment ${environmentId}`).catch((error: unknown) => {
      log.debug({ err: error }, 'Pages could not be notified of a changed container');
    });
  const pool = createPool({ engine, locks, log, settings, onChange });
  const inspection = createInspection({ engine, pool, locks, settings });
  return { engine, modules, pool, poolSettings: settings, inspection, installation };
}

function poolSettings(config: Config, installation: string, modulesFolder: string): PoolSettings {
  const { pool } = config;
  return {
    installation,
    image: pool.image,
    network: pool.network,
    extraHosts: pool.extraHosts,
    mounts: pool.mounts,
    capabilities: pool.capabilities,
    memoryBytes: pool.memoryBytes,
    tmpfsBytes: pool.tmpfsBytes,
    magentoRoot: pool.magentoRoot,
    modulesFolder,
    downloadsFolder: sharedDownloads(config),
    files: [...scriptFiles(), ...playwrightFiles()],
  };
}

/** The folder that containers share with browsers; `undefined` when downloads come from a Grid, or not at all. */
export function sharedDownloads({
  selenium: { downloads },
  store,
}: Pick<Config, 'selenium' | 'store'>): string | undefined {
  if (downloads.mode === 'grid' || downloads.mode === 'off') return undefined;
  return downloads.folder ?? resolve(store.dataFolder, 'downloads');
}
