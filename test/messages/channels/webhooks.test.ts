import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelKind, DeliveryFault } from '../../../src/messages/channels/channel.ts';
import { googleChat } from '../../../src/messages/channels/google-chat.ts';
import { mattermost } from '../../../src/messages/channels/mattermost.ts';
import { slackWebhook } from '../../../src/messages/channels/slack/webhook.ts';
import { teams } from '../../../src/messages/channels/teams.ts';
import { deliverTo } from '../../support/channels/deliver.ts';
import { deliveryOf } from '../../support/channels/deliveries.ts';
import { startGoogleChat } from '../../support/channels/google-chat.ts';
import { startMattermost } from '../../support/channels/mattermost.ts';
import { type Receiver, startReceiver } from '../../support/channels/receiver.ts';
import { startSlack } from '../../support/channels/slack.ts';
import { sampleFacts } from '../../support/channels/submission-facts.ts';
import { startTeams } from '../../support/channels/teams.ts';

interface StandIn extends Receiver {
  webhookUrl: string;
  mentions?: string[];
}

const kinds: {
  kind: ChannelKind<unknown, unknown>;
  start: () => Promise<StandIn>;
  accepted: (standIn: never) => unknown[];
}[] = [
  { kind: slackWebhook, start: startSlack, accepted: ({ posts }: { posts: unknown[] }) => posts },
  { kind: teams, start: startTeams, accepted: ({ cards }: { cards: unknown[] }) => cards },
  { kind: mattermost, start: startMattermost, accepted: ({ posts }: { posts: unknown[] }) => posts },
  { kind: googleChat, start: startGoogleChat, accepted: ({ messages }: { messages: unknown[] }) => messages },
];

const open: Receiver[] = [];
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.close();
});

const { failed, alert } = sampleFacts;
if (!failed || !alert) throw new Error('no sample');

describe.each(kinds)('the webhook of $kind.title', ({ kind, start, accepted }) => {
  async function startStandIn(): Promise<StandIn> {
    const standIn = await start();
    open.push(standIn);
    return standIn;
  }

  it('accepts each sort of message, and nobody is mentioned', async () => {
    const standIn = await startStandIn();
    for (const facts of Object.values(sampleFacts))
      await deliverTo(
        kind,
        { settings: {}, secrets: { url: standIn.webhookUrl } },
        await deliveryOf(facts, kind.markup),
      );
    expect(accepted(standIn as never)).toHaveLength(Object.keys(sampleFacts).length);
    expect(standIn.mentions ?? []).toEqual([]);
  });

  it('has a permanent fault when the address is wrong', async () => {
    const standIn = await startStandIn();
    const url = `${standIn.origin}/v1/hooks/another?sig=another&key=k&token=t`;
    const delivery = await deliveryOf(failed, kind.markup);
    const problem = await deliverTo(kind, { settings: {}, secrets: { url } }, delivery).catch(
      (error: unknown) => error,
    );
    expect(problem).toMatchObject({ code: 'CHANNEL_TARGET_UNKNOWN', permanent: true });
  });

  it('does not show the address that a service repeats in its answer', async () => {
    const receiver = await startReceiver(({ url }) => ({ status: 400, body: `no ${url.href}` }));
    open.push(receiver);
    const url = `${receiver.origin}/hooks/secretPath123?sig=secret%2BSignature`;
    const delivery = await deliveryOf(failed, kind.markup);
    const problem = await deliverTo(kind, { settings: {}, secrets: { url } }, delivery).catch(
      (error: unknown) => error,
    );
    expect(problem).toMatchObject({ code: 'MESSAGE_REFUSED', message: expect.stringContaining('[hidden]') });
    expect(String(problem)).not.toMatch(/secretPath123|Signature/);
  });

  it.each([
    ['busy', { code: 'CHANNEL_BUSY', permanent: false, retryAfterMs: 1000 }],
    ['unavailable', { code: 'CHANNEL_UNREACHABLE', permanent: false }],
    ['reset', { code: 'CHANNEL_UNREACHABLE', permanent: false }],
  ] as const)('has a temporary fault while the service is away: %s', async (outage, fault) => {
    const standIn = await startStandIn();
    standIn.outage = outage;
    const delivery = await deliveryOf(alert, kind.markup);
    const sent = deliverTo(kind, { settings: {}, secrets: { url: standIn.webhookUrl } }, delivery);
    await expect(sent).rejects.toMatchObject(fault);
    expect(accepted(standIn as never)).toEqual([]);
  });

  it('says how long to wait when messages come faster than the service allows', async () => {
    const standIn = await startStandIn();
    standIn.rateLimit = { requests: 1, perMs: 60_000 };
    const secrets = { url: standIn.webhookUrl };
    await deliverTo(kind, { settings: {}, secrets }, await deliveryOf(alert, kind.markup));
    const second = await deliverTo(
      kind,
      { settings: {}, secrets },
      await deliveryOf(alert, kind.markup),
    ).catch((error: unknown) => error);
    expect(second).toMatchObject({ code: 'CHANNEL_BUSY', permanent: false });
    expect((second as DeliveryFault).retryAfterMs).toBeGreaterThan(0);
    expect(accepted(standIn as never)).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    const receiver = await startReceiver(() => ({ status: 302, headers: { location: '/other' }, body: '' }));
    open.push(receiver);
    const delivery = await deliveryOf(alert, kind.markup);
    const sent = deliverTo(kind, { settings: {}, secrets: { url: `${receiver.origin}/hooks/x` } }, delivery);
    await expect(sent).rejects.toMatchObject({ code: 'CHANNEL_TARGET_UNKNOWN', permanent: true });
    expect(receiver.requests).toBe(1);
  });

  it('takes an answer of a portal for none', async () => {
    const headers = { 'content-type': 'text/html' };
    const receiver = await startReceiver(() => ({ status: 200, headers, body: '<html>Please sign in' }));
    open.push(receiver);
    const delivery = await deliveryOf(alert, kind.markup);
    const sent = deliverTo(kind, { settings: {}, secrets: { url: `${receiver.origin}/hooks/x` } }, delivery);
    await expect(sent).rejects.toMatchObject({ code: 'CHANNEL_UNREACHABLE', permanent: false });
  });
});

it('creates one message of Google Chat for all attempts of a delivery', async () => {
  const standIn = await startGoogleChat();
  open.push(standIn);
  const delivery = await deliveryOf(alert, 'chat');
  const secrets = { url: standIn.webhookUrl };
  standIn.outage = 'lost-answer';
  await expect(deliverTo(googleChat, { settings: {}, secrets }, delivery)).rejects.toMatchObject({
    permanent: false,
  });
  standIn.outage = 'none';
  const remote = await deliverTo(googleChat, { settings: {}, secrets }, { ...delivery, repeat: true });
  expect(standIn.messages).toHaveLength(1);
  expect(remote).toEqual({ name: standIn.messages[0]?.name });
});

it('sends a message of Mattermost into the channel of the settings', async () => {
  const standIn = await startMattermost();
  open.push(standIn);
  const delivery = await deliveryOf(alert, 'markdown');
  const secrets = { url: standIn.webhookUrl };
  await deliverTo(mattermost, { settings: { channel: '@ada' }, secrets }, delivery);
  expect(standIn.posts).toMatchObject([{ channel: '@ada' }]);
  await expect(
    deliverTo(mattermost, { settings: { channel: 'unknown' }, secrets }, delivery),
  ).rejects.toMatchObject({
    code: 'CHANNEL_TARGET_UNKNOWN',
  });
});

it('takes the refusal that a retired connector of Teams answers with HTTP 200 for one', async () => {
  const body = 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413';
  const receiver = await startReceiver(() => ({ status: 200, body }));
  open.push(receiver);
  const delivery = await deliveryOf(alert, 'markdown');
  const sent = deliverTo(
    teams,
    { settings: {}, secrets: { url: `${receiver.origin}/webhookb2/x` } },
    delivery,
  );
  await expect(sent).rejects.toMatchObject({ code: 'MESSAGE_REFUSED', permanent: true });
});

it('has a permanent fault while a workflow of Teams is switched off', async () => {
  const standIn = await startTeams();
  open.push(standIn);
  standIn.isOn = false;
  const delivery = await deliveryOf(alert, 'markdown');
  const sent = deliverTo(teams, { settings: {}, secrets: { url: standIn.webhookUrl } }, delivery);
  await expect(sent).rejects.toMatchObject({
    code: 'MESSAGE_REFUSED',
    message:
      'Microsoft Teams refuses the message (HTTP 400: WorkflowTriggerIsNotEnabled: The workflow is not enabled.).',
  });
});
