import { createHmac } from 'node:crypto';
import { withoutEnd } from '../../model/without-end.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const periodMs = 30_000;

/**
 * The one-time password of six digits for a shared secret in base32, as MFTF and Google Authenticator compute it (RFC 6238 with
 * SHA-1 and 30 s); `undefined` when the secret is not base32.
 */
export function oneTimePassword(secret: string, now: number): string | undefined {
  const key = decodeBase32(secret);
  if (key === undefined) return undefined;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(now / periodMs)));
  const digest = createHmac('sha1', key).update(counter).digest();
  // RFC 4226: the last half byte says where the number begins.
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 0x0f) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

function decodeBase32(text: string): Buffer | undefined {
  const digits = withoutEnd(text.trim().toUpperCase(), '=');
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const digit of digits) {
    const number = alphabet.indexOf(digit);
    if (number < 0) return undefined;
    value = ((value << 5) | number) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return bytes.length === 0 ? undefined : Buffer.from(bytes);
}
