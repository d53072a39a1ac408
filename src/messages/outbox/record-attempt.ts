import { isDatabaseOutage, toFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { ClaimedMessage, Outbox } from '../../store/tables/outbox.ts';
import { DeliveryFault } from '../channels/channel.ts';
import type { AttemptEnd } from './attempt.ts';
import type { backoffMs } from './backoff.ts';
import type { ChannelLoad } from './channel-load.ts';

export interface AttemptRecorder {
  /** Records how an attempt ended. Errors: those of the database but outages, and the reason of an abort. */
  record(message: ClaimedMessage, end: AttemptEnd): Promise<void>;
}

/** Records the ends of attempts. `write` repeats a write until the database has it. */
export function createAttemptRecorder(deps: {
  outbox: Outbox;
  onAnswer(message: ClaimedMessage, fault: DeliveryFault | undefined): Promise<void>;
  write<T>(write: () => Promise<T>): Promise<T>;
  noteOutage(): void;
  load: ChannelLoad;
  backoffMs: typeof backoffMs;
  /** Aborted when attempts are, so that their failures say nothing of a channel. */
  signal: AbortSignal;
  log: Logger;
}): AttemptRecorder {
  const { outbox, onAnswer, write, load, signal, log } = deps;

  async function recordSent(message: ClaimedMessage, remote: unknown): Promise<void> {
    if (!(await write(() => outbox.markSent(message, remote)))) {
      log.warn({ message: message.id }, 'A message was sent, but another process has taken it over');
      // This request may have arrived after one with newer content.
      if (['edit', 'status', 'comment'].includes(message.purpose))
        await write(() => outbox.repeatNewest(message));
    }
    if (load.noteSuccess(message.channelId)) await write(() => outbox.hasten(message.channelId));
    await write(() => onAnswer(message, undefined));
  }

  async function recordFailed(message: ClaimedMessage, error: unknown): Promise<void> {
    // What is read from the database is read before anything is sent.
    const begun = !isDatabaseOutage(error);
    if (!begun) deps.noteOutage();
    if (!begun || signal.aborted) return write(() => outbox.release(message, { begun }));
    const fault = asDeliveryFault(error);
    const { code, permanent, retryAfterMs } = fault;
    const { id, channelId: channel, attempts: attempt } = message;
    if (code.startsWith('CHANNEL')) load.noteFailure(channel);
    const delayMs = deps.backoffMs({ attempts: attempt, permanent, retryAfterMs });
    log.warn(
      { message: id, channel, attempt, code, reason: fault.message, nextMs: delayMs },
      'A message could not be sent',
    );
    const failure = { code, message: fault.message, permanent, delayMs, blockMs: retryAfterMs };
    await write(() => outbox.markFailed(message, failure));
    await write(() => onAnswer(message, fault));
  }

  return {
    async record(message, end) {
      if (end.kind === 'sent') await recordSent(message, end.remote);
      else if (end.kind === 'dropped') await write(() => outbox.drop(message, end));
      else if (end.kind === 'late') await write(() => outbox.release(message, { begun: false }));
      else if (end.kind === 'failed') await recordFailed(message, end.error);
    },
  };
}

/** A failure that is none of a channel, such as a fault in a template, is permanent: only a change helps. */
function asDeliveryFault(error: unknown): DeliveryFault {
  if (error instanceof DeliveryFault) return error;
  const { code, message } = toFault(error);
  return new DeliveryFault(code, message, { permanent: true, cause: error });
}
