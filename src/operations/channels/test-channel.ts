import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { type Delivery, DeliveryFault } from '../../messages/channels/channel.ts';
import { parseChannel } from '../../messages/channels/parse-channel.ts';
import { recordAnswer } from '../../messages/channels/record-answer.ts';
import type { Channel } from '../../model/channel.ts';
import type { Context } from '../core/context.ts';
import { line, scheduleName as name } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { kindOf } from './channel-kinds.ts';

/** A user waits for the answer. */
const timeoutMs = 30_000;

export const testChannel = defineOperation({
  name: 'channels.test',
  method: 'POST',
  path: '/api/channels/:name/test',
  summary: 'Send a test message through a channel at once, also while it is switched off',
  role: 'operator',
  audited: ({ name }) => name,
  input: z.object({
    name,
    recipient: line(320)
      .optional()
      .describe('Instead of the default of the channel, where its kind has recipients'),
  }),
  output: z.object({
    delivered: z.boolean(),
    message: z.string().describe('What the receiver said'),
    code: z.string().nullable().describe('The fault code, when it was not delivered'),
    remedy: z.string().nullable(),
  }),
  async run(context, { name, recipient }) {
    const channel = await context.channels.get(name);
    if (recipient !== undefined && !kindOf(channel).abilities.recipients) {
      throw new Fault('INPUT_INVALID', `Channels of the kind ${channel.kind} have no recipients.`);
    }
    const fault = await sendTest(context, channel, recipient);
    if (fault === undefined) {
      const { testAnswer = 'The receiver accepted the message.' } = kindOf(channel);
      return { delivered: true, message: testAnswer, code: null, remedy: null };
    }
    return { delivered: false, message: fault.message, code: fault.code, remedy: fault.remedy };
  },
});

/** Sends a test message, records it when the receiver accepts it, and else why it does not. `undefined` when it was delivered. */
async function sendTest(
  context: Context,
  channel: Channel,
  recipient: string | undefined,
): Promise<Fault | undefined> {
  const { channels, messages, outgoing, log } = context;
  const kind = kindOf(channel);
  const stored = await channels.readSecrets(channel.id);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { settings, secrets } = parseChannel(kind, channel, stored);
    const delivery = testDelivery(channel, recipient, context.config.server.publicUrl);
    await kind.deliver(delivery, { settings, secrets, ...outgoing, signal, log });
    await recordAnswer(channels, channel, undefined);
    const { headline, text } = delivery.content;
    await messages.addTest(channel, { key: delivery.key, recipient, content: { headline, text } });
    return undefined;
  } catch (error) {
    if (signal.aborted) {
      const message = `The receiver did not answer within ${timeoutMs / 1000} s.`;
      return new DeliveryFault('CHANNEL_UNREACHABLE', message, { permanent: false });
    }
    if (!(error instanceof DeliveryFault)) throw toFault(error);
    await recordAnswer(channels, channel, error);
    return error;
  }
}

function testDelivery(channel: Channel, recipient: string | undefined, url: string | undefined): Delivery {
  const now = new Date().toISOString();
  const headline = 'A test message of matre';
  const body = 'Messages arrive here.';
  return {
    key: randomUUID(),
    purpose: 'test',
    recipient,
    repeat: false,
    createdAt: now,
    content: {
      headline,
      body,
      text: `${headline}\n\n${body}`,
      facts: {
        kind: 'alert',
        phase: 'ended',
        headline,
        alert: {
          id: 0,
          kind: 'test',
          subject: channel.name,
          message: body,
          action: '',
          startedAt: now,
          endedAt: now,
          url: url ?? null,
        },
      },
    },
  };
}
