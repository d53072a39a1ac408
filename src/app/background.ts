import type { Uploader } from '../artifacts/uploader.ts';
import type { Service } from '../async/interval.ts';
import type { Context } from '../operations/core/context.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import { startScheduler } from '../schedule/scheduler.ts';
import { createProbes } from '../store/tables/probes.ts';
import { createRetention } from '../store/tables/retention/retention.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { ComparisonLoop } from '../worker/comparisons.ts';
import { startDeadlines } from '../worker/deadlines.ts';
import { startHeartbeat } from '../worker/heartbeat.ts';
import { startProbeResponder } from '../worker/probe-responder.ts';
import { maxReapMs, startReaper } from '../worker/reaper.ts';
import { startRetention } from '../worker/retention.ts';
import type { Workers } from '../worker/worker.ts';
import { startContainerWatcher, startStoreWatcher } from './alerts.ts';
import type { ContainerParts } from './containers/containers.ts';
import { startAppOutbox } from './outbox.ts';

/** Interval of the heartbeat of a worker process. */
const heartbeatMs = 5_000;

/** All that a process does besides answering requests. */
export interface Background {
  /** Starts to execute queued runs. */
  startWorkers(): Promise<void>;
  /** Starts to fire schedules. */
  startScheduler(): void;
  /** Starts to look for alerts, as workers and schedulers do anyway. */
  startWatching(): void;
  /** Resolves when nothing is executed or fired any more. Running tests end first, unless `now`. */
  stop(options: { now: boolean }): Promise<void>;
}

export function createBackground(deps: {
  context: Context;
  hostname: string;
  workers: Workers;
  containers: Pick<ContainerParts, 'engineAnswers' | 'host' | 'startUpkeep'>;
  spool: ResultSpool;
  uploader: Uploader | undefined;
  tracing: Tracing | undefined;
  comparisonLoop: ComparisonLoop;
}): Background {
  const { context, hostname, workers, containers, spool, uploader, tracing, comparisonLoop } = deps;
  const { artifacts, config, database, locks, log, overview, queue } = context;
  const { leaseMs, maxAttempts, slots } = config.worker;
  const services: Service[] = [];
  let upkeepStarted = false;
  let watching = false;

  /** The upkeep of what is stored: once a process, whether it has workers, a scheduler or both. */
  function startStoreUpkeepOnce(): void {
    if (upkeepStarted) return;
    upkeepStarted = true;
    services.push(comparisonLoop.start());
    const retention = createRetention({ database });
    services.push(
      startRetention({
        ...{ artifacts, database, retention, log },
        messages: context.messages,
        limits: config.retention,
      }),
    );
    startWatchingOnce();
  }

  /**
   * Alerts that need no container engine, messages, reservations and limits of waiting: every long-lived process looks after them, so
   * that one is left when others have died.
   */
  function startWatchingOnce(): void {
    if (watching) return;
    watching = true;
    services.push(
      startStoreWatcher(context, hostname),
      startAppOutbox(context),
      startDeadlines({ database, reservations: context.reservations, log }),
    );
  }

  return {
    async startWorkers() {
      // 1. Tracing, so that no attempt starts without its trace.
      if (tracing) services.push(await tracing.start());
      // 2. The workers themselves, and their files.
      await workers.start();
      if (uploader) {
        uploader.start();
        services.push(uploader);
      }
      startStoreUpkeepOnce();
      // 3. The probe responder before the heartbeat: a worker that is listed gets probes, and has to answer them.
      const id = `${hostname}/${process.pid}`;
      const files = { folder: config.store.dataFolder, keptIn: config.store.artifacts };
      services.push(await startProbeResponder({ probes: createProbes({ database }), locks, log, id, files }));
      const { status } = workers;
      services.push(
        startHeartbeat({ workers: context.workers, log, host: hostname, slots, heartbeatMs, status }),
      );
      // 4. The upkeep of containers and of the queue.
      const busy = () => workers.status().slots.every(({ run }) => run !== undefined);
      const waiting = async () => overview.waiting(slots, await containers.host());
      services.push(...containers.startUpkeep({ busy, waiting }));
      const everyMs = Math.min(maxReapMs, leaseMs / 2);
      services.push(startReaper({ queue, spool, log, everyMs, maxAttempts }));
      // 5. The alerts about containers and shops.
      services.push(startContainerWatcher(context, hostname, containers));
    },

    startScheduler() {
      services.push(startScheduler(context));
      startStoreUpkeepOnce();
    },

    startWatching: startWatchingOnce,

    async stop({ now }) {
      await (now ? workers.stopNow() : workers.stop());
      await Promise.all(services.splice(0).map((service) => service.stop()));
    },
  };
}
