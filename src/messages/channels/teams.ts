import { z } from 'zod';
import type { ChannelKind, Delivery } from './channel.ts';
import { fitLines, leftOutLine, linesOf, shortenLine } from './layout/fit.ts';
import { linksOf } from './layout/links.ts';
import { type MessageStatus, statusOf } from './layout/status.ts';
import { refusalOf, strangeAnswer } from './refusals.ts';
import { secretParts, webhookAddress } from './webhook-address.ts';

/**
 * Microsoft documents 28 KB for a message; users were refused from 21 KB on, because Teams counts what it makes of the card.
 */
export const teamsLimits = { bytes: 20_000 } as const;

const settingsSchema = z.strictObject({});
const secretsSchema = z.strictObject({
  url: webhookAddress('The address of the workflow "When a Teams webhook request is received"'),
});

interface TextBlock {
  type: 'TextBlock';
  text: string;
  wrap: true;
  size?: 'Medium';
  weight?: 'Bolder';
  spacing?: 'None' | 'Small' | 'Medium';
}

export interface AdaptiveCard {
  type: 'AdaptiveCard';
  $schema: string;
  version: '1.4';
  body: (
    | TextBlock
    | { type: 'Container'; style: string; items: TextBlock[]; bleed: true }
    | { type: 'Container'; items: TextBlock[]; separator: true }
  )[];
  actions?: { type: 'Action.OpenUrl'; title: string; url: string }[];
  fallbackText: string;
  /** An extension of Teams: as wide as the channel. */
  msteams: { width: 'Full' };
}

export interface TeamsMessage {
  type: 'message';
  attachments: { contentType: 'application/vnd.microsoft.card.adaptive'; content: AdaptiveCard }[];
}

const styles: Record<MessageStatus['tone'], string> = {
  good: 'good',
  bad: 'attention',
  warning: 'warning',
  neutral: 'emphasis',
};

/** An Adaptive Card: headline and status on a coloured ground, the lines of the body, buttons. */
export function teamsMessage(delivery: Delivery): TeamsMessage {
  const { headline, lines } = linesOf(delivery.content, 'markdown');
  return fitLines(
    lines,
    (some, leftOut) => ({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: cardOf(delivery, headline, some, leftOut),
        },
      ],
    }),
    (message) => Buffer.byteLength(JSON.stringify(message), 'utf8') <= teamsLimits.bytes,
  );
}

function cardOf(
  delivery: Delivery,
  headline: string,
  lines: readonly string[],
  leftOut: number,
): AdaptiveCard {
  const { facts } = delivery.content;
  const status = statusOf(delivery);
  const last = leftOutLine(leftOut);
  const body = textBlocks(last === undefined ? lines : [...lines, '', last]);
  const actions = linksOf(delivery).map(({ label, url }) => {
    return { type: 'Action.OpenUrl' as const, title: label, url };
  });
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.4',
    body: [
      {
        type: 'Container',
        style: styles[status?.tone ?? 'neutral'],
        bleed: true,
        items: [
          {
            ...text(status ? `${status.sign} ${headline}` : headline),
            weight: 'Bolder',
            size: 'Medium',
          },
          ...(status ? [{ ...text(status.word), spacing: 'None' as const }] : []),
        ],
      },
      ...(body.length > 0 ? [{ type: 'Container' as const, separator: true as const, items: body }] : []),
    ],
    ...(actions.length > 0 && { actions }),
    fallbackText: shortenLine(facts.headline, 500, 'json'),
    msteams: { width: 'Full' },
  };
}

const text = (value: string): TextBlock => ({ type: 'TextBlock', text: value, wrap: true });

/**
 * A block for each line, because clients of Teams differ in what they make of a line end within one. A list of one entry is indented
 * so that clients cut its end, so entries have a bullet of their own.
 */
function textBlocks(lines: readonly string[]): TextBlock[] {
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const startsParagraph = index === 0 || lines[index - 1]?.trim() === '';
    return [
      {
        ...text(line.replace(/^- /, '• ')),
        spacing: startsParagraph ? ('Medium' as const) : ('Small' as const),
      },
    ];
  });
}

/** What a retired connector answers with HTTP 200 when Teams refused the message. */
const innerStatus = /Microsoft Teams endpoint returned HTTP error (\d{3})/;

/** A workflow can neither edit nor reply, and drops no repeats. */
export const teams: ChannelKind<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>> = {
  kind: 'teams',
  title: 'Microsoft Teams (workflow)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: false, thread: false, recipients: false },
  markup: 'markdown',
  async deliver(delivery, { secrets, http, signal }) {
    const response = await http.request(secrets.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(teamsMessage(delivery)),
      signal,
    });
    const hidden = { secrets: secretParts(secrets.url) };
    const refusedAs = innerStatus.exec(response.text)?.[1];
    if (refusedAs !== undefined)
      throw refusalOf('Microsoft Teams', { ...response, status: Number(refusedAs) }, hidden);
    if (response.status !== 200 && response.status !== 202)
      throw refusalOf('Microsoft Teams', response, hidden);
    // A workflow answers 202, or what its last step says; never a page. A connector says in its body what Teams answered.
    const isUnclear = response.status === 200 && response.broken;
    if (isUnclear || response.headers['content-type']?.startsWith('text/html'))
      throw strangeAnswer('Microsoft Teams', response, hidden);
    return {};
  },
};
