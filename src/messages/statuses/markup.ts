import { shorten, visible } from '../../model/visible-text.ts';

/**
 * Text in HTML, which Markdown of both forges takes as it is: no character of it is markup. In `<code>` neither forge makes links of what
 * looks like a user (`@all`), an issue (`#1`) or an address, so that a name of a test notifies no one.
 */
export const code = (
  text: string,
  max: number, // An empty `<code>` is shown as its source.
) => `<code>${escapeHtml(shorten(visible(text), max) || '-')}</code>`;

export const escapeHtml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

export function link(url: string | null, html: string): string {
  return url === null || !/^https?:/.test(url) ? html : `<a href="${escapeHtml(url)}">${html}</a>`;
}
