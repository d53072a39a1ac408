import { expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import { channelKind } from '../../messages/channels/registry.ts';
import type { Channel } from '../../model/channel.ts';
import { changeFields } from './channel-fields.ts';

const webhook = channelKind('webhook') ?? expect.fail();
const url = 'https://hooks.test/in';
const secret = `whsec_${Buffer.alloc(32).toString('base64')}`;
const current = {
  channel: {
    name: 'hook',
    kind: 'webhook',
    settings: {},
    secretNames: ['secret', 'url'],
  } as unknown as Channel,
  readSecrets: () => {
    throw new Fault('SECRET_KEY_WRONG', 'They were encrypted with another key.');
  },
};

it('replaces all secrets of a channel whose key was lost', () => {
  expect(changeFields(webhook, { secrets: { url, secret } }, current)).toEqual({
    settings: {},
    secrets: { url, secret },
  });
});

it('keeps no secret that it cannot read', () => {
  expect(() => changeFields(webhook, { secrets: { url } }, current)).toThrow(
    expect.objectContaining({ code: 'SECRET_KEY_WRONG' }),
  );
});
