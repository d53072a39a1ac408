import { join } from 'node:path';
import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Config } from '../config/config.ts';
import type { ContainersContext } from '../doctor/check-context.ts';
import { limitsOf } from '../doctor/limits.ts';
import type { Engine } from '../engine/engine.ts';
import { rememberHost } from '../engine/host.ts';
import { openEngine } from '../engine/open-engine.ts';
import { supervisorFile } from '../engine/supervised.ts';
import { isFault, toFault } from '../faults/fault.ts';
import { type LockStore, lockNames } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import { type Catalogs, createCatalogs } from '../mftf/catalog/catalogs.ts';
import { resolveSelection } from '../mftf/catalog/selection.ts';
import { createValidations } from '../mftf/closure/validation.ts';
import { describeMissing, variablesOf } from '../mftf/closure/variables.ts';
import { fetchInside } from '../mftf/container/fetch.ts';
import { inspectSlots } from '../mftf/container/inspect-slots.ts';
import { createLayout, type Layout } from '../mftf/container/layout.ts';
import { scriptFiles } from '../mftf/container/scripts.ts';
import { createSnapshots, type SnapshotLookup } from '../mftf/generation/snapshots.ts';
import { buildEnvFiles, moduleEnvPath, readModuleEnvFile, seleniumValues } from '../mftf/module/env-files.ts';
import { moduleNames } from '../mftf/module/module-names.ts';
import { createRunner } from '../mftf/run/runner.ts';
import type { Environment } from '../model/environment.ts';
import { type Commit, createModules, type Modules } from '../modules/modules.ts';
import type { Context } from '../operations/core/context.ts';
import { createInspection, type Inspection } from '../pool/inspect.ts';
import { createPool, type Pool } from '../pool/pool.ts';
import type { PoolSettings } from '../pool/specification.ts';
import { createSelenium, type Selenium, type SeleniumLimits } from '../selenium/selenium.ts';
import { createSessions, type Sessions } from '../selenium/sessions.ts';
import { type Database, notifyChange } from '../store/database/database.ts';
import { createDurations } from '../store/tables/durations.ts';
import type { Environments } from '../store/tables/environments.ts';
import type { Runs } from '../store/tables/runs.ts';
import { readInstallation } from '../store/tables/settings.ts';
import type { Variables } from '../store/tables/variables.ts';
import type { Watch } from '../tracing/tracing.ts';
import type { Runner } from '../worker/runner.ts';

/** The parts that touch containers. */
export interface ContainerParts {
  pool: Context['pool'];
  resolveSelection: Context['resolveSelection'];
  catalog: Context['catalog'];
  unsetVariables: Context['unsetVariables'];
  inspectContainers: Context['inspectContainers'];
  effective: Context['effective'];
  runner: Runner;
  /** Makes the container of an environment ready before a run needs it. The caller holds `mftf_execution_env_{id}`. */
  prewarm(environment: Environment, signal: AbortSignal): Promise<void>;
  /** What `matre doctor` looks at. Errors: ENGINE_UNREACHABLE, CONFIG_INVALID. */
  examined(): Promise<ContainersContext>;
  /** The sessions of Selenium, for workers. */
  sessions: Sessions;
  /** Rejects with ENGINE_UNREACHABLE while the container engine does not answer. */
  engineAnswers(): Promise<unknown>;
  /** See `Engine.identity`. */
  host(): Promise<string>;
  close(): Promise<void>;
}

export interface ContainerPartsDependencies {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
  environments: Environments;
  variables: Variables;
  runs: Runs;
  /** The runs under way, with their fences. */
  running(): Promise<{ runId: number; fence: number }[]>;
  artifacts: Artifacts;
  /** Sees how long parts of a run take. */
  watch: Watch;
}

/** What is opened only when it is needed: most commands need no container and no module. */
interface Opened {
  engine: Engine;
  modules: Modules;
  pool: Pool;
  inspection: Inspection;
  catalogs: Catalogs;
  layout: Layout;
  runner: Runner;
}

/** Puts together what executes runs. Nothing is opened before it is needed. */
export function createContainerParts(deps: ContainerPartsDependencies): ContainerParts {
  const { config, log, locks } = deps;
  const { dataFolder } = config.store;
  const selenium = rememberSelenium(deps);
  const { seleniumMs, browserMs } = limitsOf(config);
  const doctorLimits = { timeoutMs: seleniumMs, labelTimeoutMs: browserMs };
  const sessions = createSessions({
    selenium,
    installation: () => readInstallation(deps.database),
    running: deps.running,
    log,
  });
  let opening: Promise<Opened> | undefined;
  const opened = () => {
    opening ??= open().catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  return {
    pool: async () => (await opened()).pool,

    async resolveSelection(selection) {
      if (!config.module.source) return undefined;
      try {
        const { catalog } = await readCatalog();
        return resolveSelection(catalog, selection).tests;
      } catch (error) {
        if (isFault(error, 'SELECTION_UNKNOWN', 'SELECTION_EMPTY', 'MODULE_INVALID')) throw error;
        log.warn(
          { code: toFault(error).code },
          `The selection is checked when the run starts: ${toFault(error).message}`,
        );
        return undefined;
      }
    },

    async catalog() {
      const { commit, catalog } = await readCatalog();
      return { commit, catalog };
    },

    async unsetVariables(environment, tests) {
      const { commit, catalog, checkout } = await readCatalog();
      const files = await envFilesOf(environment, { id: commit.id, path: checkout });
      return describeMissing(variablesOf(catalog, tests), files);
    },

    async inspectContainers(environment) {
      const { engine, inspection: examination, modules } = await opened();
      const { running } = deps;
      return {
        engine: engine.kind,
        slots: await inspectSlots({ inspection: examination, modules, running }, environment),
      };
    },

    async effective(environment) {
      const { modules } = await opened();
      const commit = await modules.resolve();
      const path = await modules.checkout(commit.id);
      const { layers } = await envFilesOf(environment, { id: commit.id, path });
      return { commit, file: moduleEnvPath(environment.code), values: layers };
    },

    async runner(job) {
      const parts = await opened();
      try {
        return await parts.runner(job);
      } finally {
        // Before the run is finished: then its log is complete, wherever it is read.
        await deps.artifacts.deliver(job.run.id, job.abort);
        await tidy(parts);
      }
    },

    sessions,

    async examined() {
      const { engine, pool, inspection: examination, modules, layout } = await opened();
      const { php } = config.mftf;
      let resolving: Promise<Commit & { path: string }> | undefined;
      const resolve = async () => {
        const commit = await modules.resolve();
        return { ...commit, path: await modules.checkout(commit.id) };
      };
      const newest = () => {
        resolving ??= resolve();
        return resolving;
      };
      return {
        engine,
        pool,
        inspection: examination,
        modules,
        installation: await readInstallation(deps.database),
        selenium: rememberSelenium(deps, doctorLimits),
        fetchInside: (containerId, wanted) => fetchInside({ engine, containerId, layout, php }, wanted),
        newest,
        valuesOf: async (environment) => (await envFilesOf(environment, await newest())).values,
      };
    },

    engineAnswers: async () => (await opened()).engine.describe(),

    host: rememberHost(async () => (await opened()).engine),

    async prewarm(environment, signal) {
      const { pool } = await opened();
      await pool.ensure(environment, { signal });
    },

    async close() {
      const parts = await opening?.catch(() => undefined);
      parts?.modules.close();
      await parts?.engine.close();
    },
  };

  /** What MFTF reads for an environment at a commit of the module. */
  async function envFilesOf(environment: Environment, checkout: { id: string; path: string }) {
    const { engine, layout } = await opened();
    return buildEnvFiles({
      environment,
      ...(await readValues(deps, environment)),
      moduleFile: await readModuleEnvFile(checkout.path, environment.code, checkout.id),
      moduleNames: await moduleNames(checkout.path, layout.module),
      selenium: seleniumValues(config, engine.kind),
    });
  }

  /** Of the image and the newest commit of the module. */
  async function readCatalog() {
    const { engine, modules, catalogs } = await opened();
    const commit = await modules.resolve();
    const checkout = await modules.checkout(commit.id);
    const image = { id: await engine.imageId(config.pool.image), container: () => borrow(deps, engine) };
    return { commit, checkout, catalog: await catalogs.of(image, { id: commit.id, path: checkout }) };
  }

  /** Removes what no run needs any more: old checkouts, containers of removed environments. A failure costs only space. */
  async function tidy({ modules, pool }: Opened): Promise<void> {
    try {
      await modules.prune(await deps.runs.commitsInUse());
      await pool.prune(() => deps.environments.list());
    } catch (error) {
      log.warn({ err: error }, 'What is no longer needed could not be removed');
    }
  }

  async function open(): Promise<Opened> {
    const { pool: wanted, module, mftf, worker } = config;
    const engine = await openEngine({
      kind: config.engine.kind,
      dockerHost: config.engine.dockerHost,
      sandboxFolder: join(dataFolder, 'sandboxes'),
      log,
    });
    const modules = await createModules({ folder: join(dataFolder, 'modules'), source: module.source, log });
    const layout = createLayout(wanted.magentoRoot, module.target);
    const installation = await readInstallation(deps.database);
    const settings: PoolSettings = {
      installation,
      image: wanted.image,
      network: wanted.network,
      extraHosts: wanted.extraHosts,
      mounts: wanted.mounts,
      memoryBytes: wanted.memoryBytes,
      tmpfsBytes: wanted.tmpfsBytes,
      magentoRoot: wanted.magentoRoot,
      modulesFolder: modules.folder,
      files: scriptFiles(),
    };
    const onChange = (environmentId: number) =>
      notifyChange(deps.database, `environment ${environmentId}`).catch((error: unknown) => {
        log.debug({ err: error }, 'Pages were not told of a container that changed.');
      });
    const pool = createPool({ engine, locks, log, settings, onChange });
    const inspection = createInspection({ engine, pool, locks, settings });
    const catalogs = createCatalogs({
      engine,
      folder: join(dataFolder, 'catalogs'),
      magentoRoot: wanted.magentoRoot,
      moduleTarget: module.target,
      log,
    });
    const durations = createDurations({ database: deps.database });
    const snapshots = createSnapshots({
      folder: join(dataFolder, 'snapshots'),
      maxBytes: mftf.snapshotBytes,
      log,
    });
    const validations = createValidations({ folder: join(dataFolder, 'catalogs') });
    const { watch } = deps;
    const runner = createRunner({
      engine,
      pool: watch(pool, { ensure: 'container' }),
      modules: watch(modules, { resolve: 'module: newest commit', checkout: 'module: checkout' }),
      catalogs: watch(catalogs, { of: 'catalog' }),
      snapshots: watch(snapshots, { obtain: { name: 'generated tests', tell: logLookup } }),
      validations: watch(validations, { of: 'validation' }),
      artifacts: deps.artifacts,
      layout,
      readValues: (environment) => readValues(deps, environment),
      selenium: seleniumValues(config, engine.kind),
      expected: durations.expected,
      sessions,
      installation,
      dataFolder,
      settings: {
        ...mftf,
        image: wanted.image,
        heartbeatMs: worker.heartbeatMs,
        notCacheableReason: mountInTree(wanted.mounts, wanted.magentoRoot),
      },
    });
    return { engine, modules, pool, inspection, catalogs, layout, runner };
  }
}

const logLookup = ({ storedKey }: SnapshotLookup) => ({
  'matre.generation': storedKey === undefined ? 'made' : 'from a snapshot',
});

/**
 * Selenium as this process reaches it: what the settings say, else what is set for all environments, else this machine. An
 * address that only one environment has is for its container alone.
 */
function rememberSelenium(
  { config, variables }: ContainerPartsDependencies,
  limits?: SeleniumLimits,
): () => Promise<Selenium> {
  let known: Selenium | undefined;
  return async () => {
    const globals = new Map((await variables.readAll('global')).map(({ name, value }) => [name, value]));
    const { explicit: given, defaults } = seleniumValues(config, 'sandbox');
    const values = new Map([...defaults, ...given].map(({ name, value }) => [name, value]));
    const fixed = new Set(given.map(({ name }) => name));
    const value = (name: string) =>
      (fixed.has(name) ? undefined : globals.get(name)) ?? values.get(name) ?? '';
    const address = {
      protocol: value('SELENIUM_PROTOCOL'),
      host: value('SELENIUM_HOST'),
      port: Number(value('SELENIUM_PORT')),
      path: value('SELENIUM_PATH'),
    };
    const found = createSelenium(address, limits);
    // What it knows of sessions is kept as long as the address stays.
    if (known?.address !== found.address) known = found;
    return known;
  };
}

/** A key of what is generated cannot tell what lies in a folder of the host that MFTF sees. */
function mountInTree(mounts: Config['pool']['mounts'], root: string): string | undefined {
  const below = (path: string, folder: string) => `${path}/`.startsWith(`${folder}/`);
  const mount = mounts.find(({ target }) => below(target, root) || below(root, target));
  return mount && `MATRE_MOUNTS shows ${mount.source} in the Magento tree, and its content may change`;
}

async function readValues({ environments, variables }: ContainerPartsDependencies, environment: Environment) {
  const [globals, own, adminPassword] = await Promise.all([
    variables.readAll('global'),
    variables.readAll(environment.id),
    environments.readPassword(environment.id),
  ]);
  return { globals, variables: own, adminPassword };
}

/** A container of the image for a moment, to read its Magento tree when no environment has one yet. */
async function borrow({ config, locks, database }: ContainerPartsDependencies, engine: Engine) {
  const { image, memoryBytes } = config.pool;
  const installation = await readInstallation(database);
  const name = `matre_catalog_${installation}`;
  const held = await locks.acquire(lockNames.container(name), { owner: `catalog, process ${process.pid}` });
  const dispose = async () => {
    try {
      await engine.remove(name);
    } finally {
      await held.release();
    }
  };
  try {
    // One that a process left when it was killed.
    await engine.remove(name);
    const { id } = await engine.create({
      name,
      image,
      labels: { 'matre.catalog': installation },
      env: {},
      mounts: [],
      tmpfs: [],
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
