/** How a channel writes emphasis and links. `plain` is the text of notifications and of e-mail without HTML. */
export type Markup = 'mrkdwn' | 'markdown' | 'chat' | 'html' | 'json';
export type Format = Markup | 'plain';

/** Nothing is shown of it, and it ends a name before which `@` or `#` would mention a member or an issue. */
const zeroWidthSpace = '\u200b';

/**
 * A value as text of a markup: it shows as it is, and mentions no one. `mrkdwn` is Slack's, `markdown` that of Teams, Mattermost, GitHub
 * and GitLab, `chat` the HTML of Google Chat.
 */
export function escapeValue(format: Format, text: string): string {
  switch (format) {
    case 'mrkdwn':
      return escapeMrkdwn(defuse(text));
    case 'markdown':
      return defuse(text).replace(/[\\`*_[\]<>#!|~&]/g, '\\$&');
    case 'chat':
    case 'html':
      return escapeHtml(text);
    default:
      return text;
  }
}

/** Text with an address behind it. Another address than an http or https one is left out. */
export function formatLink(format: Format, text: string, url: string | null | undefined): string {
  const address = typeof url === 'string' ? safeAddress(url) : undefined;
  const shown = escapeValue(format, text);
  if (address === undefined || format === 'json') return shown;
  switch (format) {
    case 'mrkdwn':
      // A bar ends the address.
      return `<${escapeMrkdwn(address).replaceAll('|', '%7C')}|${shown}>`;
    case 'markdown':
      return `[${shown}](${address.replaceAll('(', '%28').replaceAll(')', '%29')})`;
    case 'plain':
      return `${shown} (${address})`;
    default:
      return `<a href="${escapeHtml(address)}">${shown}</a>`;
  }
}

export function formatBold(format: Format, escaped: string): string {
  switch (format) {
    case 'mrkdwn':
      return `*${escaped}*`;
    case 'markdown':
      return `**${escaped}**`;
    case 'chat':
    case 'html':
      return `<b>${escaped}</b>`;
    default:
      return escaped;
  }
}

export function formatCode(format: Format, text: string): string {
  switch (format) {
    case 'mrkdwn':
      return `\`${escapeMrkdwn(text.replaceAll('`', "'"))}\``;
    case 'markdown':
      return `\`${text.replaceAll('`', "'")}\``;
    case 'html':
      return `<code>${escapeHtml(text)}</code>`;
    default:
      return escapeValue(format, text);
  }
}

const escapeMrkdwn = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const escapeHtml = (text: string) =>
  escapeMrkdwn(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;');

/** `@` and `#`, `!` before a number mention members, issues and merge requests; those of an e-mail address do not. */
const defuse = (text: string) =>
  text
    .replace(/(^|[^A-Za-z0-9])@(?=[\p{L}\p{N}_])/gu, `$1@${zeroWidthSpace}`)
    .replace(/([#!])(?=\d)/g, `$1${zeroWidthSpace}`);

/** The normal form of an http or https address, without a blank, quote or angle bracket; `undefined` for others. */
export function safeAddress(url: string): string | undefined {
  if (url.length > 4_000 || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? href.replaceAll("'", '%27') : undefined;
}
