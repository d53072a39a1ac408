import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

// Secrets of sessions, API tokens and links. The database stores their digests.

/** A secret of 256 random bits, in characters that are safe in an address. */
export function newSecret(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** The SHA-256 of a secret: sufficient for a text that cannot be guessed, and fast enough for every request. */
export function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The CSRF token of a session, which the page sends besides the cookie when it changes something. Derived from the secret. */
export function csrfOf(secret: string): string {
  return createHmac('sha256', secret).update('matre csrf').digest('base64url');
}

/** Whether two texts are equal; takes the same time wherever they differ. */
export function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(digestOf(one)), Buffer.from(digestOf(other)));
}
