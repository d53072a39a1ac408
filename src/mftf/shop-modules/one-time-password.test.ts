import { expect, it } from 'vitest';
import { oneTimePassword } from './one-time-password.ts';

// RFC 6238, appendix B, the last six digits of the passwords with SHA-1 and the key "12345678901234567890".
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('computes the password of RFC 6238 at %d s', (seconds, password) => {
  expect(oneTimePassword(secret, seconds * 1_000)).toBe(password);
});

it('reads a secret in lower case and with padding', () => {
  expect(oneTimePassword(` ${secret.toLowerCase()}== `, 59_000)).toBe('287082');
});

it.each(['', '=', 'A', 'NOT BASE32', 'ABC1'])('has no password for the secret "%s"', (text) => {
  expect(oneTimePassword(text, 59_000)).toBeUndefined();
});

it('looks at a long text that is no secret once', () => {
  expect(oneTimePassword(`${'='.repeat(1_000_000)}x`, 59_000)).toBeUndefined();
});
