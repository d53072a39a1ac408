import { randomUUID } from 'node:crypto';
import { createLimiter } from '../../async/limit.ts';
import { retry } from '../../async/retry.ts';
import { isDatabaseOutage } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { ClaimedMessage, Outbox } from '../../store/tables/outbox.ts';
import type { DeliveryFault } from '../channels/channel.ts';
import { attemptMessage, type Prepared } from './attempt.ts';
import { backoffMs, channelPauseMs } from './backoff.ts';
import { createChannelLoad } from './channel-load.ts';
import { createAttemptRecorder } from './record-attempt.ts';

export interface SenderDependencies {
  outbox: Outbox;
  /** Renders the message; nothing is sent before `deliver`. Errors: DeliveryFault; those of the database. */
  prepare(message: ClaimedMessage): Promise<Prepared>;
  /** Called after each attempt that the channel answered: `fault` is `undefined` when it has the message. */
  onAnswer(message: ClaimedMessage, fault: DeliveryFault | undefined): Promise<void>;
  log: Logger;
  settings?: Partial<SenderSettings>;
}

export interface SenderSettings {
  /** Messages of a channel that this process sends at a time. */
  perChannel: number;
  /** How long a claim lasts: until then no other process sends the message, also when this one was killed. */
  leaseMs: number;
  /** How long a channel may take to answer: at most three eighths of the lease, so that there is time to prepare and to record it. */
  attemptMs: number;
  /** After the database was away, claims that ran out meanwhile are left to their owners for so long. */
  graceMs: number;
  backoffMs: typeof backoffMs;
  channelPauseMs: typeof channelPauseMs;
}

const defaults: SenderSettings = {
  perChannel: 4,
  leaseMs: 120_000,
  attemptMs: 45_000,
  graceMs: 10_000,
  backoffMs,
  channelPauseMs,
};

/** Between two tries to record an attempt while the database is away. */
const recordEveryMs = 200;
/** Connections to the database that senders may use at a time: the others are for runs. */
const maxConnections = 2;

export interface Sender {
  /** Claims messages that are due and begins to send them. Returns how many. Errors: those of the database. */
  claim(): Promise<number>;
  /** The database was away. */
  noteOutage(): void;
  /** A user has changed the channel: it is tried at once. */
  noteChange(channelId: number): void;
  /** Resolves when no attempt is under way; they are aborted after `ms`. */
  finish(ms: number): Promise<void>;
}

/**
 * Sends messages, each attempt under a claim. Any number of processes may do so. `onIdle` is called when an attempt has ended, because
 * there may be another message to claim.
 *
 * What a channel has accepted is recorded as long as this process lives, also when the claim ran out while the database was away.
 */
export function createSender(deps: SenderDependencies & { onIdle(): void }): Sender {
  const { outbox, prepare, log } = deps;
  const settings = { ...defaults, ...deps.settings };
  const aborting = new AbortController();
  const { signal } = aborting;
  const attempts = new Set<Promise<void>>();
  const load = createChannelLoad(settings);
  let outageAtMs = Number.NEGATIVE_INFINITY;
  const noteOutage = () => {
    outageAtMs = performance.now();
  };
  const limited = createLimiter({
    concurrency: maxConnections,
    maxWaiting: Number.POSITIVE_INFINITY,
    whenFull: () => new Error('unreachable'),
  });
  const write = <T>(once: () => Promise<T>): Promise<T> =>
    retry(() => limited(once), {
      shouldRetry(error) {
        if (isDatabaseOutage(error)) noteOutage();
        return isDatabaseOutage(error);
      },
      delayMs: recordEveryMs,
      signal,
    });
  const recorder = createAttemptRecorder({ ...deps, ...settings, write, noteOutage, load, signal });

  async function send(message: ClaimedMessage, claimedAtMs: number): Promise<void> {
    const end = await attemptMessage(() => prepare(message), { ...settings, claimedAtMs, signal });
    await recorder.record(message, end).catch((error: unknown) => {
      log.error({ err: error, message: message.id }, 'An attempt to send a message was not recorded');
    });
  }

  function start(message: ClaimedMessage, claimedAtMs: number): void {
    const { channelId } = message;
    load.begin(channelId);
    const sending = send(message, claimedAtMs).finally(() => {
      attempts.delete(sending);
      load.end(channelId);
      deps.onIdle();
    });
    attempts.add(sending);
  }

  return {
    noteOutage,
    noteChange: load.noteChange,
    async claim() {
      const claimedAtMs = performance.now();
      const claimed = await limited(() =>
        outbox.claim({
          token: randomUUID(),
          leaseMs: settings.leaseMs,
          limit: settings.perChannel,
          limits: load.limits(),
          takeOver: claimedAtMs - outageAtMs > settings.graceMs,
          graceMs: settings.graceMs,
        }),
      );
      for (const message of claimed) start(message, claimedAtMs);
      return claimed.length;
    },
    async finish(ms) {
      const timer = setTimeout(() => aborting.abort(new Error('This process stops.')), ms);
      await Promise.all(attempts);
      clearTimeout(timer);
    },
  };
}
