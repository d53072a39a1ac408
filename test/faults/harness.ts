import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine.ts';
import type { Database } from '../../src/store/database/database.ts';
import { migrate } from '../../src/store/database/migrate.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { type Embedded, openEmbeddedInstallation } from './embedded.ts';
import { addHooks } from './hooks.ts';
import { type Installation, onPostgres } from './installation.ts';
import {
  addEnvironments,
  type Containers,
  type EngineChoice,
  faketimeLibrary,
  openInstallation,
  removeContainers,
  silentLog,
} from './stores.ts';
import { startWorkers } from './workers.ts';

export interface HarnessOptions {
  engine: EngineChoice;
  /** Worker processes. */
  processes: number;
  /** Concurrent runs of each. */
  slots: number;
  environments: number;
  /** Whether there is a small second installation on the embedded database. */
  embedded: boolean;
  /** Runs have tests that fail often; see `onPostgres`. */
  withFailures?: boolean;
  /** Whether runs have hooks before and after their tests; see `addHooks`. */
  hooks?: boolean;
  /** Whether most runs have tests of Playwright, too; only the sandbox has npm. */
  playwright?: boolean;
  /** Override the defaults of `openStores`. */
  settings?: Record<string, string>;
}

/** An installation with everything it needs: servers, proxies to them, worker processes, a test module, containers. */
export interface Harness extends Installation {
  postgres: TestPostgres;
  redis: TestRedis;
  /** The proxies between the workers and the servers. */
  proxies: { postgres: TestProxy; redis: TestProxy };
  /** Direct connections for the harness itself, without the proxies. */
  database: Database;
  containers: Containers;
  engine: Engine;
  /** The disk of the data folder of the workers. */
  disk: SmallDisk | undefined;
  embedded: Embedded | undefined;
  /** The folder of the workers' logs. */
  folder: string;
  /** The path of the journal of the test processes of an environment, on this machine. */
  journal(code: string): string;
  close(options?: { keepFolder: boolean }): Promise<void>;
}

export async function openHarness(options: HarnessOptions): Promise<Harness> {
  const codes = Array.from({ length: options.environments }, (_, index) => `shop-${index + 1}`);
  const embeddedCodes = options.embedded ? ['solo-1', 'solo-2'] : [];
  const installation = await openInstallation(options.engine, [...codes, ...embeddedCodes], {
    playwright: options.playwright ?? false,
  });
  const { containers, folder, journal } = installation;
  const closing: (() => Promise<unknown> | unknown)[] = [];
  const data = join(folder, 'data');
  const close = async ({ keepFolder = false } = {}) => {
    // Data in memory would be lost.
    if (keepFolder) await cp(data, join(folder, 'data-kept'), { recursive: true }).catch(() => {});
    for (const step of closing.splice(0).reverse()) await step();
    await installation.close({ keepFolder });
  };
  try {
    await mkdir(data, { mode: 0o700 });
    const disk = canMount ? mountSmallDisk(512 * 1024, data) : undefined;
    closing.push(() => disk?.unmount());
    const postgres = await startPostgres();
    closing.push(postgres.stop);
    const redis = await startRedis();
    closing.push(redis.stop);
    const proxies = { postgres: await startProxy(postgres.port), redis: await startProxy(redis.port) };
    closing.push(proxies.postgres.close, proxies.redis.close);
    const database = await openPostgres({ url: postgres.url, log: silentLog });
    closing.push(database.close);
    await migrate(database, { log: silentLog });
    const engine = await containers.open(data);
    closing.push(() => engine.close());
    const environments = await addEnvironments(database, codes, containers.shop.url);
    closing.push(() => removeContainers(engine, database));
    if (options.hooks) await addHooks(database);
    const embedded = options.embedded
      ? await openEmbeddedInstallation(installation, embeddedCodes, options)
      : undefined;
    closing.push(() => embedded?.close());

    const url = new URL(postgres.url);
    url.port = String(proxies.postgres.port);
    const workers = startWorkers({
      names: Array.from({ length: options.processes }, (_, index) => `worker-${index + 1}`),
      command: 'worker',
      folder,
      faketime: faketimeLibrary(),
      settings: {
        ...installation.settings,
        DATABASE_URL: url.href,
        LOCK_DSN: `redis://127.0.0.1:${proxies.redis.port}`,
        MATRE_DATA: data,
        MATRE_WORKERS: String(options.slots),
        ...options.settings,
      },
    });
    closing.push(() => workers.stop());

    return {
      ...onPostgres({
        database,
        environments,
        workers,
        withFailures: options.withFailures ?? false,
        playwright: options.playwright ?? false,
      }),
      postgres,
      redis,
      proxies,
      database,
      containers,
      engine,
      disk,
      embedded,
      folder,
      journal,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
