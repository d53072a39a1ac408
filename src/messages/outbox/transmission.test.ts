import { expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import { createLog } from '../../log.ts';
import type { Channel } from '../../model/channel.ts';
import type { ClaimedMessage } from '../../store/tables/outbox.ts';
import { DeliveryFault } from '../channels/channel.ts';
import { slackBot } from '../channels/slack/bot.ts';
import { createTransmission } from './transmission.ts';

/** What an attempt throws, and what is recorded about its channel. */
async function attempt({ recipient, ...options }: { recipient?: string; readSecrets?(): never }) {
  const problems: unknown[] = [];
  const answer = new DeliveryFault('CHANNEL_TARGET_UNKNOWN', 'There is no such member.', { permanent: true });
  const { prepare, onAnswer } = createTransmission({
    outbox: {
      storeContent: async () => true,
      remoteOf: async () => undefined,
      hasSubscriber: async () => true,
    },
    channels: {
      find: async () =>
        ({ id: 1, name: 'qa', kind: 'slack-bot', settings: { channel: 'C0123456' } }) as unknown as Channel,
      readSecrets: async () => options.readSecrets?.() ?? { token: 'xoxb-1' },
      setProblem: async (_channel, problem) => void problems.push(problem),
    },
    channelKind: () => ({ ...slackBot, deliver: () => Promise.reject(answer) }) as never,
    readFacts: async () => undefined,
    findTemplate: async () => undefined,
    outgoing: {} as never,
    log: createLog({ level: 'silent' }),
  });
  const message = {
    recipient,
    content: {},
    purpose: 'post',
    createdAt: new Date(0),
  } as unknown as ClaimedMessage;
  const fault = await prepare(message)
    .then((prepared) =>
      prepared.kind === 'ready' ? prepared.deliver(new AbortController().signal) : expect.fail(prepared.kind),
    )
    .then(
      () => expect.fail('It was sent.'),
      (error: DeliveryFault) => error,
    );
  await onAnswer(message, fault);
  return { fault, problems };
}

it('does not blame a channel for a recipient that it does not know', async () => {
  const { fault, problems } = await attempt({ recipient: 'U0123456' });
  expect(fault).toMatchObject({ code: 'MESSAGE_REFUSED', permanent: true });
  expect(problems).toEqual([]);
});

it('blames the channel for a place of its own that does not exist', async () => {
  const { fault, problems } = await attempt({});
  expect(fault.code).toBe('CHANNEL_TARGET_UNKNOWN');
  expect(problems).toEqual(['There is no such member.']);
});

it('says on the channel that its secrets must be entered again when their key was lost', async () => {
  const { fault, problems } = await attempt({
    readSecrets() {
      throw new Fault('SECRET_KEY_WRONG', 'They were encrypted with another key.');
    },
  });
  expect(fault).toMatchObject({ code: 'CHANNEL_INVALID', permanent: true });
  expect(problems).toEqual([expect.stringContaining('enter them again')]);
});

/** What an attempt of a message would do, on a channel that calls everything outdated. */
async function prepareOne({
  subscribed = true,
  ...changes
}: Partial<ClaimedMessage> & { subscribed?: boolean }) {
  const { prepare } = createTransmission({
    outbox: {
      storeContent: async () => true,
      remoteOf: async () => undefined,
      hasSubscriber: async () => subscribed,
    },
    channels: {
      find: async () =>
        ({ id: 1, name: 'qa', kind: 'slack-bot', settings: { channel: 'C0123456' } }) as unknown as Channel,
      readSecrets: async () => ({ token: 'xoxb-1' }),
      setProblem: async () => {},
    },
    channelKind: () =>
      ({ ...slackBot, deliver: async () => ({ outdated: 'A newer one is shown.' }) }) as never,
    readFacts: async () => undefined,
    findTemplate: async () => undefined,
    outgoing: {} as never,
    log: createLog({ level: 'silent' }),
  });
  return prepare({ content: {}, createdAt: new Date(0), ...changes } as ClaimedMessage);
}

it('drops what the channel calls outdated', async () => {
  const prepared = await prepareOne({ purpose: 'status' });
  if (prepared.kind !== 'ready') expect.fail(prepared.kind);
  expect(await prepared.deliver(new AbortController().signal)).toEqual({
    kind: 'dropped',
    code: 'MESSAGE_OUTDATED',
    message: 'A newer one is shown.',
  });
});

it('drops what is for a subscriber who has gone', async () => {
  const message = { purpose: 'post', recipient: 'eve@example.com', isPersonal: true } as const;
  expect(await prepareOne({ ...message, subscribed: true })).toMatchObject({ kind: 'ready' });
  expect(await prepareOne({ ...message, subscribed: false })).toEqual({
    kind: 'dropped',
    code: 'MESSAGE_OUTDATED',
    message: 'The subscription has ended.',
  });
});
