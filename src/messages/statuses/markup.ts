import { shorten, visible } from '../../model/visible-text.ts';
import { escapeHtml, formatCode, safeAddress } from '../templates/escape.ts';

/**
 * Text in HTML, which Markdown of both forges takes as it is: no character of it is markup. In `<code>` neither forge makes links of what
 * looks like a user (`@all`), an issue (`#1`) or an address, so that a name of a test notifies no one.
 */
export function code(text: string, max: number): string {
  // An empty `<code>` is shown as its source.
  return formatCode('html', shorten(visible(text), max) || '-');
}

/** HTML with an address behind it. Another address than an http or https one is left out. */
export function link(url: string | null, html: string): string {
  const address = url === null ? undefined : safeAddress(url);
  return address === undefined ? html : `<a href="${escapeHtml(address)}">${html}</a>`;
}
