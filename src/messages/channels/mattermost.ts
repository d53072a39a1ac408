import { z } from 'zod';
import { formatBold, formatLink } from '../templates/escape.ts';
import type { ChannelKind, Delivery } from './channel.ts';
import { fitLines, leftOutLine, linesOf, shortenLine } from './layout/fit.ts';
import { linksOf } from './layout/links.ts';
import { type MessageStatus, statusOf } from './layout/status.ts';
import { refusalOf, strangeAnswer } from './refusals.ts';
import { secretParts, webhookAddress } from './webhook-address.ts';

/**
 * One post on servers of any age: current ones split a text of more than 16,383 characters into several posts, and attachments of more
 * than 760,000; old ones a text of more than 4,000, and they refused attachments of more than 7,900.
 */
export const mattermostLimits = { text: 4000, attachments: 7600 } as const;

const settingsSchema = z.strictObject({
  channel: z
    .string()
    .regex(
      /^@?[a-z0-9][a-z0-9._-]{0,63}$/,
      'Write the name of a channel as its address has it, or @ and a user name.',
    )
    .optional()
    .describe(
      'Another channel than that of the webhook: its name in its address, or @name for direct messages',
    ),
});
const secretsSchema = z.strictObject({
  url: webhookAddress('The address of the incoming webhook (https://.../hooks/...)'),
});

const colours: Record<MessageStatus['tone'], string> = {
  good: '#2e7d32',
  bad: '#c62828',
  warning: '#b26a00',
  neutral: '#546e7a',
};

export interface MattermostMessage {
  text: string;
  channel?: string;
  attachments: { fallback: string; color: string; text: string }[];
}

/** The headline as the text of the post; status, body and links in an attachment. */
export function mattermostMessage(delivery: Delivery): MattermostMessage {
  const { content } = delivery;
  const { headline, lines } = linesOf(content, 'markdown');
  const status = statusOf(delivery);
  const links = linksOf(delivery).map(({ label, url }) => formatLink('markdown', label, url));
  const bold = formatBold('markdown', headline);
  return fitLines(
    lines,
    (some, leftOut) => {
      // Without an empty line, a text after a list belongs to its last entry.
      const parts = [
        status && formatBold('markdown', status.word),
        some.join('\n'),
        leftOutLine(leftOut),
        links.join(' · '),
      ];
      const text = parts.filter((part) => part !== undefined && part !== '').join('\n\n');
      return {
        text: status ? `${status.sign} ${bold}` : bold,
        attachments: [
          {
            fallback: shortenLine(content.facts.headline, 500, 'json'),
            color: colours[status?.tone ?? 'neutral'],
            text,
          },
        ],
      };
    },
    ({ attachments }) => JSON.stringify({ attachments }).length <= mattermostLimits.attachments,
  );
}

/** A webhook can neither edit nor reply, and drops no repeats. */
export const mattermost: ChannelKind<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>> = {
  kind: 'mattermost',
  title: 'Mattermost (incoming webhook)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: false, thread: false, recipients: false },
  markup: 'markdown',
  async deliver(delivery, { settings, secrets, http, signal }) {
    const message = mattermostMessage(delivery);
    const channel = settings.channel === undefined ? {} : { channel: settings.channel };
    const response = await http.request(secrets.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ ...message, ...channel }),
      signal,
    });
    const hidden = { secrets: secretParts(secrets.url) };
    if (response.status !== 200) throw refusalOf('Mattermost', response, hidden);
    if (response.text.trim() !== 'ok') throw strangeAnswer('Mattermost', response, hidden);
    return {};
  },
};
