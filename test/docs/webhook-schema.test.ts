import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { webhookSchema } from '../../scripts/webhook-schema.ts';
import type { Delivery } from '../../src/messages/channels/channel.ts';
import { payloadOf } from '../../src/messages/channels/webhook/webhook.ts';
import type { MessageFacts } from '../../src/model/message-facts.ts';
import { sampleFacts } from '../support/channels/submission-facts.ts';

const schema = readFileSync('docs/webhook.schema.json', 'utf8');
// Formats are annotations of the schema; the types of fields are what receivers rely on.
const validate = new Ajv2020({ validateFormats: false }).compile(JSON.parse(schema));

const deliveryOf = (facts: MessageFacts, purpose: Delivery['purpose'] = 'post'): Delivery => ({
  key: '5a1e0f9c-6c1f-4a53-9f0e-0d8f1f3a2b4c',
  purpose,
  repeat: false,
  createdAt: '2026-11-28T23:12:01.000Z',
  content: { headline: facts.headline, body: '', text: facts.headline, facts },
});
const sent = (delivery: Delivery) => JSON.parse(JSON.stringify(payloadOf(delivery)));

describe('docs/webhook.schema.json', () => {
  it('is generated from the schema of the code (npm run docs)', () => {
    expect(schema).toBe(webhookSchema());
  });

  it.each(Object.entries(sampleFacts))('describes a message of the sort "%s"', (_, facts) => {
    expect(validate(sent(deliveryOf(facts))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('describes all types of messages', () => {
    const types = Object.values(sampleFacts).map((facts) => sent(deliveryOf(facts)).type);
    const test = sent(deliveryOf(sampleFacts['alert ended'] as MessageFacts, 'test')).type;
    expect([...new Set([...types, test])].sort()).toEqual(
      [...JSON.parse(schema).properties.type.enum].sort(),
    );
  });

  it('refuses a message without a field that it requires', () => {
    const payload = sent(deliveryOf(sampleFacts['failed'] as MessageFacts));
    for (const field of ['version', 'type', 'id', 'timestamp', 'headline', 'text', 'data']) {
      const { [field]: _, ...rest } = payload;
      expect(validate(rest), field).toBe(false);
    }
    const { runs: _, ...data } = payload.data;
    expect(validate({ ...payload, data })).toBe(false);
    expect(validate({ ...payload, version: 2 })).toBe(false);
  });

  it('accepts fields that are added later', () => {
    const payload = sent(deliveryOf(sampleFacts['failed'] as MessageFacts));
    expect(validate({ ...payload, later: 1, data: { ...payload.data, later: {} } })).toBe(true);
  });
});
