import { setMaxListeners } from 'node:events';
import { batch } from '../async/batch.ts';
import { createWakeSignal } from '../async/wake-signal.ts';
import { Fault } from '../faults/fault.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Reason } from '../model/run.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import { createBackOff, defaultBackOffMs } from './back-off.ts';
import { type ExecutionOptions, type ExecutionSettings, execute } from './execution.ts';
import { createOutageGate } from './outage-gate.ts';
import type { AfterHooks, Runner } from './runner.ts';
import { runSlot, type SlotStatus } from './slot-loop.ts';

export interface WorkersOptions {
  queue: Queue;
  results: ExecutionOptions['results'];
  locks: LockStore;
  spool: ResultSpool;
  runner: Runner;
  /** Without it, runs have no hooks after their tests. */
  afterHooks?: AfterHooks;
  /** Rejects while the container engine does not answer; without it runs start whether it answers or not. */
  engineAnswers?: () => Promise<unknown>;
  /** How many tests may be under way at a time over all workers, and why not more; `undefined`: no limit. Never rejects. */
  sessionCapacity?: () => Promise<{ count: number; reason: Reason } | undefined>;
  log: Logger;
  /** How many runs at a time. */
  slots: number;
  /** Names this process together with its pid: the ids of the slots are `host/pid/slot`. */
  host: string;
  settings: ExecutionSettings & {
    /** Polling interval when no notification arrives. Five seconds by default. */
    pollMs?: number;
    /** How long claims leave out an environment whose lock was refused. Two seconds by default. */
    lockedMs?: number;
    /** Polling interval while a run waits for a browser session. One second by default. */
    noCapacityMs?: number;
  };
}

export interface WorkersStatus {
  stopping: boolean;
  /** Why this process starts no run, if there is a reason. */
  waitsFor: Reason | undefined;
  slots: SlotStatus[];
}

export interface Workers {
  /** Starts claiming runs. */
  start(): Promise<void>;
  /** Claims no more runs; each runner finishes the test under way, and its run is requeued. Resolves when all have ended. */
  stop(): Promise<void>;
  /** Aborts what is under way; its runs are requeued with the results they have. Resolves when all have ended. */
  stopNow(): Promise<void>;
  status(): WorkersStatus;
}

/**
 * Creates the slots of a process, each of which executes one run at a time. Slots wake when the queue notifies them and, in case
 * a notification was lost, poll. See `runSlot` for the loop of a slot.
 */
export function createWorkers(options: WorkersOptions): Workers {
  const { queue, locks, log, settings } = options;
  const { pollMs = 5000, lockedMs = defaultBackOffMs, noCapacityMs = 1000 } = settings;
  const stop = new AbortController();
  const stopNow = new AbortController();
  // Each slot listens, and each run.
  setMaxListeners(0, stop.signal, stopNow.signal);
  const wakeSignal = createWakeSignal();
  const gate = createOutageGate({ log, stop: stop.signal });
  const backOff = createBackOff({ delayMs: lockedMs, onEnd: wakeSignal.notify });
  const claimListeners = new Set<(runId: number | undefined) => void>();
  const subscriptions: (() => Promise<void>)[] = [];
  const slots: SlotStatus[] = Array.from({ length: options.slots }, (_, index) => ({
    workerId: `${options.host}/${process.pid}/${index + 1}`,
    run: undefined,
  }));
  let noCapacity: Reason | undefined;
  let started = false;
  let running: Promise<unknown> = Promise.resolve();

  const claim = batch(async (workerIds: string[]) => {
    const capacity = await options.sessionCapacity?.();
    const results = await queue.claimFor(workerIds, backOff.environmentIds(), capacity?.count);
    noCapacity = results.includes('no-capacity') ? capacity?.reason : undefined;
    return results;
  });

  function onClaimChanged(callback: (runId: number | undefined) => void): () => void {
    claimListeners.add(callback);
    return () => claimListeners.delete(callback);
  }

  /** Each run that starts while the engine is unreachable would be broken for the same reason. */
  function onEngineUnreachable(): void {
    if (options.engineAnswers) gate.closeUntil('Container engine', options.engineAnswers);
  }

  function run(slot: SlotStatus): Promise<void> {
    const { workerId } = slot;
    return runSlot(slot, {
      gate,
      claim,
      execute: (claim, requestedAt) =>
        execute({
          ...options,
          claim,
          requestedAt,
          workerId,
          log: log.child({ worker: workerId, run: claim.run.id, env: claim.environment.code }),
          stop: stop.signal,
          stopNow: stopNow.signal,
          onClaimChanged,
          onRetry: (delayMs) => void setTimeout(wakeSignal.notify, delayMs + 1).unref(),
          onEngineUnreachable,
        }),
      checkLocks: () => locks.check(),
      backOff,
      wakeSignal,
      log,
      pollMs,
      noCapacityMs,
      stop: stop.signal,
    });
  }

  async function finish(): Promise<void> {
    if (started && !stop.signal.aborted)
      log.info('Workers stopping: no new run starts, tests under way finish');
    stop.abort();
    await running;
    await Promise.all(subscriptions.splice(0).map((unsubscribe) => unsubscribe()));
  }

  return {
    async start() {
      started = true;
      subscriptions.push(await queue.onWake(wakeSignal.notify));
      subscriptions.push(
        await queue.onClaimChanged((runId) => {
          for (const callback of claimListeners) callback(runId);
        }),
      );
      running = Promise.all(slots.map(run));
      log.info({ slots: slots.length, host: options.host }, 'Workers started');
    },

    stop: finish,

    async stopNow() {
      stopNow.abort(new Fault('WORKER_STOPPED', 'The worker was stopped at once.'));
      await finish();
    },

    status: () => ({
      stopping: stop.signal.aborted,
      waitsFor: gate.reason() ?? noCapacity,
      slots: slots.map((slot) => ({ ...slot })),
    }),
  };
}
