import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { type Delivery, DeliveryFault, type MessageContent } from '../../messages/channels/channel.ts';
import { parseChannel } from '../../messages/channels/parse-channel.ts';
import { recordAnswer } from '../../messages/channels/record-answer.ts';
import type { Channel } from '../../model/channel.ts';
import { templateOutcomes } from '../../model/template-outcome.ts';
import type { Context } from '../core/context.ts';
import { scheduleName as name, shownLine, submissionId } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { type PreviewInput, renderPreview } from '../rules/preview-message.ts';
import { templateSource } from '../rules/templates.ts';
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
    recipient: shownLine(320)
      .optional()
      .describe('Instead of the default of the channel, where its kind has recipients'),
    outcome: z
      .enum(templateOutcomes)
      .optional()
      .describe('Sends what the template of this outcome makes; without it, a short text'),
    submission: submissionId
      .optional()
      .describe('Whose results the template shows; invented ones by default'),
    source: templateSource.optional().describe('Instead of the stored template'),
  }),
  output: z.object({
    delivered: z.boolean(),
    message: z.string().describe('What the receiver said'),
    code: z.string().nullable().describe('The fault code, when it was not delivered'),
    remedy: z.string().nullable(),
  }),
  async run(context, { name, recipient, outcome, ...template }) {
    const channel = await context.channels.get(name);
    const { abilities, testAnswer } = kindOf(channel);
    if (recipient !== undefined && !abilities.recipients) {
      throw new Fault('INPUT_INVALID', `Channels of the kind ${channel.kind} have no recipients.`);
    }
    if (outcome === undefined && (template.source ?? template.submission) !== undefined) {
      throw new Fault('INPUT_INVALID', 'A template or a submission needs the outcome of the message.');
    }
    if (outcome !== undefined && testAnswer !== undefined) {
      throw new Fault('INPUT_INVALID', `A test writes nothing to channels of the kind ${channel.kind}.`);
    }
    const content =
      outcome === undefined
        ? shortContent(channel, context.config.server.publicUrl)
        : await templateContent(context, { channelKind: channel.kind, outcome, ...template });
    const fault = await sendTest(context, channel, newTest(content, recipient));
    if (fault === undefined) {
      return {
        ...{ delivered: true, code: null, remedy: null },
        message: testAnswer ?? 'The receiver accepted the message.',
      };
    }
    return { delivered: false, message: fault.message, code: fault.code, remedy: fault.remedy };
  },
});

/** Sends a test message, records it when the receiver accepts it, and else why it does not. `undefined` when it was delivered. */
async function sendTest(context: Context, channel: Channel, delivery: Delivery): Promise<Fault | undefined> {
  const { channels, messages, outgoing, log } = context;
  const kind = kindOf(channel);
  const stored = await channels.readSecrets(channel.id);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { settings, secrets } = parseChannel(kind, channel, stored);
    await kind.deliver(delivery, { settings, secrets, ...outgoing, signal, log });
    await recordAnswer(channels, channel, undefined);
    const { key, recipient, content } = delivery;
    const { headline, text } = content;
    if (kind.testAnswer === undefined)
      await messages.addTest(channel, { key, recipient, content: { headline, text } });
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

const newTest = (content: MessageContent, recipient: string | undefined): Delivery => ({
  ...{ key: randomUUID(), purpose: 'test', repeat: false },
  ...{ recipient, content, createdAt: new Date().toISOString() },
});

/** Errors: those of `renderPreview`; TEMPLATE_INVALID for a stored template that cannot be used. */
async function templateContent(context: Context, input: PreviewInput): Promise<MessageContent> {
  const { headline, body, text, facts, problem } = await renderPreview(context, input);
  if (problem !== undefined) throw new Fault('TEMPLATE_INVALID', problem);
  return { headline, body, text, facts };
}

function shortContent(channel: Channel, url: string | undefined): MessageContent {
  const now = new Date().toISOString();
  const headline = 'A test message of matre';
  const body = 'Messages arrive here.';
  return {
    ...{ headline, body, text: `${headline}\n\n${body}` },
    facts: {
      ...{ kind: 'alert', phase: 'ended', headline },
      alert: {
        ...{ id: 0, kind: 'test', subject: channel.name, message: body, action: '' },
        ...{ startedAt: now, endedAt: now, url: url ?? null },
      },
    },
  };
}
