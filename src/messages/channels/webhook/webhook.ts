import { z } from 'zod';
import type { MessageFacts } from '../../../model/message-facts.ts';
import { type ChannelKind, type Delivery, DeliveryFault } from '../channel.ts';
import { answerText, refusalOf } from '../refusals.ts';
import { secretParts, webhookAddress } from '../webhook-address.ts';
import { type Payload, payloadVersion } from './payload-schema.ts';
import { isSigningSecret, signedHeaders } from './sign.ts';

const signingSecret = z
  .string()
  .max(200)
  .refine(
    isSigningSecret,
    'must be whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -base64 32)',
  );

const settingsSchema = z.strictObject({});
const secretsSchema = z.strictObject({
  url: webhookAddress('Where messages are posted to'),
  secret: signingSecret.describe('Signs each message: whsec_ and 24 to 64 random bytes in base64'),
  oldSecret: signingSecret
    .optional()
    .describe('The secret before a change: messages are signed with both until it is removed'),
});

/** A receiver answers with a few words, of which users see some. */
const maxAnswerBytes = 16 * 1024;

/** Posts JSON to any address, in the form of Standard Webhooks 1.0. */
export const webhook: ChannelKind<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>> = {
  kind: 'webhook',
  title: 'Webhook (signed JSON)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: false, thread: false, recipients: false },
  markup: 'json',
  async deliver(delivery, { secrets, http, signal }) {
    const { url, secret, oldSecret } = secrets;
    const body = JSON.stringify(payloadOf(delivery));
    const seconds = Math.floor(Date.now() / 1000);
    const keys = oldSecret === undefined ? [secret] : [secret, oldSecret];
    const response = await http.request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'matre',
        ...signedHeaders({ id: delivery.key, body, seconds }, keys),
      },
      body,
      maxBytes: maxAnswerBytes,
      signal,
    });
    if (response.status >= 200 && response.status < 300) return {};
    const host = new URL(url).host;
    const hidden = [...secretParts(url), ...keys];
    if (response.status !== 410) throw refusalOf(host, response, { secrets: hidden });
    const answer = answerText(response.text, hidden);
    throw new DeliveryFault(
      'CHANNEL_TARGET_UNKNOWN',
      `${host} wants no more messages (HTTP 410${answer === '' ? '' : `: ${answer}`}), so the channel was switched off.`,
      { permanent: true, gone: true },
    );
  },
};

/** What a receiver gets. It is the same in all attempts, but for a message without `createdAt`. */
export function payloadOf({ key, purpose, content, createdAt }: Delivery): Payload {
  return {
    version: payloadVersion,
    type: purpose === 'test' ? 'test' : typeOf(content.facts),
    id: key,
    timestamp: createdAt ?? new Date().toISOString(),
    headline: content.facts.headline,
    text: content.text,
    data: content.facts,
  };
}

function typeOf(facts: MessageFacts): Payload['type'] {
  switch (facts.kind) {
    case 'submission':
      return `submission.${facts.phase}`;
    case 'alert':
      return `alert.${facts.phase}`;
    case 'reservation':
      return `reservation.${facts.phase}`;
    case 'digest':
      return 'digest';
  }
}
