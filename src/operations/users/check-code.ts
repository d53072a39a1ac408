import { recoveryDigest } from '../../crypto/recovery-code.ts';
import { totpStep } from '../../crypto/totp.ts';
import { Fault } from '../../faults/fault.ts';
import type { Access } from '../../store/access/access.ts';

/**
 * Checks a code of the second factor of a user, and uses it up: six digits of the authenticator app, else a recovery code. `key`: that of
 * the attempt, whose count is reset. Returns how many recovery codes are left after one was used. Errors: SECOND_FACTOR_REFUSED.
 */
export async function checkCode(
  { secondFactors, attempts }: Access,
  accountId: number,
  { code, key }: { code: string; key: string },
): Promise<number | undefined> {
  const digits = digitsOf(code);
  let codesLeft: number | undefined;
  if (digits.length === 6) {
    const secret = await secondFactors.readSecret(accountId, 'enabled');
    const step = secret === undefined ? undefined : totpStep(secret, digits, Date.now());
    if (step === undefined || !(await secondFactors.consumeStep(accountId, step))) throw codeRefused();
  } else {
    codesLeft = await secondFactors.consumeRecoveryCode(accountId, recoveryDigest(code));
    if (codesLeft === undefined) throw codeRefused();
  }
  await attempts.forget(key);
  return codesLeft;
}

/** A code as apps show it, without its blanks: `123 456`. */
export const digitsOf = (code: string): string => code.replaceAll(/\s/g, '');

export const codeRefused = () => new Fault('SECOND_FACTOR_REFUSED', 'The code is wrong, or was used before.');
