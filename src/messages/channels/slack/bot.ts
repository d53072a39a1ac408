import { z } from 'zod';
import { type ChannelKind, type Delivery, DeliveryFault, type DeliveryOptions } from '../channel.ts';
import { callSlack, type SlackApiOptions, SlackFault } from './api.ts';
import { noPreviews, slackMessage } from './blocks.ts';
import { findSlackMessage, metadataType } from './find-message.ts';

const settingsSchema = z.strictObject({
  channel: z
    .string()
    .regex(/^[CGD][A-Z0-9]{6,30}$/, 'Write the id of the channel, such as C0123456789.')
    .meta({ title: 'Channel id' })
    .describe('The id of the channel, such as C0123456789: Slack shows it at the end of the channel details'),
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .max(300)
    .default('https://slack.com/api')
    .meta({ title: 'Web API' })
    .describe('The address of the Web API; https://slack-gov.com/api for GovSlack'),
});

const secretsSchema = z.strictObject({
  token: z
    .string()
    .max(300)
    .regex(/^xoxb-[A-Za-z0-9-]+$/, 'Write the token of the bot; it begins with xoxb-.')
    .meta({ title: 'Bot token' })
    .describe('The bot token of the Slack app (xoxb-...)'),
});

type Options = DeliveryOptions<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>>;

/** Where a message of Slack is. `channel` is that of a direct message when it has a recipient. */
const remoteSchema = z.object({ channel: z.string(), ts: z.string() });
type SlackRemote = z.infer<typeof remoteSchema>;

const postedSchema = z.looseObject({ channel: z.string(), ts: z.string() });
const openedSchema = z.looseObject({ channel: z.looseObject({ id: z.string() }) });

/** Errors of an edit that a new message helps against: the old one was removed, or is too old for the rules of the workspace. */
const notEditable = [
  'message_not_found',
  'edit_window_closed',
  'cant_update_message',
  'cant_edit_message',
  'is_inactive',
];
/** Errors of a reply whose post was removed. */
const noThread = ['thread_not_found', 'message_not_found', 'cannot_reply_to_message'];

/** One message for each submission, edited while it runs, with the failures in its thread. */
export const slackBot: ChannelKind<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>> = {
  kind: 'slack-bot',
  title: 'Slack (bot token)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: true, thread: true, recipients: true },
  recipientSetting: 'channel',
  markup: 'mrkdwn',
  destination: ({ apiUrl }) => new URL(apiUrl).origin,
  async deliver(delivery, options) {
    const thread = remoteSchema.safeParse(delivery.thread).data;
    if (thread && delivery.purpose === 'edit') return { remote: await edit(delivery, thread, options) };
    if (thread && delivery.purpose === 'reply') return { remote: await reply(delivery, thread, options) };
    return { remote: await post(delivery, options) };
  },
};

const apiOf = ({ settings, secrets, http, signal }: Options): SlackApiOptions => {
  return { apiUrl: settings.apiUrl, token: secrets.token, http, signal };
};

async function post(delivery: Delivery, options: Options): Promise<SlackRemote> {
  const api = apiOf(options);
  const channel = await conversationOf(delivery, options);
  const ts = delivery.repeat && (await findSlackMessage({ ...delivery, channel }, { ...api, ...options }));
  if (ts) return { channel, ts };
  return send({ channel }, delivery, api);
}

/** The channel of the settings, or the direct messages with a member: those have an id of their own, which only the history needs. */
async function conversationOf({ recipient, repeat }: Delivery, options: Options): Promise<string> {
  if (recipient === undefined) return options.settings.channel;
  if (!/^[UW][A-Z0-9]{6,30}$/.test(recipient)) {
    const words = `"${recipient}" is no id of a Slack member, such as U0123456789.`;
    throw new DeliveryFault('CHANNEL_TARGET_UNKNOWN', words, { permanent: true });
  }
  if (!repeat) return recipient;
  try {
    const body = { users: recipient };
    return (await callSlack('conversations.open', { body }, openedSchema, apiOf(options))).channel.id;
  } catch (error) {
    // Without the scope im:write, Slack still sends; the search then says that it cannot read.
    if (error instanceof SlackFault && error.slackError === 'missing_scope') return recipient;
    throw error;
  }
}

async function edit(delivery: Delivery, { channel, ts }: SlackRemote, options: Options) {
  try {
    const body = { channel, ts, ...slackMessage(delivery) };
    await callSlack('chat.update', { body }, postedSchema, apiOf(options));
    return { channel, ts };
  } catch (error) {
    if (error instanceof SlackFault && notEditable.includes(error.slackError)) return post(delivery, options);
    throw error;
  }
}

async function reply(delivery: Delivery, { channel, ts: threadTs }: SlackRemote, options: Options) {
  const api = apiOf(options);
  const search = { ...delivery, channel, threadTs };
  const ts = delivery.repeat && (await findSlackMessage(search, { ...api, ...options }));
  if (ts) return { channel, ts };
  try {
    return await send({ channel, thread_ts: threadTs }, delivery, api);
  } catch (error) {
    if (error instanceof SlackFault && noThread.includes(error.slackError)) return post(delivery, options);
    throw error;
  }
}

async function send(
  place: { channel: string; thread_ts?: string },
  delivery: Delivery,
  api: SlackApiOptions,
): Promise<SlackRemote> {
  const metadata = { event_type: metadataType, event_payload: { key: delivery.key } };
  const body = { ...place, ...slackMessage(delivery), ...noPreviews, metadata };
  const { channel, ts } = await callSlack('chat.postMessage', { body }, postedSchema, api);
  return { channel, ts };
}
