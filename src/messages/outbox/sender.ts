import { randomUUID } from 'node:crypto';
import { createLimiter } from '../../async/limit.ts';
import { retry } from '../../async/retry.ts';
import { withTimeout } from '../../async/timeout.ts';
import { isDatabaseOutage, toFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { ClaimedMessage, Outbox } from '../../store/tables/outbox.ts';
import { DeliveryFault } from '../channels/channel.ts';
import { backoffMs } from './backoff.ts';
import { createChannelLoad } from './channel-load.ts';

interface Sent {
  kind: 'sent';
  remote: unknown;
}

/** There is nothing to announce any more. */
interface Dropped {
  kind: 'dropped';
  code: string;
  message: string;
}

/** What an attempt is to do. */
export type Prepared =
  /** Hands the message to its channel, and returns what the channel answered. Errors: DeliveryFault. */
  | { kind: 'ready'; deliver(signal: AbortSignal): Promise<Sent | Dropped> }
  | Dropped
  /** The claim was over before anything was sent. */
  | { kind: 'lost' };

/** How an attempt ended that did not fail. */
type Attempted =
  | Sent
  /** Too little of the claim was left to begin. */
  | { kind: 'late' }
  | Exclude<Prepared, { kind: 'ready' }>;

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
}

const defaults: SenderSettings = {
  perChannel: 4,
  leaseMs: 120_000,
  attemptMs: 45_000,
  graceMs: 10_000,
  backoffMs,
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
  const { outbox, prepare, onAnswer, log } = deps;
  const settings = { ...defaults, ...deps.settings };
  const aborting = new AbortController();
  const attempts = new Set<Promise<void>>();
  const load = createChannelLoad(settings.perChannel);
  let outageAtMs = Number.NEGATIVE_INFINITY;
  const limited = createLimiter({
    concurrency: maxConnections,
    maxWaiting: Number.POSITIVE_INFINITY,
    whenFull: () => new Error('unreachable'),
  });

  /** Repeats a write until the database has it. */
  const record = <T>(write: () => Promise<T>): Promise<T> =>
    retry(() => limited(write), {
      shouldRetry(error) {
        if (isDatabaseOutage(error)) noteOutage();
        return isDatabaseOutage(error);
      },
      delayMs: recordEveryMs,
      signal: aborting.signal,
    });

  function noteOutage(): void {
    outageAtMs = performance.now();
  }

  async function send(message: ClaimedMessage, claimedAtMs: number): Promise<void> {
    try {
      const attempted = await attempt(message, claimedAtMs).catch((error: unknown) => ({
        kind: 'failed' as const,
        error,
      }));
      if (attempted.kind === 'sent') {
        await recordSent(message, attempted.remote);
        await succeed(message);
      } else if (attempted.kind === 'dropped') {
        await record(() => outbox.drop(message, attempted));
      } else if (attempted.kind === 'late') {
        await record(() => outbox.release(message, { begun: false }));
      } else if (attempted.kind === 'failed') {
        await fail(message, attempted.error);
      }
    } catch (error) {
      log.error({ err: error, message: message.id }, 'An attempt to send a message was not recorded');
    }
  }

  /**
   * Prepares a message for at most a quarter of its claim, and then gives its channel the whole time of an attempt: a request that is
   * aborted soon after it was sent may have been accepted, and would be sent again.
   */
  async function attempt(message: ClaimedMessage, claimedAtMs: number): Promise<Attempted> {
    const restMs = () => settings.leaseMs - (performance.now() - claimedAtMs);
    const prepared = await withTimeout(
      Math.max(0, restMs() - 0.75 * settings.leaseMs),
      () => prepare(message),
      (): { kind: 'late' } => ({ kind: 'late' }),
    );
    if (prepared.kind !== 'ready') return prepared;
    return withTimeout(
      // Half of what is left of the claim is for recording it.
      Math.min(settings.attemptMs, restMs() / 2),
      (signal) => prepared.deliver(AbortSignal.any([signal, aborting.signal])),
      () => {
        throw new DeliveryFault('CHANNEL_UNREACHABLE', 'The channel did not answer in time.', {
          permanent: false,
        });
      },
    );
  }

  async function recordSent(message: ClaimedMessage, remote: unknown): Promise<void> {
    if (await record(() => outbox.markSent(message, remote))) return;
    log.warn({ message: message.id }, 'A message was sent, but another process has taken it over');
    // This request may have arrived after one with newer content.
    if (['edit', 'status', 'comment'].includes(message.purpose))
      await record(() => outbox.repeatNewest(message));
  }

  async function succeed(message: ClaimedMessage): Promise<void> {
    if (load.noteSuccess(message.channelId)) await record(() => outbox.hasten(message.channelId));
    await record(() => onAnswer(message, undefined));
  }

  async function fail(message: ClaimedMessage, error: unknown): Promise<void> {
    // What is read from the database is read before anything is sent.
    const begun = !isDatabaseOutage(error);
    if (!begun) noteOutage();
    if (!begun || aborting.signal.aborted) return record(() => outbox.release(message, { begun }));
    const fault = asDeliveryFault(error);
    const { permanent, retryAfterMs } = fault;
    const { id, channelId, attempts: count } = message;
    if (fault.code.startsWith('CHANNEL')) load.noteFailure(channelId);
    const delayMs = settings.backoffMs({ attempts: count, permanent, retryAfterMs });
    log.warn(
      {
        message: id,
        channel: channelId,
        attempt: count,
        code: fault.code,
        reason: fault.message,
        nextMs: delayMs,
      },
      'A message could not be sent',
    );
    await record(() =>
      outbox.markFailed(message, {
        ...{ code: fault.code, message: fault.message, permanent, delayMs },
        blockMs: retryAfterMs,
      }),
    );
    await record(() => onAnswer(message, fault));
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

/** A failure that is none of a channel, such as a fault in a template, is permanent: only a change helps. */
function asDeliveryFault(error: unknown): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  const { code, message } = toFault(error);
  return new DeliveryFault(code, message, { permanent: true, cause: error });
}
