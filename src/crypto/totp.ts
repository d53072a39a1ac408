import { Secret, TOTP } from 'otpauth';

// Time-based one-time codes (RFC 6238), with the parameters that every authenticator app knows.

const parameters = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** RFC 4226 recommends 160 bits. */
const secretBytes = 20;
/** Steps of 30 s around the present one whose codes are accepted, for clocks that differ (RFC 6238, section 5.2). */
const toleratedSteps = 1;

/** A new secret in base32, as users type it. */
export function newTotpSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** The `otpauth://` address of a secret, which authenticator apps read from a QR code. */
export function totpUri(secret: string, { issuer, user }: { issuer: string; user: string }): string {
  return new TOTP({ ...parameters, secret: Secret.fromBase32(secret), issuer, label: user }).toString();
}

/**
 * The time step of a code of six digits: of the step at `nowMs`, or of one beside it; `undefined` when the code belongs to none of them.
 * A code is valid once, so callers accept only steps after the last one that they accepted.
 */
export function totpStep(secret: string, code: string, nowMs: number): number | undefined {
  // Of other texts the library compares bytes, and throws when they are more than six.
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = TOTP.validate({
    ...parameters,
    secret: Secret.fromBase32(secret),
    token: code,
    timestamp: nowMs,
    window: toleratedSteps,
  });
  return delta === null ? undefined : Math.floor(nowMs / 1000 / parameters.period) + delta;
}
