import type { ChannelKindName } from '../../model/channel.ts';
import type { ChannelKind } from './channel.ts';
import { email } from './email/email.ts';
import { github } from './github/github.ts';
import { gitlab } from './gitlab/gitlab.ts';
import { googleChat } from './google-chat.ts';
import { mattermost } from './mattermost.ts';
import { slackBot } from './slack/bot.ts';
import { slackWebhook } from './slack/webhook.ts';
import { teams } from './teams.ts';
import { webhook } from './webhook/webhook.ts';

/** The kinds of channels, in the order in which the page and `matre channel add --help` list them. */
export const channelKinds: readonly ChannelKind[] = [
  slackBot,
  slackWebhook,
  teams,
  mattermost,
  googleChat,
  email,
  webhook,
  github,
  gitlab,
];

/** The kind with this name; `undefined` for a name that this version does not have, such as one of a newer matre. */
export function channelKind(name: ChannelKindName): ChannelKind | undefined {
  return channelKinds.find(({ kind }) => kind === name);
}
