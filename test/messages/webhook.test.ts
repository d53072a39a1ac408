import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAddressLimits } from '../../src/http/address-limits.ts';
import { type Delivery, DeliveryFault } from '../../src/messages/channels/channel.ts';
import { isSigningSecret } from '../../src/messages/channels/webhook/sign.ts';
import { webhook } from '../../src/messages/channels/webhook/webhook.ts';
import { createOutgoing, type Outgoing } from '../../src/messages/outgoing/outgoing.ts';
import type { MessageFacts } from '../../src/model/message-facts.ts';
import { sampleFacts } from '../support/channels/submission-facts.ts';
import { startWebhookReceiver, type WebhookStandIn } from '../support/channels/webhook.ts';
import { quiet } from '../support/database.ts';

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

let receiver: WebhookStandIn;
let outgoing: Outgoing;
beforeAll(async () => {
  receiver = await startWebhookReceiver();
  const proxy = { https: undefined, http: undefined, exceptions: '' };
  outgoing = createOutgoing({ limits: createAddressLimits(['127.0.0.1']), proxy });
});
afterAll(async () => {
  outgoing.close();
  await receiver.close();
});

const secret = newSecret();
beforeEach(() => {
  Object.assign(receiver, { messages: [], repeats: 0, answer: undefined, outage: 'none', secrets: [secret] });
});

const facts = sampleFacts['failed'] as MessageFacts;
const message = (): Delivery => ({
  key: randomUUID(),
  purpose: 'post',
  repeat: false,
  createdAt: '2026-11-28T23:12:01.000Z',
  content: { headline: facts.headline, body: '', text: `${facts.headline}\n...`, facts },
});
const deliver = (delivery: Delivery, secrets: object = {}) =>
  webhook.deliver(delivery, {
    settings: {},
    secrets: { url: receiver.url, secret, ...secrets },
    http: outgoing.http,
    connect: outgoing.connect,
    readPicture: async () => undefined,
    signal: new AbortController().signal,
    log: quiet,
  });
const faultOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof DeliveryFault ? error : expect.fail(`no DeliveryFault: ${error}`);
};

describe('a webhook', () => {
  it('receives a message with a signature that its library accepts', async () => {
    const delivery = message();
    await deliver(delivery);
    expect(receiver.messages).toMatchObject([
      {
        id: delivery.key,
        payload: {
          ...{ version: 1, type: 'submission.finished', id: delivery.key },
          ...{ timestamp: '2026-11-28T23:12:01.000Z', headline: facts.headline, data: facts },
        },
      },
    ]);
  });

  it('gets the same id and body in all attempts, so that it can drop repeats', async () => {
    const delivery = message();
    receiver.outage = 'lost-answer';
    expect(await faultOf(deliver(delivery))).toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
    receiver.outage = 'none';
    await deliver({ ...delivery, repeat: true });
    expect(receiver.messages).toHaveLength(1);
    expect(receiver.repeats).toBe(1);
  });

  it('accepts messages with its old and its new secret while it changes them', async () => {
    const next = newSecret();
    await deliver(message(), { secret: next, oldSecret: secret });
    receiver.secrets = [next];
    await deliver(message(), { secret: next, oldSecret: secret });
    expect(receiver.messages).toHaveLength(2);
    receiver.secrets = [newSecret()];
    expect(await faultOf(deliver(message()))).toMatchObject({
      code: 'CHANNEL_SIGN_IN_REFUSED',
      permanent: true,
    });
  });

  it.each([
    [410, { code: 'CHANNEL_TARGET_UNKNOWN', permanent: true, gone: true }],
    [404, { code: 'CHANNEL_TARGET_UNKNOWN', permanent: true, gone: false }],
    [403, { code: 'CHANNEL_SIGN_IN_REFUSED', permanent: true, gone: false }],
    [422, { code: 'MESSAGE_REFUSED', permanent: true, gone: false }],
    [302, { code: 'CHANNEL_TARGET_UNKNOWN', permanent: true, gone: false }],
    [500, { code: 'CHANNEL_UNREACHABLE', permanent: false, gone: false }],
    [429, { code: 'CHANNEL_BUSY', permanent: false, gone: false, retryAfterMs: 7_000 }],
  ])('that answers %i ends an attempt with %j', async (status, expected) => {
    receiver.answer = {
      status,
      headers: { 'retry-after': '7', location: 'https://example.com/' },
      body: `no: ${receiver.url} ${secret}`,
    };
    const fault = await faultOf(deliver(message()));
    expect(fault).toMatchObject(expected);
    expect(fault.message).not.toContain(secret);
    expect(fault.message).not.toContain('secret-part');
  });

  it.each([200, 201, 202, 204])('accepts a message with %i', async (status) => {
    receiver.answer = { status, body: '' };
    await expect(deliver(message())).resolves.toEqual({});
  });

  it('has a secret of 24 to 64 bytes', () => {
    const ofLength = (bytes: number) => `whsec_${randomBytes(bytes).toString('base64')}`;
    for (const bytes of [24, 32, 64]) expect(isSigningSecret(ofLength(bytes)), `${bytes}`).toBe(true);
    for (const bytes of [0, 16, 23, 65, 100])
      expect(isSigningSecret(ofLength(bytes)), `${bytes}`).toBe(false);
    for (const text of ['', 'whsec_', 'a password', `whsec_${'='.repeat(44)}`, ofLength(32).slice(6)])
      expect(isSigningSecret(text), text).toBe(false);
  });
});
