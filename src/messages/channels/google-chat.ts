import { z } from 'zod';
import type { ChannelKind, Delivery } from './channel.ts';
import { fitLines, leftOutLine, linesOf, shortenLine } from './layout/fit.ts';
import { linksOf } from './layout/links.ts';
import { statusOf } from './layout/status.ts';
import { parseJson } from './parse-json.ts';
import { refusalOf, strangeAnswer } from './refusals.ts';
import { secretParts, webhookAddress } from './webhook-address.ts';

/** The documented limits of the Chat API: a message with its cards, and the widgets of a card (more are ignored). */
export const googleChatLimits = { bytes: 32_000, widgets: 100 } as const;

const settingsSchema = z.strictObject({});
const secretsSchema = z.strictObject({
  url: webhookAddress('The address of the webhook (https://chat.googleapis.com/v1/spaces/...)'),
});

type Widget =
  | { textParagraph: { text: string } }
  | { buttonList: { buttons: { text: string; onClick: { openLink: { url: string } } }[] } };

export interface GoogleChatMessage {
  fallbackText: string;
  cardsV2: { cardId: string; card: { sections: { widgets: Widget[] }[] } }[];
}

/** A card: headline and status, the paragraphs of the body, buttons. In a card, `<users/all>` in a name mentions nobody. */
export function googleChatMessage(delivery: Delivery): GoogleChatMessage {
  const { content, key } = delivery;
  const { headline, lines } = linesOf(content, 'chat');
  const status = statusOf(delivery);
  const title = `${status ? `${status.sign} ` : ''}<b>${headline}</b>${status ? `\n${status.word}` : ''}`;
  const links = linksOf(delivery);
  const buttons = links.map(({ label, url }) => ({ text: label, onClick: { openLink: { url } } }));
  return fitLines(
    lines,
    (some, leftOut) => {
      const last = leftOutLine(leftOut);
      const body = paragraphs(last === undefined ? some : [...some, '', last]);
      const sections: Widget[][] = [
        [paragraph(title)],
        body.map(paragraph),
        buttons.length > 0 ? [{ buttonList: { buttons } }] : [],
      ];
      return {
        // Notifications show it; it is plain text, but a mention in it would be one.
        fallbackText: shortenLine(content.facts.headline, 500, 'json').replaceAll('<', '‹'),
        cardsV2: [
          {
            cardId: key,
            card: { sections: sections.filter(({ length }) => length > 0).map((widgets) => ({ widgets })) },
          },
        ],
      };
    },
    (message) =>
      Buffer.byteLength(JSON.stringify(message), 'utf8') <= googleChatLimits.bytes &&
      widgetsOf(message) <= googleChatLimits.widgets,
  );
}

const paragraph = (text: string): Widget => ({ textParagraph: { text } });

const widgetsOf = ({ cardsV2 }: GoogleChatMessage) =>
  cardsV2.flatMap(({ card }) => card.sections.flatMap(({ widgets }) => widgets)).length;

/** The texts between empty lines. */
function paragraphs(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .split(/\n{2,}/)
    .filter((text) => text.trim() !== '');
}

/** A webhook can neither edit nor reply in time; Google drops repeats by the id of the request. */
export const googleChat: ChannelKind<z.infer<typeof settingsSchema>, z.infer<typeof secretsSchema>> = {
  kind: 'google-chat',
  title: 'Google Chat (webhook)',
  settings: settingsSchema,
  secrets: secretsSchema,
  abilities: { edit: false, thread: false, recipients: false },
  markup: 'chat',
  async deliver(delivery, { secrets, http, signal }) {
    const url = new URL(secrets.url);
    url.searchParams.set('requestId', delivery.key);
    const response = await http.request(url.href, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(googleChatMessage(delivery)),
      signal,
    });
    const hidden = { secrets: secretParts(secrets.url) };
    if (response.status !== 200) throw refusalOf('Google Chat', response, hidden);
    const name = nameOf(response.text);
    if (name === undefined) throw strangeAnswer('Google Chat', response, hidden);
    return { remote: { name } };
  },
};

const postedSchema = z.looseObject({ name: z.string() });

const nameOf = (text: string): string | undefined => postedSchema.safeParse(parseJson(text)).data?.name;
