import { hostname } from 'node:os';
import { join } from 'node:path';
import { createAllureReports } from '../allure/report-maker.ts';
import { createDataFolder } from '../artifacts/data-folder.ts';
import { assertNoUnfinishedRestore } from '../backup/data-files.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import type { Context } from '../operations/core/context.ts';
import { createQueue } from '../queue/queue.ts';
import { finishSubmissions } from '../store/tables/finish-submissions.ts';
import { addMissingSubmissions } from '../store/tables/missing-submissions.ts';
import { createTracing, unwatched } from '../tracing/tracing.ts';
import { createComparisonLoop } from '../worker/comparisons.ts';
import { createRunLog } from '../worker/run-log.ts';
import { type Background, createBackground } from './background.ts';
import { type ContainerParts, createContainerParts } from './containers/containers.ts';
import type { ContainerPartsDependencies } from './containers/open-parts.ts';
import { createContext } from './context.ts';
import { openCountedLocks } from './locks.ts';
import { createAppOutgoing, createHookRequests } from './outgoing.ts';
import { createRunFiles } from './run-files.ts';
import { type AppDatabase, openDatabase, openStores, type Stores } from './stores.ts';
import { createAppWorkers } from './workers.ts';

/** A process with all parts open. */
export interface App {
  context: Context;
  /** Starts to execute queued runs. */
  startWorkers: Background['startWorkers'];
  /** Starts to fire schedules. */
  startScheduler: Background['startScheduler'];
  /** Starts to look for alerts, for a process without workers and scheduler. */
  startWatching: Background['startWatching'];
  /** Stops workers and scheduler: resolves when nothing is executed or fired any more. Running tests end first, unless `now`. */
  stopWorkers: Background['stop'];
  /** Publishes the address of the server to commands on the same data folder. */
  publish(server: { url: string; localToken: string }): Promise<void>;
  /** Stops the workers at once if they still run, and closes everything. */
  close(): Promise<void>;
}

/** Makes the parts that use containers. */
export type CreateContainerParts = (deps: ContainerPartsDependencies) => ContainerParts;

/** Opens all parts. Errors: those of the data folder, the database, the lock store and the configuration. */
export function openApp(config: Config, { log }: { log: Logger }): Promise<App> {
  return composeApp(config, log, createContainerParts);
}

/** As `openApp`, with other container parts. */
export async function composeApp(
  config: Config,
  log: Logger,
  createParts: CreateContainerParts,
): Promise<App> {
  await createDataFolder(config.store.dataFolder);
  await assertNoUnfinishedRestore(config.store.dataFolder);
  const database = await openDatabase(config, log);
  try {
    return await compose(config, log, database, createParts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function compose(
  config: Config,
  log: Logger,
  database: AppDatabase,
  createParts: CreateContainerParts,
): Promise<App> {
  // 1. What is stored: the tables, the locks, the files of runs.
  const stores = await openStores(config, log, database);
  const countedLocks = await openCountedLocks(config, log, database);
  const { locks } = countedLocks;
  const files = createRunFiles(config, log, database);

  // 2. The queue. A claim prefers the host that already has the container, which only step 3 knows.
  const host = () => containers.host();
  const { queue, comparisonLoop } = createAppQueue({ config, log, database, stores, host });

  // 3. The container engine, the module and Selenium, opened at first use.
  const tracing = config.tracing && createTracing({ config: config.tracing, database, log });
  const runLog = createRunLog(log);
  const hookRequests = createHookRequests({ config });
  const containers = createParts({
    config,
    log: runLog.log,
    database,
    locks,
    cestChecks: stores.cestChecks,
    environments: stores.environments,
    variables: stores.variables,
    runs: stores.runs,
    durations: stores.durations,
    shopModules: stores.shopModules,
    running: queue.runningClaims,
    artifacts: files.artifacts,
    sendHookRequest: hookRequests.send,
    watch: tracing?.watch ?? unwatched,
  });

  // 4. What operations work with.
  const messaging = createAppOutgoing({ config, artifacts: files.artifacts });
  const allureReports = createAllureReports({
    folder: join(config.store.dataFolder, 'allure-reports'),
    artifacts: files.artifacts,
    log,
  });
  const context = createContext({
    config,
    log,
    database,
    stores,
    locks: countedLocks,
    files,
    queue,
    containers,
    outgoing: messaging.outgoing,
    allureReports,
  });

  // 5. The workers, and all other background work. Nothing starts yet.
  const { spool, uploader } = files;
  const parts = { context, hostname: hostname(), containers, spool, tracing };
  const workers = createAppWorkers({ ...parts, runLog });
  const background = createBackground({ ...parts, workers, uploader, comparisonLoop });

  return {
    context,
    startWorkers: background.startWorkers,
    startScheduler: background.startScheduler,
    startWatching: background.startWatching,
    stopWorkers: background.stop,
    async publish({ url, localToken }) {
      if ('lock' in database) await database.lock.publish({ url, token: localToken });
    },
    async close() {
      await background.stop({ now: true });
      allureReports.close();
      messaging.close();
      hookRequests.close();
      await containers.close();
      await locks.close();
      await database.close();
    },
  };
}

/** The queue, and the loop that compares its finished runs with the history. */
function createAppQueue(deps: {
  config: Config;
  log: Logger;
  database: AppDatabase;
  stores: Stores;
  host(): Promise<string>;
}) {
  const { database, log, host } = deps;
  const comparisonLoop = createComparisonLoop({
    comparisons: deps.stores.comparisons,
    addMissingSubmissions: () => addMissingSubmissions(database),
    finishSubmissions: () => finishSubmissions(database),
    log,
  });
  const { leaseMs } = deps.config.worker;
  const queue = createQueue({ database, log, leaseMs, host, onFinished: comparisonLoop.notify });
  return { queue, comparisonLoop };
}
