import type { KnownBlock } from '@slack/types';
import { escapeValue, formatBold } from '../../templates/escape.ts';
import type { Delivery } from '../channel.ts';
import { fitLines, leftOutLine, linesOf, shortenLine } from '../layout/fit.ts';
import { linksOf } from '../layout/links.ts';
import { statusOf } from '../layout/status.ts';

/** The documented limits of messages (docs.slack.dev, reference of blocks and of chat.postMessage). */
const slackLimits = {
  blocks: 50,
  sectionText: 3000,
  buttonText: 75,
  url: 3000,
  /** Longer texts of messages are truncated. */
  text: 40_000,
} as const;

/** Slack refuses messages with more blocks than this in all (`msg_blocks_too_long`); users measured 13,200, no number is documented. */
const maxBlocksBytes = 12_000;
/** The text is for notifications and screen readers: Slack recommends at most 4,000 characters. */
const maxText = 3000;

/** What a message of Slack says. */
export interface SlackMessage {
  text: string;
  blocks: KnownBlock[];
}

/** Of new messages: no previews of the pages that they link to. */
export const noPreviews = { unfurl_links: false, unfurl_media: false };

/** Headline, status, body in sections, buttons. */
export function slackMessage(delivery: Delivery): SlackMessage {
  const { headline, lines } = linesOf(delivery.content, 'mrkdwn');
  const blocks = fitLines(
    lines,
    (some, leftOut) => blocksOf(delivery, headline, some, leftOut),
    (some) =>
      some.length <= slackLimits.blocks && Buffer.byteLength(JSON.stringify(some), 'utf8') <= maxBlocksBytes,
  );
  const text = shortenLine(escapeValue('mrkdwn', delivery.content.text), maxText, 'mrkdwn');
  return { text, blocks };
}

function blocksOf(
  delivery: Delivery,
  headline: string,
  lines: readonly string[],
  leftOut: number,
): KnownBlock[] {
  const status = statusOf(delivery);
  // Within an asterisk or a line end, bold text would end.
  const bold = /[*\n]/.test(headline) || headline === '' ? headline : formatBold('mrkdwn', headline);
  const last = leftOutLine(leftOut);
  const body = last === undefined ? lines : [...lines, last];
  const buttons = linksOf(delivery).filter(({ url }) => url.length <= slackLimits.url);
  return [
    section(status ? `${status.sign} ${bold}` : bold),
    ...(status ? [{ type: 'context' as const, elements: [mrkdwn(`*${status.word}*`)] }] : []),
    ...pack(body, slackLimits.sectionText).map(section),
    ...(buttons.length === 0 || (status === undefined && delivery.purpose === 'reply')
      ? []
      : [{ type: 'actions' as const, elements: buttons.map(button) }]),
  ];
}

const section = (text: string) => ({ type: 'section' as const, text: mrkdwn(text) });

/** `verbatim`: Slack does not turn a plain `@channel` or `#name` into a mention. */
const mrkdwn = (text: string) => ({ type: 'mrkdwn' as const, text, verbatim: true });

const button = ({ label, url }: { label: string; url: string }, index: number) => ({
  type: 'button' as const,
  text: {
    type: 'plain_text' as const,
    text: shortenLine(label, slackLimits.buttonText, 'json'),
    emoji: false,
  },
  url,
  action_id: `open-${index}`,
});

/** Lines as few texts, each of at most `max` units; no text is empty. */
function pack(lines: readonly string[], max: number): string[] {
  const texts: string[] = [];
  let text = '';
  for (const line of lines) {
    const longer = text === '' ? line : `${text}\n${line}`;
    if (longer.length <= max) text = longer;
    else {
      texts.push(text);
      text = line;
    }
  }
  return [...texts, text].filter((each) => each.trim() !== '');
}
