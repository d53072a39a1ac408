import type { Markup } from '../../templates/render.ts';

/** Longer lines are cut: a block of Slack has 3,000 characters, and no line of a message needs as many. */
const maxLine = 2000;
/** A headline is one line of a list; a template could make it longer than any reader wants. */
const maxHeadline = 500;

/** The headline on one line, and the lines of the body; none is longer than a line can be. */
export function linesOf(content: { headline: string; body: string }, markup: Markup) {
  const headline = content.headline
    .split('\n')
    .map((part) => part.trim())
    .join(' ')
    .trim();
  const body = content.body.trimEnd();
  return {
    // A template may have no headline; a block without text is refused.
    headline: shortenLine(headline || 'Message of matre', maxHeadline, markup),
    lines: body === '' ? [] : body.split('\n').map((line) => shortenLine(line.trimEnd(), maxLine, markup)),
  };
}

/**
 * The payload with as many lines from the beginning as fit. `build` makes a payload of some lines and the number of lines that are left
 * out; more lines never make it smaller. With no line at all it must fit.
 */
export function fitLines<Payload>(
  lines: readonly string[],
  build: (lines: readonly string[], leftOut: number) => Payload,
  fits: (payload: Payload) => boolean,
): Payload {
  const payloadOf = (count: number) => build(lines.slice(0, count), lines.length - count);
  const whole = payloadOf(lines.length);
  if (fits(whole)) return whole;
  // The largest number of lines that fit is in [low, high).
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(payloadOf(middle))) low = middle;
    else high = middle;
  }
  return payloadOf(low);
}

/** What stands in place of lines that were left out; `undefined` when none was. It needs no escape in any markup. */
export function leftOutLine(leftOut: number): string | undefined {
  if (leftOut === 0) return;
  return leftOut === 1 ? '… 1 more line was left out.' : `… ${leftOut} more lines were left out.`;
}

/**
 * The beginning of a line, at most `max` UTF-16 units, with a `…` when something was left out. It ends inside no link, escape, tag or
 * character.
 */
export function shortenLine(line: string, max: number, markup: Markup): string {
  if (line.length <= max) return line;
  const isHtml = markup === 'chat' || markup === 'html';
  const start = line.slice(0, max - 1 - (isHtml ? endTagRoom : 0)).replace(/[\ud800-\udbff]$/, '');
  if (markup === 'markdown') return `${withoutOpenMarkdown(start)}…`;
  const text = withoutOpenTag(start);
  if (!isHtml) return `${text}…`;
  const end = endTags(text);
  return end.length <= endTagRoom ? `${text}…${end}` : `${text.replaceAll(/<[^<>]*>/g, '')}…`;
}

/** Room for the end tags of about ten elements, such as `</b></a>`. */
const endTagRoom = 70;

/** Without a `<…` or `&…` at its end that the cut left open. */
function withoutOpenTag(text: string): string {
  const tag = text.lastIndexOf('<');
  const closed = tag > text.lastIndexOf('>') ? text.slice(0, tag) : text;
  return closed.replace(/&[a-z0-9#]{0,8}$/i, '');
}

/** Without a link or an escape at its end that the cut left open. */
function withoutOpenMarkdown(text: string): string {
  const link = text.lastIndexOf('[');
  const address = text.indexOf('](', link);
  const isOpen = link !== -1 && (address === -1 ? !text.includes(']', link) : !text.includes(')', address));
  const closed = isOpen ? text.slice(0, link) : text;
  const escapes = /\\+$/.exec(closed)?.[0].length ?? 0;
  return escapes % 2 === 1 ? closed.slice(0, -1) : closed;
}

function endTags(text: string): string {
  const open: string[] = [];
  for (const [, end, name = ''] of text.matchAll(/<(\/?)([a-z]{1,4})\b[^<>]*>/g)) {
    if (name === 'br') continue;
    if (end) open.pop();
    else open.push(name);
  }
  return open
    .reverse()
    .map((name) => `</${name}>`)
    .join('');
}
