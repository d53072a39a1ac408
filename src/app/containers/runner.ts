import { join } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import { createPace } from '../../async/pace.ts';
import type { Config } from '../../config/config.ts';
import type { SendHookRequest } from '../../hooks/hook-place.ts';
import type { LockStore } from '../../locks/lock.ts';
import type { Logger } from '../../log.ts';
import type { Catalogs } from '../../mftf/catalog/catalogs.ts';
import { createValidations } from '../../mftf/closure/validation.ts';
import type { Layout } from '../../mftf/container/layout.ts';
import { type CestChecks, createCestChecks } from '../../mftf/generation/cest-checks.ts';
import { createSnapshots, type SnapshotLookup } from '../../mftf/generation/snapshots.ts';
import { createSuiteClasses } from '../../mftf/generation/suite-classes.ts';
import { seleniumValues } from '../../mftf/module/env-files.ts';
import { createAfterHooks, createRunner, type RunnerDependencies } from '../../mftf/run/runner.ts';
import type { ShopModulesSource } from '../../mftf/shop-modules/shop-modules.ts';
import { maxOutputRate } from '../../model/limits.ts';
import { sourceOfAddress } from '../../modules/environment-sources.ts';
import { createPlaywrightTests } from '../../playwright/playwright-tests.ts';
import { createReplayRecorders } from '../../replay/recorder.ts';
import type { Selenium } from '../../selenium/selenium.ts';
import type { Sessions } from '../../selenium/sessions.ts';
import type { Database } from '../../store/database/database.ts';
import type { CestChecksTable } from '../../store/tables/cest-checks.ts';
import type { Durations } from '../../store/tables/durations.ts';
import type { Environments } from '../../store/tables/environments.ts';
import { createPlaywrightLists } from '../../store/tables/playwright-lists.ts';
import type { Variables } from '../../store/tables/variables.ts';
import type { Threads } from '../../threads/threads.ts';
import type { Watch } from '../../tracing/tracing.ts';
import type { AfterHooks, Runner } from '../../worker/runner.ts';
import { type EngineAndPool, sharedDownloads } from './engine-and-pool.ts';
import { readStoredValues, secretRuleOf } from './env-values.ts';
import type { Sources } from './sources.ts';
import { createGenerationContainer } from './temporary-container.ts';

interface MftfRunners {
  runner: Runner;
  afterHooks: AfterHooks;
  cestChecks: CestChecks;
}

interface MftfRunnerDependencies {
  config: Config;
  log: Logger;
  database: Database;
  locks: LockStore;
  environments: Environments;
  variables: Variables;
  durations: Durations;
  cestChecks: CestChecksTable;
  artifacts: Artifacts;
  watch: Watch;
  parts: EngineAndPool;
  catalogs: Catalogs;
  readers: Threads;
  resultReaders: Threads;
  archiveReader: Threads;
  layout: Layout;
  locateSelenium(): Promise<Selenium>;
  sessions: Sessions;
  shopModules: ShopModulesSource;
  sources: Sources;
  sendHookRequest: SendHookRequest;
}

/** The runner of MFTF, whose steps `watch` times, and what executes the hooks after its tests. */
export function createMftfRunner(deps: MftfRunnerDependencies): MftfRunners {
  const { config, log, artifacts, watch, catalogs, layout, sessions } = deps;
  const { engine, modules, pool, installation } = deps.parts;
  const { pool: poolConfig, mftf, worker } = config;
  const { dataFolder } = config.store;
  const snapshots = createSnapshots({
    folder: join(dataFolder, 'snapshots'),
    maxBytes: mftf.snapshotBytes,
    log,
  });
  const validations = createValidations({ folder: join(dataFolder, 'catalogs') });
  const suiteClasses = createSuiteClasses({ folder: join(dataFolder, 'catalogs') });
  const cestChecks = createCestChecks({
    ...{ engine, layout, suiteClasses, log, table: deps.cestChecks, readers: deps.readers },
    container: (image) => createGenerationContainer(deps, engine, deps.parts.poolSettings, image),
    settings: { ...mftf, heartbeatMs: worker.heartbeatMs },
  });
  const outputPace = createPace(maxOutputRate);
  const runnerDeps: RunnerDependencies = {
    engine,
    pool: watch(pool, { ensure: 'container' }),
    sourcesOf: deps.sources.of,
    sourceOfAddress: (sourced, address) => sourceOfAddress(config, sourced, address),
    modules: {
      of: (source) =>
        watch(modules.of(source), { resolve: 'module: newest commit', checkout: 'module: checkout' }),
    },
    catalogs: watch(catalogs, { of: 'catalog' }),
    snapshots: watch(snapshots, { obtain: { name: 'generated tests', describe: lookupAttributes } }),
    suiteClasses,
    cestChecks,
    furtherTests: createPlaywrightTests({
      ...deps,
      outputPace,
      ...{ php: mftf.php, heartbeatMs: worker.heartbeatMs, testTimeoutMs: mftf.testTimeoutMs },
      saveList: createPlaywrightLists({ database: deps.database }).save,
      settings: config.playwright,
    }),
    validations: watch(validations, { of: 'validation' }),
    shopModules: watch(deps.shopModules, { current: 'modules of the shop' }),
    artifacts,
    readers: deps.readers,
    resultReaders: deps.resultReaders,
    layout,
    readValues: (environment, claim) => readStoredValues(deps, environment, claim),
    selenium: seleniumValues(config, engine.kind),
    secretRule: secretRuleOf(config),
    expected: deps.durations.expected,
    outcomes: deps.durations.outcomes,
    locateSelenium: deps.locateSelenium,
    sessions,
    replays: createReplayRecorders({ locateSelenium: deps.locateSelenium }),
    sendHookRequest: deps.sendHookRequest,
    installation,
    dataFolder,
    outputPace,
    settings: {
      ...mftf,
      downloads: {
        mode: config.selenium.downloads.mode,
        folder: sharedDownloads(config),
        browserFolder: config.selenium.downloads.browserFolder,
        isShared: config.selenium.downloads.folder !== undefined,
      },
      reusesBrowsers: config.selenium.reusesBrowsers,
      replay: config.selenium.replay,
      mounts: poolConfig.mounts,
      heartbeatMs: worker.heartbeatMs,
      notCacheableReason: mountInMagentoTree(poolConfig),
    },
  };
  const runner = createRunner(runnerDeps);
  return {
    runner: (job) => cestChecks.during(() => runner(job)),
    afterHooks: createAfterHooks(runnerDeps),
    cestChecks,
  };
}

const lookupAttributes = ({ storedKey }: SnapshotLookup) => ({
  'matre.generation': storedKey === undefined ? 'made' : 'from a snapshot',
});

/** Why generated tests cannot be cached, if so: their key does not cover the content of a host folder that MFTF reads. */
export function mountInMagentoTree({
  mounts,
  magentoRoot: root,
}: Pick<Config['pool'], 'mounts' | 'magentoRoot'>): string | undefined {
  const below = (path: string, folder: string) => `${path}/`.startsWith(`${folder}/`);
  const mount = mounts.find(({ target }) => below(target, root) || below(root, target));
  return mount && `MATRE_MOUNTS shows ${mount.source} in the Magento tree, and its content may change`;
}
