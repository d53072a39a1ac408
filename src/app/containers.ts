import { join } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Service } from '../async/interval.ts';
import { memoize } from '../async/single-flight.ts';
import type { Config } from '../config/config.ts';
import { rememberHost } from '../engine/host.ts';
import { Fault } from '../faults/fault.ts';
import type { SendHookRequest } from '../hooks/hook-place.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import { type Catalogs, createCatalogs } from '../mftf/catalog/catalogs.ts';
import { providedNames } from '../mftf/closure/variables.ts';
import { inspectSlots } from '../mftf/container/inspect-slots.ts';
import { createLayout, type Layout } from '../mftf/container/layout.ts';
import { createLintSources, type LintSources } from '../mftf/lint/lint-sources.ts';
import type { CheckedOutModules } from '../mftf/module/check-out.ts';
import { compareValues } from '../mftf/module/compare-values.ts';
import {
  describeOverridden,
  type EnvFiles,
  findModuleEnvFile,
  moduleEnvPath,
} from '../mftf/module/env-files.ts';
import { describeModules } from '../mftf/shop-modules/describe-modules.ts';
import {
  createShopModules,
  enabledModules,
  type ShopModulesSource,
} from '../mftf/shop-modules/shop-modules.ts';
import type { Environment } from '../model/environment.ts';
import type { Context, SourcesAt } from '../operations/core/context.ts';
import type { Selenium } from '../selenium/selenium.ts';
import { createSessions, type SessionCapacity, type Sessions } from '../selenium/sessions.ts';
import type { Database } from '../store/database/database.ts';
import { readInstallation } from '../store/tables/settings.ts';
import { createThreads, type Threads } from '../threads/threads.ts';
import type { Watch } from '../tracing/tracing.ts';
import type { AfterHooks, Runner } from '../worker/runner.ts';
import { createSourcesAt, imageAccess, readCatalog, resolveInCatalog } from './catalog.ts';
import { type ContainerUpkeep, startContainerUpkeep } from './container-upkeep.ts';
import { createContainersContext } from './doctor.ts';
import { type EngineAndPool, openEngineAndPool } from './engine-and-pool.ts';
import { readEnvFiles, referencesOf } from './env-values.ts';
import { createImpact } from './impact.ts';
import { createMftfRunner, mountInMagentoTree } from './runner.ts';
import { createSeleniumLookup } from './selenium.ts';
import { createSources, type Sources } from './sources.ts';
import type { Stores } from './stores.ts';
import { readTestSteps } from './test-steps.ts';
import { tryHook } from './try-hook.ts';

/** The parts that use containers, the module and Selenium. */
export interface ContainerParts
  extends Pick<
    Context,
    | 'pool'
    | 'resolveSelection'
    | 'catalog'
    | 'testSteps'
    | 'lint'
    | 'lintTree'
    | 'impact'
    | 'commitRange'
    | 'previewOn'
    | 'sourcesAt'
    | 'inspectContainers'
    | 'effectiveValues'
    | 'compareValues'
    | 'variableUsers'
    | 'testsReading'
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

/** The image and the test modules of an environment. */
type SourcesOfEnvironment = Awaited<ReturnType<SourcesAt['of']>>;

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
  lintSources: LintSources;
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
  const sources = createSources(deps);
  let opening: Promise<OpenParts> | undefined;
  const open = memoize(() => {
    const locateSelenium = async () => (await selenium()).selenium;
    opening = openParts({ ...deps, shopModules, sources }, { sessions, locateSelenium });
    return opening;
  });
  const sourcesAt = async (ref?: string) => createSourcesAt(sources, await open(), ref);
  const readTests = async (request: Parameters<typeof readCatalog>[2]) =>
    readCatalog(deps, await open(), request);
  const shopLists = async () =>
    (await deps.shopModules.list()).flatMap(({ names }) => (names ? [names] : []));

  return {
    pool: async () => (await open()).pool,
    async resolveSelection(selection, { environments = [], ref } = {}) {
      if (!deps.config.module.source && environments.every(({ modules }) => modules.length === 0))
        return undefined;
      let at: ReturnType<typeof sourcesAt> | undefined;
      const read = async (environment: Environment | undefined, enabled?: readonly string[]) => {
        at ??= sourcesAt(ref);
        const { of: sourcesOf } = await at;
        return readCatalog(deps, await open(), { ...(await sourcesOf(environment)), enabled });
      };
      return resolveInCatalog({ ...deps, sources, read, shopLists }, selection, environments);
    },

    async catalog({ environment, ref } = {}) {
      const { image, testModules } = await (await sourcesAt(ref)).of(environment);
      const [{ id, subject }] = testModules;
      return {
        commit: { id, subject },
        catalog: await readTests({ image, testModules }),
      };
    },

    testSteps: (place) =>
      readTestSteps({ shopModules, sourcesAt, envFilesOf, readCatalog: readTests }, place),

    async lint({ environment, ref } = {}) {
      const at = await (await sourcesAt(ref)).of(environment);
      const [{ id, subject }] = at.testModules;
      return {
        commit: { id, subject },
        folders: at.testModules.map(({ target }) => target),
        definitions: await definitionsAt(at),
        async tests() {
          try {
            const files = environment && (await envFilesOf(environment, at.testModules));
            return await environmentTests(environment, files, at);
          } catch (error) {
            // Definitions can be asked about without them, also when a broken file keeps MFTF from generating any test.
            if (error instanceof Fault) return undefined;
            throw error;
          }
        },
      };
    },

    async lintTree(environment) {
      const parts = await open();
      const { image } = await sources.of(environment);
      return parts.lintSources.tree(await imageAccess(deps, parts, image));
    },

    impact: createImpact({
      ...deps,
      sources,
      sourcesAt,
      modules: async () => (await open()).modules,
      enabledOf: async (environment, testModules) =>
        enabledOn(environment, await envFilesOf(environment, testModules)),
      read: readTests,
    }),

    commitRange: async (ends) => (await open()).modules.commitRange(ends),

    sourcesAt,

    async previewOn(environment, selection, at) {
      const { image, testModules } = await at.of(environment);
      const files = await envFilesOf(environment, testModules);
      const modules = await shopModules.stored(environment);
      const enabled = enabledModules(modules, files.values);
      const catalog = await readCatalog(deps, await open(), { image, testModules, enabled });
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
      const { engine, inspection } = await open();
      const { running } = deps;
      const newest = async () => (await (await sourcesAt()).of(environment)).testModules;
      const slots = await inspectSlots({ inspection, newest, running }, environment);
      return { engine: engine.kind, slots };
    },

    async effectiveValues(environment) {
      const { testModules } = await (await sourcesAt()).of(environment);
      const { readLayers } = await envFilesOf(environment, testModules);
      const [{ id, subject }] = testModules;
      return {
        commit: { id, subject },
        file: moduleEnvPath(environment.code),
        values: await readLayers(),
      };
    },

    async compareValues(one, other) {
      const at = await sourcesAt();
      const filesOf = async (environment: Environment) =>
        envFilesOf(environment, (await at.of(environment)).testModules);
      return compareValues(await filesOf(one), await filesOf(other));
    },

    async variableUsers(environment) {
      const { commit, definitions, tests, files, references } = await readersOf(environment);
      return {
        commit,
        layers: await files.readLayers(),
        ...(await definitions.ask('variableUsers', { values: references, environment: tests })),
      };
    },

    async testsReading(environment, name) {
      const { commit, definitions, tests, references } = await readersOf(environment);
      const variable = references.find((each) => each.name === name) ?? { name, credential: undefined };
      return { commit, tests: await definitions.ask('testsReading', { variable, environment: tests }) };
    },

    async tryHook(environment, hook) {
      const parts = await open();
      const { testModules } = await (await sourcesAt()).of(environment);
      const files = await envFilesOf(environment, testModules);
      const { module: valuesFrom } = await findModuleEnvFile(testModules, environment.code);
      return tryHook({ ...deps, parts, testModules, valuesFrom, files }, environment, hook);
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
    containersContext: async () => createContainersContext({ ...deps, sources }, await open()),
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

  /** The values of an environment, the tests that its shop has of its sources, and the definitions through which these read them. */
  async function readersOf(environment: Environment) {
    const at = await (await sourcesAt()).of(environment);
    const files = await envFilesOf(environment, at.testModules);
    const tests = await environmentTests(environment, files, at);
    const [{ id, subject }] = at.testModules;
    const definitions = await definitionsAt(at);
    return { commit: { id, subject }, definitions, tests, files, references: referencesOf(files) };
  }

  async function definitionsAt({ image, testModules }: SourcesOfEnvironment) {
    const parts = await open();
    return parts.lintSources.of(await imageAccess(deps, parts, image), testModules);
  }

  /** The tests that MFTF generates on an environment; without one, of all modules. Errors: as of `Context.catalog`. */
  async function environmentTests(
    environment: Environment | undefined,
    files: EnvFiles | undefined,
    at: SourcesOfEnvironment,
  ) {
    const enabled = environment && files && (await enabledOn(environment, files));
    const catalog = await readCatalog(deps, await open(), { ...at, enabled });
    return catalog.ask('testsOfSuites', undefined);
  }

  /** The modules that MFTF reads there: those that its shop listed last. */
  async function enabledOn(environment: Environment, { values }: EnvFiles) {
    return enabledModules(await shopModules.stored(environment), values);
  }

  async function envFilesOf(environment: Environment, testModules: CheckedOutModules) {
    const { engine, readers } = await open();
    return readEnvFiles({ ...deps, engine, readers }, environment, testModules);
  }
}

/** Two, so that a module that takes long does not keep others from being read; and two for the results of tests. */
const readerThreads = 2;

async function openParts(
  deps: Omit<ContainerPartsDependencies, 'shopModules'> & {
    shopModules: ShopModulesSource;
    sources: Sources;
  },
  browsers: { sessions: Sessions; locateSelenium(): Promise<Selenium> },
): Promise<OpenParts> {
  const { config, log } = deps;
  const readers = createThreads({ count: readerThreads });
  const resultReaders = createThreads({ count: readerThreads });
  const thread = createThreads({ count: 1 });
  const lintThread = createThreads({ count: 1 });
  const parts = await openEngineAndPool({ ...deps, readers });
  const { magentoRoot } = config.pool;
  const folder = join(config.store.dataFolder, 'catalogs');
  const { php } = config.mftf;
  const { engine } = parts;
  const catalogs = createCatalogs({ engine, folder, magentoRoot, php, readers, thread, log });
  const lintSources = createLintSources({ engine, folder, magentoRoot, readers, thread: lintThread });
  const layout = createLayout(magentoRoot);
  const runners = createMftfRunner({ ...deps, parts, catalogs, readers, resultReaders, layout, ...browsers });
  const closeThreads = async () => {
    const all = [readers, resultReaders, thread, lintThread];
    await Promise.all(all.map((threads) => threads.close()));
  };
  return { ...parts, ...runners, catalogs, lintSources, readers, layout, closeThreads };
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
