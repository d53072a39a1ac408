import { randomBytes } from 'node:crypto';
import type { ChannelKindName } from '../../../src/model/channel.ts';
import { startGoogleChat } from '../../support/channels/google-chat.ts';
import { startMattermost } from '../../support/channels/mattermost.ts';
import type { Outage, Receiver } from '../../support/channels/receiver.ts';
import { startSlack } from '../../support/channels/slack.ts';
import { startTeams } from '../../support/channels/teams.ts';
import { startWebhookReceiver } from '../../support/channels/webhook.ts';
import type { Acceptance } from './judge.ts';

/** A channel with the stand-in that receives its messages. */
export interface CampaignChannel {
  kind: ChannelKindName;
  settings: Record<string, unknown>;
  secrets: Record<string, string>;
  receiver: Receiver;
  /** How it may be away. Only a service that drops repeats may lose an answer: elsewhere nothing can keep the message single. */
  outages: readonly Outage[];
}

const away = ['reset', 'unavailable', 'busy', 'no-answer'] as const;

/** Starts a stand-in for each kind of chat, and one for webhooks. What they accept is in `acceptances`, before they answer. */
export async function startReceivers(): Promise<{
  channels: CampaignChannel[];
  acceptances: Acceptance[];
  /** Repeats that the receiver of webhooks has dropped by their id. */
  repeats(): number;
  close(): Promise<void>;
}> {
  const [bot, hook, teams, mattermost, chat] = [
    ...[await startSlack(), await startSlack(), await startTeams(), await startMattermost()],
    await startGoogleChat(),
  ] as const;
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const webhook = await startWebhookReceiver({ secret });
  const acceptances: Acceptance[] = [];
  /** Records what is added to a list: stand-ins add a message to it before they answer. */
  const record = <Item>(list: Item[], channelOf: (item: Item) => string) => {
    const push = list.push.bind(list);
    list.push = (...items) => {
      for (const item of items)
        acceptances.push({ channel: channelOf(item), run: runIn(item), at: Date.now() });
      return push(...items);
    };
  };
  record(bot.posts, ({ threadTs }) => (threadTs === undefined ? 'slack-bot' : 'slack-bot reply'));
  record(hook.posts, () => 'slack-webhook');
  record(teams.cards, () => 'teams');
  record(mattermost.posts, () => 'mattermost');
  record(chat.messages, () => 'google-chat');
  record(webhook.messages, () => 'webhook');
  const none = { settings: {}, outages: away };
  const all = [...away, 'lost-answer'] as const;
  const channels: CampaignChannel[] = [
    {
      ...{
        kind: 'slack-bot',
        settings: { channel: 'C0NIGHTLY1', apiUrl: bot.apiUrl },
        secrets: { token: bot.token },
      },
      ...{ receiver: bot, outages: all },
    },
    { ...none, kind: 'slack-webhook', secrets: { url: hook.webhookUrl }, receiver: hook },
    { ...none, kind: 'teams', secrets: { url: teams.webhookUrl }, receiver: teams },
    { ...none, kind: 'mattermost', secrets: { url: mattermost.webhookUrl }, receiver: mattermost },
    { ...none, kind: 'google-chat', secrets: { url: chat.webhookUrl }, receiver: chat, outages: all },
    { ...none, kind: 'webhook', secrets: { url: webhook.url, secret }, receiver: webhook, outages: all },
  ];
  return {
    channels,
    acceptances,
    repeats: () => webhook.repeats,
    async close() {
      for (const { receiver } of channels) await receiver.close();
    },
  };
}

/** The run that a message is about, by the address of its page. */
function runIn(message: unknown): number {
  return Number(/\/runs\/(\d+)/.exec(JSON.stringify(message))?.[1] ?? 0);
}
