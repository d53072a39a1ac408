import { hostname } from 'node:os';
import path from 'node:path';
import { createArtifacts } from '../artifacts/artifacts.ts';
import { createDataFolder } from '../artifacts/data-folder.ts';
import { createReplicatedArtifacts } from '../artifacts/replicated.ts';
import { createUploader } from '../artifacts/uploader.ts';
import { runPeriodically } from '../async/interval.ts';
import type { Config } from '../config/config.ts';
import { createSecretBox } from '../crypto/secret-box.ts';
import { instrumentLocks } from '../locks/instrumented.ts';
import { openLocks } from '../locks/open-locks.ts';
import type { Logger } from '../log.ts';
import type { Context } from '../operations/core/context.ts';
import { createStatusCache } from '../operations/core/status-cache.ts';
import { createQueue } from '../queue/queue.ts';
import { createResultSpool } from '../queue/result-spool.ts';
import { createFirer } from '../schedule/fire.ts';
import { startScheduler } from '../schedule/scheduler.ts';
import { createAccess } from '../store/access/access.ts';
import type { Database } from '../store/database/database.ts';
import { type EmbeddedDatabase, openEmbedded } from '../store/database/embedded.ts';
import { migrate } from '../store/database/migrate.ts';
import { openPostgres } from '../store/database/postgres.ts';
import { loadKey } from '../store/secret-key.ts';
import { createAttempts } from '../store/tables/attempts.ts';
import { createDurations } from '../store/tables/durations.ts';
import { createEnvironments } from '../store/tables/environments.ts';
import { createEvents } from '../store/tables/events.ts';
import { createBlobStore } from '../store/tables/file-chunks.ts';
import { createFirings } from '../store/tables/firings.ts';
import { createIdempotencyKeys } from '../store/tables/idempotency-keys.ts';
import { createOverview } from '../store/tables/overview.ts';
import { createPlans } from '../store/tables/plans.ts';
import { createProbes } from '../store/tables/probes.ts';
import { createResults } from '../store/tables/results.ts';
import { createRetention } from '../store/tables/retention.ts';
import { createRuns } from '../store/tables/runs.ts';
import { createSchedules, readClock } from '../store/tables/schedules.ts';
import { createVariables } from '../store/tables/variables.ts';
import { createWorkers as createWorkerTable } from '../store/tables/workers.ts';
import { createTracing, unwatched } from '../tracing/tracing.ts';
import { startHeartbeat } from '../worker/heartbeat.ts';
import { startPrewarming } from '../worker/prewarm.ts';
import { startProbeResponder } from '../worker/probe-responder.ts';
import { startReaper } from '../worker/reaper.ts';
import { startRetention } from '../worker/retention.ts';
import { createRunLog } from '../worker/run-log.ts';
import { createWorkers } from '../worker/worker.ts';
import { type ContainerParts, createContainerParts } from './containers.ts';

/** How often a process says that it is alive. */
const heartbeatMs = 5_000;

/** How often a process looks for sessions of the browser whose run is over. */
const sessionsMs = 5_000;

/** How often a process looks whether a container could be made ahead. */
const aheadMs = 1_000;

/** A process that has everything open. */
export interface App {
  context: Context;
  /** Begins to execute what is queued. */
  startWorkers(): Promise<void>;
  /** Begins to fire schedules. */
  startScheduler(): void;
  /** Resolves when nothing is executed or fired any more: tests under way end first, unless it should be now. */
  stopWorkers(options: { now: boolean }): Promise<void>;
  /** Lets commands on the same data folder find the server. */
  publish(server: { url: string; localToken: string }): Promise<void>;
  /** Stops the workers at once if they are still there, and closes everything. */
  close(): Promise<void>;
}

/** The one place where parts are put together. */
export async function openApp(
  config: Config,
  { log, parts = {} }: { log: Logger; parts?: Partial<ContainerParts> },
): Promise<App> {
  await createDataFolder(config.store.dataFolder);
  const database = await openDatabase(config, log);
  try {
    return await join(config, log, database, parts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openDatabase(config: Config, log: Logger): Promise<Database | EmbeddedDatabase> {
  const { databaseUrl, dataFolder } = config.store;
  return databaseUrl === undefined
    ? openEmbedded({ folder: dataFolder, log })
    : openPostgres({ url: databaseUrl, log, timeoutMs: Math.max(1_000, config.worker.leaseMs / 5) });
}

async function join(
  config: Config,
  log: Logger,
  database: Database | EmbeddedDatabase,
  instead: Partial<ContainerParts>,
): Promise<App> {
  await migrate(database, { log });
  const { dataFolder, secretKey } = config.store;
  const secrets = createSecretBox(await loadKey({ variable: secretKey, dataFolder, database }));
  const { locks, counts: lockCounts } = instrumentLocks(
    await openLocks({
      dsn: config.locks.dsn,
      multiProcess: database.kind === 'postgres',
      ttlMs: config.locks.ttlMs,
      log,
    }),
  );
  const { leaseMs, maxAttempts, retries, retryPauseMs, slots } = config.worker;
  // Who brings a runner has no containers of ours.
  const engineHost = instead.runner ? {} : { host: () => made.host() };
  const queue = createQueue({ database, log, leaseMs, ...engineHost });
  const waiting = createResultSpool({ folder: path.join(dataFolder, 'waiting-results'), log });
  const workerTable = createWorkerTable({ database });
  const environments = createEnvironments({ database, secrets });
  const variables = createVariables({ database, secrets });
  const runs = createRuns({ database });
  const local = createArtifacts({ folder: dataFolder, logBytes: config.store.logBytes });
  const blobStore = createBlobStore({ database });
  const uploader =
    config.store.artifacts === 'database'
      ? createUploader({ folder: dataFolder, blobStore, log })
      : undefined;
  const artifacts = uploader ? createReplicatedArtifacts({ local, blobStore, uploader }) : local;
  const tracing = config.tracing && createTracing({ config: config.tracing, database, log });
  const runLog = createRunLog(log);
  const made = createContainerParts({
    config,
    log: runLog.log,
    database,
    locks,
    environments,
    variables,
    runs,
    running: queue.runningClaims,
    artifacts,
    watch: tracing?.watch ?? unwatched,
  });
  const {
    pool,
    resolveSelection,
    catalog,
    unsetVariables,
    inspectContainers,
    effectiveValues: effective,
    runner,
    containersContext: examined,
    sessions,
  } = {
    ...made,
    ...instead,
  };
  // Who brings a runner has no containers of ours.
  const prewarm = instead.runner ? instead.prewarm : made.prewarm;
  const overview = createOverview({ database });
  const clock = () => readClock(database);
  const context: Context = {
    config,
    log,
    database,
    access: createAccess({ database, secrets, sessionMs: config.signIn.sessionMs }),
    environments,
    variables,
    runs,
    plans: createPlans({ database }),
    results: createResults({ database }),
    attempts: createAttempts({ database }),
    events: createEvents({ database }),
    idempotencyKeys: createIdempotencyKeys({ database }),
    durations: createDurations({ database }),
    workers: workerTable,
    overview,
    statusCache: createStatusCache({ pool, catalog, locks, log }),
    schedules: createSchedules({ database }),
    firings: createFirings({ database }),
    firer: createFirer({ database, clock, resolveSelection }),
    clock,
    queue,
    locks,
    lockCounts,
    resultSpool: waiting,
    artifacts,
    pool,
    resolveSelection,
    catalog,
    unsetVariables,
    inspectContainers,
    effectiveValues: effective,
    sessionsOf: sessions.ofRun,
    containersContext: examined,
  };

  const host = hostname();
  const settings = { leaseMs, maxAttempts, retries, retryPauseMs };
  const parts = {
    queue,
    database,
    locks,
    spool: waiting,
    runner: runLog.named(tracing?.traced(runner) ?? runner),
    ...(instead.runner
      ? {}
      : { engineAnswers: made.engineAnswers, sessionCapacity: sessions.sessionCapacity }),
  };
  const workers = createWorkers({ ...parts, log, slots, host, settings });
  const beside: { stop(): Promise<void> }[] = [];
  let retained = false;
  const startRetaining = () => {
    if (retained) return;
    retained = true;
    const retention = createRetention({ database });
    beside.push(startRetention({ artifacts, retention, settings: config.retention, log }));
  };
  const stopWorkers = async ({ now }: { now: boolean }) => {
    await (now ? workers.stopNow() : workers.stop());
    await Promise.all(beside.splice(0).map((each) => each.stop()));
  };
  return {
    context,
    async startWorkers() {
      if (tracing) beside.push(await tracing.start());
      await workers.start();
      uploader?.start();
      if (uploader) beside.push(uploader);
      startRetaining();
      const { status } = workers;
      const probes = createProbes({ database });
      const files = { folder: dataFolder, keptIn: config.store.artifacts };
      // Before anybody can know of the worker: one that is listed is asked, and has to answer.
      beside.push(await startProbeResponder({ probes, locks, log, id: `${host}/${process.pid}`, files }));
      beside.push(
        startHeartbeat({ workers: workerTable, log, host, slots, heartbeatMs: heartbeatMs, status }),
      );
      if (!instead.runner) beside.push(runPeriodically(sessions.endDead, sessionsMs));
      if (prewarm) {
        const busy = () => workers.status().slots.every(({ run }) => run !== undefined);
        const next = async () => overview.waiting(slots, await engineHost.host?.());
        beside.push(startPrewarming({ busy, waiting: next, prewarm, locks, log, everyMs: aheadMs }));
      }
      beside.push(
        startReaper({ queue, spool: waiting, log, everyMs: Math.min(1_000, leaseMs / 2), maxAttempts }),
      );
    },
    startScheduler() {
      beside.push(startScheduler(context));
      startRetaining();
    },
    stopWorkers,
    async publish({ url, localToken }) {
      if ('lock' in database) await database.lock.publish({ url, token: localToken });
    },
    async close() {
      await stopWorkers({ now: true });
      await made.close();
      await locks.close();
      await database.close();
    },
  };
}
