import { isFault } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { Channel } from '../../model/channel.ts';
import type { MessageFacts } from '../../model/message-facts.ts';
import type { Channels } from '../../store/tables/channels.ts';
import type { ClaimedMessage, Outbox } from '../../store/tables/outbox.ts';
import {
  type ChannelKind,
  DeliveryFault,
  type DeliveryOptions,
  type Json,
  type MessageContent,
} from '../channels/channel.ts';
import { parseChannel } from '../channels/parse-channel.ts';
import { recordAnswer } from '../channels/record-answer.ts';
import { outcomeOf } from '../templates/outcome.ts';
import { renderMessage } from '../templates/render.ts';
import type { SenderDependencies } from './sender.ts';

export interface TransmissionDependencies {
  outbox: Pick<Outbox, 'storeContent' | 'remoteOf' | 'hasSubscriber'>;
  channels: Pick<Channels, 'find' | 'readSecrets' | 'setProblem'>;
  /** `undefined` for a kind that this version does not have. */
  channelKind(name: Channel['kind']): ChannelKind | undefined;
  /** What the message is about, as of now; `undefined` when it is gone. */
  readFacts(notice: NonNullable<ClaimedMessage['notice']>): Promise<MessageFacts | undefined>;
  /** The stored template of a kind of channel and an outcome. */
  findTemplate(kind: Channel['kind'], outcome: string): Promise<string | undefined>;
  /** What channels send with. */
  outgoing: Omit<DeliveryOptions<unknown, unknown>, 'settings' | 'secrets' | 'signal' | 'log'>;
  log: Logger;
}

/** Returns how a message is handed to its channel, and what is recorded about a channel that answered. */
export function createTransmission(
  deps: TransmissionDependencies,
): Pick<SenderDependencies, 'prepare' | 'onAnswer'> {
  const { outbox, channels, channelKind, outgoing, log } = deps;
  /** The channel as it was when the attempt began: an answer to older settings says nothing about newer ones. */
  const usedChannels = new WeakMap<ClaimedMessage, Channel>();

  return {
    async prepare(message) {
      const channel = await channels.find(message.channelId);
      if (!channel) return { kind: 'dropped', code: 'CHANNEL_REMOVED', message: 'The channel was removed.' };
      usedChannels.set(message, channel);
      if (message.isPersonal && !(await outbox.hasSubscriber(message))) {
        return { kind: 'dropped', code: 'MESSAGE_OUTDATED', message: 'The subscription has ended.' };
      }
      const kind = channelKind(channel.kind);
      if (!kind) {
        throw new DeliveryFault(
          'CHANNEL_INVALID',
          `This version has no channels of the kind ${channel.kind}.`,
          {
            permanent: true,
          },
        );
      }
      let content = message.content as MessageContent | undefined;
      if (content === undefined) {
        const rendered = await render(message, kind, deps);
        if (rendered === undefined) {
          return {
            kind: 'dropped',
            code: 'MESSAGE_OUTDATED',
            message: 'What it announces is gone, or is announced later.',
          };
        }
        content = rendered.content;
        if (!(await outbox.storeContent(message, content, rendered.outcome))) return { kind: 'lost' };
      }
      const isLinked = ['edit', 'reply', 'status', 'comment'].includes(message.purpose);
      const thread = isLinked ? ((await outbox.remoteOf(message)) as Json | undefined) : undefined;
      const { settings, secrets } = parseChannel(kind, channel, await readSecrets(channel, channels));
      const delivery = {
        key: message.key,
        purpose: message.purpose,
        recipient: message.recipient,
        content,
        thread,
        repeat: message.attempts > 1,
        createdAt: message.createdAt.toISOString(),
      };
      return {
        kind: 'ready',
        async deliver(signal) {
          try {
            const options = { settings, secrets, ...outgoing, signal, log };
            const { remote, outdated } = await kind.deliver(delivery, options);
            if (outdated !== undefined)
              return { kind: 'dropped', code: 'MESSAGE_OUTDATED', message: outdated };
            return { kind: 'sent', remote };
          } catch (error) {
            throw message.recipient === undefined ? error : asFaultOfMessage(error);
          }
        },
      };
    },

    async onAnswer(message, fault) {
      const channel = usedChannels.get(message);
      if (channel) await recordAnswer(channels, channel, fault);
    },
  };
}

/**
 * What all attempts send: the facts as of the first one, in the words of the template. `undefined` when there is nothing to announce
 * any more.
 */
async function render(
  { purpose, notice }: ClaimedMessage,
  { kind, markup, abilities }: ChannelKind,
  { readFacts, findTemplate, log }: Pick<TransmissionDependencies, 'readFacts' | 'findTemplate' | 'log'>,
): Promise<{ content: MessageContent; outcome: string } | undefined> {
  const facts = notice && (await readFacts(notice));
  if (facts === undefined) return undefined;
  // It executes tests again, and is announced when it is finished; a channel that edits shows that it runs.
  const isReopened =
    notice?.kind === 'submission-finished' && facts.kind === 'submission' && facts.phase !== 'finished';
  if (isReopened && !abilities.edit) return undefined;
  const outcome = outcomeOf(facts, purpose);
  const source = await findTemplate(kind, outcome);
  const { templateProblem, ...content } = await renderMessage({ facts, purpose, markup, source });
  if (templateProblem)
    log.warn({ kind, reason: templateProblem }, 'A template failed; the default one was used');
  return { content, outcome };
}

/** Errors: a DeliveryFault with CHANNEL_INVALID when the key is not that which encrypted them. */
async function readSecrets({ id, name }: Channel, channels: Pick<Channels, 'readSecrets'>): Promise<unknown> {
  try {
    return await channels.readSecrets(id);
  } catch (error) {
    if (!isFault(error, 'SECRET_KEY_WRONG')) throw error;
    const words = `The secrets of channel ${JSON.stringify(name)} were encrypted with another key: enter them again.`;
    throw new DeliveryFault('CHANNEL_INVALID', words, { permanent: true, cause: error });
  }
}

/** A place that does not exist is a matter of a message that names it, not of the channel: others can be sent. */
function asFaultOfMessage(error: unknown): unknown {
  if (!(error instanceof DeliveryFault) || error.code !== 'CHANNEL_TARGET_UNKNOWN' || error.gone)
    return error;
  const { message, permanent, retryAfterMs } = error;
  return new DeliveryFault('MESSAGE_REFUSED', message, { permanent, retryAfterMs, cause: error });
}
