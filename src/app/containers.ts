import { join } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Service } from '../async/interval.ts';
import { memoize } from '../async/single-flight.ts';
import type { Config } from '../config/config.ts';
import { rememberHost } from '../engine/host.ts';
import type { SendHookRequest } from '../hooks/hook-place.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import { type Catalogs, createCatalogs } from '../mftf/catalog/catalogs.ts';
import { providedNames } from '../mftf/closure/variables.ts';
import { inspectSlots } from '../mftf/container/inspect-slots.ts';
import { createLayout, type Layout } from '../mftf/container/layout.ts';
import { describeOverridden, moduleEnvPath } from '../mftf/module/env-files.ts';
import { describeModules } from '../mftf/shop-modules/describe-modules.ts';
import {
  createShopModules,
  enabledModules,
  type ShopModulesSource,
} from '../mftf/shop-modules/shop-modules.ts';
import type { Environment } from '../model/environment.ts';
import type { Context } from '../operations/core/context.ts';
import type { Selenium } from '../selenium/selenium.ts';
import { createSessions, type SessionCapacity, type Sessions } from '../selenium/sessions.ts';
import type { Database } from '../store/database/database.ts';
import { readInstallation } from '../store/tables/settings.ts';
import { createThreads, type Threads } from '../threads/threads.ts';
import type { Watch } from '../tracing/tracing.ts';
import type { AfterHooks, Runner } from '../worker/runner.ts';
import { readCatalog, resolveInCatalog } from './catalog.ts';
import { type ContainerUpkeep, startContainerUpkeep } from './container-upkeep.ts';
import { createContainersContext } from './doctor.ts';
import { type EngineAndPool, openEngineAndPool } from './engine-and-pool.ts';
import { readEnvFiles } from './env-values.ts';
import { createMftfRunner, mountInMagentoTree } from './runner.ts';
import { createSeleniumLookup } from './selenium.ts';
import type { Stores } from './stores.ts';
import { tryHook } from './try-hook.ts';

/** The parts that use containers, the module and Selenium. */
export interface ContainerParts
  extends Pick<
    Context,
    | 'pool'
    | 'resolveSelection'
    | 'catalog'
    | 'commitRange'
    | 'previewOn'
    | 'inspectContainers'
    | 'effectiveValues'
    | 'tryHook'
    | 'sessionsOf'
    | 'containersContext'
  > {
  runner: Runner;
  afterHooks: AfterHooks;
  /** How many tests may use the browser at a time; `undefined`: no limit. Never rejects. */
  sessionCapacity(): Promise<SessionCapacity | undefined>;
  /** Rejects with ENGINE_UNREACHABLE while the container engine does not answer. */
  engineAnswers(): Promise<unknown>;
  /** The host of the containers, see `Engine.identity`. Errors: ENGINE_UNREACHABLE. */
  host(): Promise<string>;
  /** Starts the background work of workers on containers. */
  startUpkeep(upkeep: ContainerUpkeep): Service[];
  close(): Promise<void>;
}

export interface ContainerPartsDependencies
  extends Pick<Stores, 'environments' | 'variables' | 'runs' | 'durations' | 'shopModules'> {
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

interface OpenParts extends EngineAndPool {
  catalogs: Catalogs;
  readers: Threads;
  layout: Layout;
  runner: Runner;
  afterHooks: AfterHooks;
  /** Ends the worker threads. */
  closeThreads(): Promise<void>;
}

/** The container parts. They are opened at first use, because most commands need neither containers nor the module. */
export function createContainerParts(deps: ContainerPartsDependencies): ContainerParts {
  const { locks, log } = deps;
  const selenium = createSeleniumLookup(deps);
  const sessions = createSessions({
    selenium,
    installation: () => readInstallation(deps.database),
    running: deps.running,
    log,
  });
  const shopModules = createShopModules({
    table: deps.shopModules,
    maxAgeMs: deps.config.mftf.shopModulesAgeMs,
  });
  let opening: Promise<OpenParts> | undefined;
  const open = memoize(() => {
    const locateSelenium = async () => (await selenium()).selenium;
    opening = openParts({ ...deps, shopModules }, { sessions, locateSelenium });
    return opening;
  });
  const readNewest = async (enabled?: readonly string[]) => readCatalog(deps, await open(), { enabled });
  const shopLists = async () =>
    (await deps.shopModules.list()).flatMap(({ names }) => (names ? [names] : []));

  return {
    pool: async () => (await open()).pool,
    resolveSelection: (selection) => resolveInCatalog(deps, readNewest, selection, shopLists),

    async catalog() {
      const { commit, catalog } = await readNewest();
      return { commit, catalog };
    },

    commitRange: async (ends) => (await open()).modules.commitRange(ends),

    async previewOn(environment, selection, commit) {
      const parts = await open();
      const checkout = { id: commit.id, path: await parts.modules.checkout(commit.id) };
      const files = await envFilesOf(environment, checkout);
      const modules = await shopModules.stored(environment);
      const enabled = enabledModules(modules, files.values);
      const { catalog } = await readCatalog(deps, parts, { commit, enabled });
      const resolved = await catalog.ask('resolve', selection);
      const { tests } = resolved;
      return {
        ...resolved,
        modules: describeModules(modules),
        unset: await catalog.ask('missingVariables', { tests, ...providedNames(files) }),
        overridden: describeOverridden(environment.code, files),
        // A mount in the tree may have files that the image has not.
        missingFiles:
          mountInMagentoTree(deps.config.pool) === undefined
            ? await catalog.ask('missingFixtures', { tests })
            : undefined,
      };
    },

    async inspectContainers(environment) {
      const { engine, inspection, modules } = await open();
      const { running } = deps;
      const slots = await inspectSlots({ inspection, modules, running }, environment);
      return { engine: engine.kind, slots };
    },

    async effectiveValues(environment) {
      const { commit, ...checkout } = await newestCheckout();
      const { readLayers } = await envFilesOf(environment, checkout);
      return { commit, file: moduleEnvPath(environment.code), values: await readLayers() };
    },

    async tryHook(environment, hook) {
      const parts = await open();
      const { commit, ...checkout } = await newestCheckout();
      const files = await envFilesOf(environment, checkout);
      return tryHook({ ...deps, parts, commit: commit.id, files }, environment, hook);
    },

    async runner(job) {
      const parts = await open();
      try {
        return await parts.runner(job);
      } finally {
        // Before the run is finished, so that every reader of a finished run gets its complete log.
        await deps.artifacts.deliver(job.run.id, job.abort);
        await prune(deps, parts);
      }
    },

    async afterHooks(job, verdict) {
      try {
        return await (await open()).afterHooks(job, verdict);
      } finally {
        await deps.artifacts.deliver(job.run.id, job.abort);
      }
    },

    sessionsOf: sessions.ofRun,
    sessionCapacity: sessions.sessionCapacity,
    containersContext: async () => createContainersContext(deps, await open()),
    engineAnswers: async () => (await open()).engine.describe(),
    host: rememberHost(async () => (await open()).engine),

    startUpkeep(upkeep) {
      const prewarm = async (environment: Environment, signal: AbortSignal) => {
        const { pool } = await open();
        await pool.ensure(environment, { signal });
      };
      return startContainerUpkeep({ sessions, prewarm, locks, log }, upkeep);
    },

    async close() {
      const parts = await opening?.catch(() => undefined);
      parts?.modules.close();
      await parts?.closeThreads();
      await parts?.engine.close();
    },
  };

  async function newestCheckout() {
    const { modules } = await open();
    const commit = await modules.resolve();
    return { commit, id: commit.id, path: await modules.checkout(commit.id) };
  }

  async function envFilesOf(environment: Environment, checkout: { id: string; path: string }) {
    const { engine, readers, layout } = await open();
    return readEnvFiles({ ...deps, engine, readers, layout }, environment, checkout);
  }
}

/** Two, so that a module that takes long does not keep others from being read; and two for the results of tests. */
const readerThreads = 2;

async function openParts(
  deps: Omit<ContainerPartsDependencies, 'shopModules'> & { shopModules: ShopModulesSource },
  browsers: { sessions: Sessions; locateSelenium(): Promise<Selenium> },
): Promise<OpenParts> {
  const { config, log } = deps;
  const readers = createThreads({ count: readerThreads });
  const resultReaders = createThreads({ count: readerThreads });
  const thread = createThreads({ count: 1 });
  const parts = await openEngineAndPool({ ...deps, readers });
  const { magentoRoot } = config.pool;
  const moduleTarget = config.module.target;
  const folder = join(config.store.dataFolder, 'catalogs');
  const { php } = config.mftf;
  const { engine } = parts;
  const catalogs = createCatalogs({ engine, folder, magentoRoot, moduleTarget, php, readers, thread, log });
  const layout = createLayout(magentoRoot, moduleTarget);
  const runners = createMftfRunner({ ...deps, parts, catalogs, readers, resultReaders, layout, ...browsers });
  const closeThreads = async () => {
    await Promise.all([readers, resultReaders, thread].map((threads) => threads.close()));
  };
  return { ...parts, ...runners, catalogs, readers, layout, closeThreads };
}

/** Removes unused checkouts and the containers of removed environments. A failure only costs disk space. */
async function prune(deps: ContainerPartsDependencies, { modules, pool }: OpenParts): Promise<void> {
  try {
    await modules.prune(await deps.runs.commitsInUse());
    await pool.prune(() => deps.environments.list());
  } catch (error) {
    deps.log.warn({ err: error }, 'Unused checkouts and containers could not be removed');
  }
}
