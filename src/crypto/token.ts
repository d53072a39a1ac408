import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Texts that only their holder knows: of sessions, API tokens and links. The database keeps their digest. */

/** 256 random bits, in characters that may stand in an address. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256: enough for a text that nobody can guess, and quick enough for every request. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** What a page shows, besides the cookie, when it changes something (CSRF). Made of the secret of the session. */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('matre csrf').digest('base64url');
}

/** Takes the same time wherever they differ. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one)), Buffer.from(digestOf(other)));
}
