import fc from 'fast-check';
import { Secret, TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { newTotpSecret, totpStep, totpUri } from './totp.ts';

/** The secret of RFC 6238, appendix B, for SHA-1. */
const secret = Secret.fromUTF8('12345678901234567890').base32;
const stepMs = 30_000;

describe('the time step of a code', () => {
  // The codes of the appendix have eight digits; those of six are their ends.
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at %s s is that of RFC 6238 for %s', (seconds, code) => {
    expect(totpStep(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
  });

  it('is found one step before and after, and no further away', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 3_000_000_000 }),
        fc.integer({ min: -4, max: 4 }),
        (step, away) => {
          const own = newTotpSecret();
          const code = new TOTP({ secret: Secret.fromBase32(own) }).generate({
            timestamp: (step + away) * stepMs,
          });
          const result = totpStep(own, code, step * stepMs + 17_000);
          if (Math.abs(away) <= 1) expect(result).toBe(step + away);
          // Another step may have the same code by chance: one of a million.
          else expect(result === undefined || Math.abs(result - step) <= 1).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each(['', '28708', '2870822', '28708a', '287 82', '-87082', '２８７０８２'])(
    'is none for %j',
    (code) => {
      expect(totpStep(secret, code, 59_000)).toBeUndefined();
    },
  );
});

it('an address of a secret names the issuer and the user, and has 160 bits', () => {
  const own = newTotpSecret();
  expect(own).toMatch(/^[A-Z2-7]{32}$/);
  const uri = new URL(totpUri(own, { issuer: 'matre (shop.example.com)', user: 'ada@example.com' }));
  expect(uri.href).toMatch(/^otpauth:\/\/totp\//);
  expect(decodeURIComponent(uri.pathname)).toBe('/matre (shop.example.com):ada@example.com');
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    secret: own,
    issuer: 'matre (shop.example.com)',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
});
