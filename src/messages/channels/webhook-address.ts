import { z } from 'zod';
import { escapeHtml } from '../templates/escape.ts';

/** The address of a webhook: who knows it can post, so it is a secret. */
export function webhookAddress(description: string) {
  return z
    .url({ protocol: /^https?$/, error: 'Write the whole address, with https://.' })
    .max(2000)
    .meta({ title: 'Address of the webhook', description });
}

/**
 * The parts of the address of a webhook that a service may repeat in an answer, and that no log may have: as they are, percent-encoded or
 * not, and as HTML and JSON write them. Longer ones are first, so that none leaves the rest of another.
 */
export function secretParts(address: string): string[] {
  const { href, pathname, search, searchParams, username, password } = new URL(address);
  // Words of the path, such as `messages`, are no secrets.
  const segments = pathname.split('/').filter((part) => /\d/.test(part) || part.length >= 16);
  const values = [...segments, ...searchParams.values()].filter(({ length }) => length >= 8);
  const wholes = [address, href, `${pathname}${search}`, pathname, search].filter(({ length }) => length > 1);
  // Shorter ones would hide parts of words.
  const names = [username, password].filter(({ length }) => length > 2);
  // As the header `Authorization` has them.
  const basic =
    names.length > 0 ? [Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')] : [];
  const forms = [...wholes, ...values, ...names, ...basic].flatMap(formsOf);
  return [...new Set(forms)].sort((one, other) => other.length - one.length);
}

function formsOf(part: string): string[] {
  const texts = [part, decoded(part), encodeURIComponent(part)];
  return texts.flatMap((text) => [text, escapeHtml(text), text.replaceAll('/', '\\/')]);
}

/** What a percent-encoded text stands for; a text that is none is returned unchanged. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
