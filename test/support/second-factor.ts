import { Secret, TOTP } from 'otpauth';
import type { Answer } from './app.ts';

/** The code that an authenticator app shows for a key, now or at a time step beside the present one. */
export function codeFor(key: string, steps = 0): string {
  return new TOTP({ secret: Secret.fromBase32(key) }).generate({ timestamp: Date.now() + steps * 30_000 });
}

interface Asking {
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
}

/** Sets up the second factor of the user of a browser. Returns the key of the authenticator app, the code that was
 * used, and the recovery codes. */
export async function enableSecondFactor(
  browser: Asking,
  password: string,
): Promise<{ key: string; code: string; recoveryCodes: string[] }> {
  const begun = await browser.ask('POST', '/api/second-factor/set-up', { password });
  const { key } = begun.body;
  const code = codeFor(key);
  const enabled = await browser.ask('POST', '/api/second-factor/enable', { code });
  if (enabled.status !== 200) throw new Error(`${enabled.status} ${JSON.stringify(enabled.body)}`);
  return { key, code, recoveryCodes: enabled.body.recoveryCodes };
}
