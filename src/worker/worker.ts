import { setMaxListeners } from 'node:events';
import { batch } from '../async/batch.ts';
import { delay } from '../async/delay.ts';
import { createWakeSignal } from '../async/wake-signal.ts';
import { Fault, toFault } from '../faults/fault.ts';
import type { LockStore } from '../locks/lock.ts';
import type { Logger } from '../log.ts';
import type { Reason } from '../model/run.ts';
import type { Queue } from '../queue/queue.ts';
import type { ResultSpool } from '../queue/result-spool.ts';
import type { Database } from '../store/database/database.ts';
import { type ExecutionSettings, execute } from './execution.ts';
import type { Runner } from './runner.ts';

export interface WorkersOptions {
  queue: Queue;
  database: Database;
  locks: LockStore;
  spool: ResultSpool;
  runner: Runner;
  /** Rejects while the container engine does not answer; without it nobody waits for the engine. */
  engineAnswers?: () => Promise<unknown>;
  /** How many tests may be under way at a time over all workers, and why no more; `undefined`: no limit. Never rejects. */
  sessionCapacity?: () => Promise<{ count: number; reason: string } | undefined>;
  log: Logger;
  /** How many runs at a time. */
  slots: number;
  /** Names this process together with its pid: the ids of the slots are `host/pid/slot`. */
  host: string;
  settings: ExecutionSettings & {
    /** Between looks into the queue when nobody rings. Five seconds by default. */
    pollMs?: number;
    /** How long an environment is left alone after its lock was refused. Two seconds by default. */
    lockedMs?: number;
    /** Between looks for a seat. One second by default. */
    fullMs?: number;
  };
}

/** What a slot does now. */
export interface SlotStatus {
  workerId: string;
  run: { id: number; environmentCode: string; since: Date } | undefined;
}

export interface WorkersStatus {
  stopping: boolean;
  /** What keeps this process from starting a run, if anything does. */
  waitsFor: Reason | undefined;
  slots: SlotStatus[];
}

export interface Workers {
  /** Begins to take runs. */
  start(): Promise<void>;
  /** Takes no more runs, lets each runner finish the test under way and hand the rest back. Resolves when all have. */
  stop(): Promise<void>;
  /** Aborts what is under way, which is handed back with what it has. Resolves when all have ended. */
  stopNow(): Promise<void>;
  status(): WorkersStatus;
}

/** In place of the names that `persist` is given. */
const capacityName = 'Seats';
/** The longest pause between tries when the database or the lock store is away. */
const maxDelayMs = 5000;

/**
 * Slots that each execute one run at a time. A slot looks into the queue when it is rung for and, in case a ring was lost,
 * now and then.
 */
export function createWorkers(options: WorkersOptions): Workers {
  const { queue, locks, log, settings } = options;
  const { pollMs = 5000, lockedMs = 2000, fullMs = 1000 } = settings;
  const stop = new AbortController();
  const stopNow = new AbortController();
  // Each slot listens, and each run.
  setMaxListeners(0, stop.signal, stopNow.signal);
  const wakeSignal = createWakeSignal();
  /** Environments whose lock was refused, until when (monotonic) they are left alone. */
  const refused = new Map<number, number>();
  const claimListeners = new Set<(runId: number | undefined) => void>();
  const unlisten: (() => Promise<void>)[] = [];
  const slots: SlotStatus[] = Array.from({ length: options.slots }, (_, index) => ({
    workerId: `${options.host}/${process.pid}/${index + 1}`,
    run: undefined,
  }));
  /** What this process waits for, by what it wanted to do. */
  const waitsFor = new Map<string, Reason>();
  let started = false;
  let working: Promise<unknown> = Promise.resolve();
  let lockStoreBack: Promise<void> | undefined;
  let engineBack: Promise<void> | undefined;

  /** Repeats `work` until it succeeds or the workers stop; says once that it does not, and once that it does again. */
  async function retryUntilStopped<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    for (let failures = 0; !stop.signal.aborted; failures++) {
      try {
        const result = await work();
        if (failures > 0) log.info(`${what}: goes on`);
        waitsFor.delete(what);
        return result;
      } catch (error) {
        const { code, message } = toFault(error);
        waitsFor.set(what, { code, message });
        if (failures === 0) log.error({ err: error, code }, `${what}: no new run starts`);
        await delay(Math.min(maxDelayMs, 250 * 2 ** failures), stop.signal);
      }
    }
    return undefined;
  }

  function backOff(environmentId: number): void {
    refused.set(environmentId, performance.now() + lockedMs);
    setTimeout(wakeSignal.notify, lockedMs + 1).unref();
  }

  function backedOff(): number[] {
    for (const [id, until] of refused) if (until <= performance.now()) refused.delete(id);
    return [...refused.keys()];
  }

  /** All slots that look at the same time look once. */
  const claim = batch(async (workerIds: string[]) => {
    const sessionCapacity = await options.sessionCapacity?.();
    const given = await queue.claimFor(workerIds, backedOff(), sessionCapacity?.count);
    if (sessionCapacity && given.includes('no-capacity'))
      waitsFor.set(capacityName, { code: 'SELENIUM_FULL', message: sessionCapacity.reason });
    else waitsFor.delete(capacityName);
    return given;
  });

  /** Claims and executes one run. False when there was none; `full` when there was no seat for it. */
  async function workOnce(slot: SlotStatus): Promise<boolean | 'no-capacity'> {
    await lockStoreBack;
    await engineBack;
    const claimed = await retryUntilStopped('Queue', async () => {
      const askedAt = performance.now();
      return { given: await claim(slot.workerId), askedAt };
    });
    if (!claimed?.given) return false;
    const { given, askedAt } = claimed;
    if (given === 'contended') return true;
    if (given === 'no-capacity') return 'no-capacity';
    const { run, environment } = given;
    slot.run = { id: run.id, environmentCode: environment.code, since: new Date() };
    try {
      const executed = await execute({
        ...options,
        claim: given,
        askedAt,
        workerId: slot.workerId,
        log: log.child({ worker: slot.workerId, run: run.id, env: environment.code }),
        stop: stop.signal,
        stopNow: stopNow.signal,
        onClaimChanged(callback) {
          claimListeners.add(callback);
          return () => claimListeners.delete(callback);
        },
        onRetry: (delayMs) => void setTimeout(wakeSignal.notify, delayMs + 1).unref(),
        // Each run that starts meanwhile would be broken for the same reason.
        onEngineAway() {
          const { engineAnswers } = options;
          if (!engineAnswers) return;
          engineBack ??= retryUntilStopped('Container engine', engineAnswers).then(() => {
            engineBack = undefined;
          });
        },
      });
      if (executed === 'locked' || executed === 'lock-store-away') backOff(environment.id);
      if (executed === 'lock-store-away') {
        lockStoreBack ??= retryUntilStopped('Lock store', () => locks.check()).then(() => {
          lockStoreBack = undefined;
        });
      }
    } finally {
      slot.run = undefined;
    }
    return true;
  }

  async function work(slot: SlotStatus): Promise<void> {
    while (!stop.signal.aborted) {
      const version = wakeSignal.version();
      let worked: boolean | 'no-capacity' = false;
      try {
        worked = await workOnce(slot);
        if (worked === true) continue;
      } catch (error) {
        log.error({ err: error, worker: slot.workerId }, 'A worker slot failed; it goes on');
      }
      await wakeSignal.wait(version, worked === 'no-capacity' ? fullMs : pollMs, stop.signal);
    }
  }

  async function finishWork(): Promise<void> {
    if (started && !stop.signal.aborted)
      log.info('Workers stopping: no new run starts, tests under way finish');
    stop.abort();
    await working;
    await Promise.all(unlisten.splice(0).map((end) => end()));
  }

  return {
    async start() {
      started = true;
      unlisten.push(await queue.onWake(wakeSignal.notify));
      unlisten.push(
        await queue.onClaimChanged((runId) => {
          for (const callback of claimListeners) callback(runId);
        }),
      );
      working = Promise.all(slots.map(work));
      log.info({ slots: slots.length, host: options.host }, 'Workers started');
    },

    stop: finishWork,

    async stopNow() {
      stopNow.abort(new Fault('WORKER_STOPPED', 'The worker was stopped at once.'));
      await finishWork();
    },

    status: () => ({
      stopping: stop.signal.aborted,
      waitsFor: [...waitsFor.values()][0],
      slots: slots.map((slot) => ({ ...slot })),
    }),
  };
}
