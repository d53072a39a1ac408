import type { Service } from '../../async/interval.ts';
import { createOutageLog } from '../../async/outage-log.ts';
import { retry } from '../../async/retry.ts';
import { untilAborted } from '../../async/until-aborted.ts';
import { createWakeSignal, type WakeSignal } from '../../async/wake-signal.ts';
import { toFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import { channels, type Database } from '../../store/database/database.ts';
import type { Outbox } from '../../store/tables/outbox.ts';
import type { Planner } from './planner.ts';
import { createSender, type SenderDependencies } from './sender.ts';

/** Fallback polling interval when no notification arrives. */
const pollMs = 5_000;
/** Messages that wait for another one are due, but cannot be claimed. */
const minWaitMs = 250;
/** Between two looks for messages whose time is over. */
const sweepEveryMs = 60_000;
/** Between two looks for notices that are due. */
const dueNoticesEveryMs = 10_000;
/** Attempts that are under way may end when the process stops. */
const stopMs = 10_000;

export interface OutboxDependencies extends Omit<SenderDependencies, 'outbox'> {
  database: Pick<Database, 'listen'>;
  outbox: Outbox;
  planner: Planner;
  /** Writes the notices that no single change causes, such as those of a time of day. */
  insertDueNotices(): Promise<unknown>;
  log: Logger;
}

/** Plans and sends messages. Any number of processes may do so. */
export function startOutbox(deps: OutboxDependencies): Service {
  const { database, outbox, planner, log } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const planning = createWakeSignal();
  const sending = createWakeSignal();
  const sender = createSender({ ...deps, onIdle: sending.notify });
  let sweptAtMs = Number.NEGATIVE_INFINITY;
  let dueNoticesAtMs = Number.NEGATIVE_INFINITY;

  async function plan(): Promise<number> {
    if (performance.now() - dueNoticesAtMs > dueNoticesEveryMs) {
      await deps.insertDueNotices();
      dueNoticesAtMs = performance.now();
    }
    await planner.pass(signal);
    return pollMs;
  }

  async function send(): Promise<number> {
    if (performance.now() - sweptAtMs > sweepEveryMs) {
      const count = await outbox.sweep();
      if (count > 0)
        log.warn({ messages: count }, 'Messages were given up: their channels could not take them for a day');
      for (const id of await outbox.hastenChanged()) sender.noteChange(id);
      sweptAtMs = performance.now();
    }
    // All that can be sent now is under way then; the end of an attempt wakes this.
    await sender.claim();
    const dueMs = await outbox.nextDueMs();
    return Math.max(minWaitMs, Math.min(pollMs, dueMs ?? pollMs));
  }

  const running = [
    repeat(planning, plan, { log, signal, what: 'planned', onOutage: () => undefined }),
    repeat(sending, send, { log, signal, what: 'sent', onOutage: sender.noteOutage }),
    listen(database, signal, (channel, payload) => {
      // Empty after a reconnection: the database was away.
      if (payload === '') sender.noteOutage();
      if (channel === 'change') sweptAtMs = Number.NEGATIVE_INFINITY;
      if (payload !== 'message') planning.notify();
      // A notice is nothing to send before it is planned.
      if (payload !== 'notice') sending.notify();
    }),
  ];
  return {
    async stop() {
      stopping.abort();
      await Promise.all(running);
      await sender.finish(stopMs);
    },
  };
}

/** Repeats `work`, each time after as many milliseconds as it returned, or when there is a notification. */
async function repeat(
  wakeSignal: WakeSignal,
  work: () => Promise<number>,
  { log, signal, what, onOutage }: { log: Logger; signal: AbortSignal; what: string; onOutage(): void },
): Promise<void> {
  const outageLog = createOutageLog({
    onBegin: (error) =>
      log.warn({ code: toFault(error).code, err: error }, `Messages cannot be ${what}; retrying`),
    onEnd: () => log.info(`Messages are ${what} again`),
  });
  while (!signal.aborted) {
    const version = wakeSignal.version();
    let waitMs = 1_000;
    try {
      waitMs = await work();
      outageLog.succeeded();
    } catch (error) {
      onOutage();
      outageLog.failed(error);
    }
    await wakeSignal.wait(version, waitMs, signal);
  }
}

/** Calls back on each notification about messages and channels until `signal` aborts. */
async function listen(
  database: Pick<Database, 'listen'>,
  signal: AbortSignal,
  callback: (channel: 'message' | 'change', payload: string) => void,
): Promise<void> {
  const ends: (() => Promise<void>)[] = [];
  const subscriptions = [
    () => database.listen(channels.message, (payload) => callback('message', payload)),
    () =>
      database.listen(channels.change, (payload) => payload === 'channels' && callback('change', payload)),
  ];
  try {
    for (const subscribe of subscriptions)
      ends.push(await retry(subscribe, { shouldRetry: () => true, delayMs: 1_000, signal }));
    await untilAborted(new Promise<never>(() => undefined), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const end of ends) await end().catch(() => undefined);
  }
}
