import { z } from 'zod';
import type { ChannelKind } from '../channel.ts';
import { refusalOf, strangeAnswer } from '../refusals.ts';
import { secretParts, webhookAddress } from '../webhook-address.ts';
import { noPreviews, slackMessage } from './blocks.ts';

const settingsSchema = z.strictObject({});
const secretsSchema = z.strictObject({
  url: webhookAddress('The address of the incoming webhook (https://hooks.slack.com/services/...)'),
});

/** A webhook can neither edit nor reply, and drops no repeats. */
export const slackWebhook: ChannelKind<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>> = {
  kind: 'slack-webhook',
  title: 'Slack (incoming webhook)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: false, thread: false, recipients: false },
  markup: 'mrkdwn',
  async deliver(delivery, { secrets, http, signal }) {
    const response = await http.request(secrets.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...slackMessage(delivery), ...noPreviews }),
      signal,
    });
    if (response.status !== 200) throw refusalOf('Slack', response, { secrets: secretParts(secrets.url) });
    if (response.text.trim() !== 'ok')
      throw strangeAnswer('Slack', response, { secrets: secretParts(secrets.url) });
    return {};
  },
};
