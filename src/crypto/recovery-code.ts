import { randomBytes } from 'node:crypto';
import { digestOf } from './token.ts';

// Codes with which users sign in without their authenticator app. The database stores their digests.

/** Crockford's base32: no letters that look like digits. */
const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 80 bits, which cannot be guessed from a digest. */
const length = 16;

/** A new code, in four groups: `7H3K-9QWZ-...`. */
export function newRecoveryCode(): string {
  // 256 is a multiple of 32, so each symbol is as likely as the others.
  const text = Array.from(randomBytes(length), (byte) => symbols[byte % symbols.length]).join('');
  return (text.match(/.{4}/g) ?? []).join('-');
}

/** The digest of a code as a user types it: in any case, with any blanks and dashes, and with O, I and L for the digits. */
export function recoveryDigest(typed: string): string {
  const plain = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return digestOf(plain);
}
