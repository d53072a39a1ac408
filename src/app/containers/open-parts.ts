import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { Config } from '../../config/config.ts';
import type { SendHookRequest } from '../../hooks/hook-place.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import { type Catalogs, createCatalogs } from '../../mftf/catalog/catalogs.ts';
import { createLayout, type Layout } from '../../mftf/container/layout.ts';
import { createLintSources, type LintSources } from '../../mftf/lint/lint-sources.ts';
import type { ShopModulesSource } from '../../mftf/shop-modules/shop-modules.ts';
import type { Selenium } from '../../selenium/selenium.ts';
import type { Sessions } from '../../selenium/sessions.ts';
import type { Database } from '../../store/database/database.ts';
import { createThreads, type Threads } from '../../threads/threads.ts';
import type { Watch } from '../../tracing/tracing.ts';
import type { AfterHooks, Runner } from '../../worker/runner.ts';
import type { Stores } from '../stores.ts';
import { type EngineAndPool, openEngineAndPool } from './engine-and-pool.ts';
import { createMftfRunner } from './runner.ts';
import type { Sources } from './sources.ts';

export interface ContainerPartsDependencies
  extends Pick<Stores, 'cestChecks' | 'environments' | 'variables' | 'runs' | 'durations' | 'shopModules'> {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
  /** The claimed runs, with their fences. */
  running(): Promise<{ runId: number; fence: number }[]>;
  artifacts: Artifacts;
  /** Sends the HTTP requests of hooks. */
  sendHookRequest: SendHookRequest;
  /** Times the steps of runs. */
  watch: Watch;
}

/** What is open once containers or the module are needed. */
export interface OpenParts extends EngineAndPool {
  catalogs: Catalogs;
  lintSources: LintSources;
  readers: Threads;
  layout: Layout;
  runner: Runner;
  afterHooks: AfterHooks;
  close(): Promise<void>;
}

/** Two, so that a module that takes long does not keep others from being read; and two for the results of tests. */
const readerThreads = 2;

/** Opens the engine, the pool, the checkouts and the threads. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
export async function openParts(
  deps: Omit<ContainerPartsDependencies, 'shopModules'> & {
    shopModules: ShopModulesSource;
    sources: Sources;
  },
  browsers: { sessions: Sessions; locateSelenium(): Promise<Selenium> },
): Promise<OpenParts> {
  const { config, log } = deps;
  const readers = createThreads({ count: readerThreads });
  const resultReaders = createThreads({ count: readerThreads });
  const archiveReader = createThreads({ count: 1 });
  const thread = createThreads({ count: 1 });
  const lintThread = createThreads({ count: 1 });
  const parts = await openEngineAndPool({ ...deps, readers });
  const { magentoRoot } = config.pool;
  const folder = join(config.store.dataFolder, 'catalogs');
  const { php } = config.mftf;
  const { engine, modules } = parts;
  const catalogs = createCatalogs({ engine, folder, magentoRoot, php, readers, thread, log });
  const lintSources = createLintSources({ engine, folder, magentoRoot, readers, thread: lintThread });
  const layout = createLayout(magentoRoot);
  const threads = { readers, resultReaders, archiveReader };
  const runners = createMftfRunner({ ...deps, ...threads, ...browsers, parts, catalogs, layout });
  const close = async () => {
    await runners.cestChecks.close();
    modules.close();
    const all = [...Object.values(threads), thread, lintThread];
    await Promise.all(all.map((each) => each.close()));
    await engine.close();
  };
  return { ...parts, ...runners, catalogs, lintSources, readers, layout, close };
}
