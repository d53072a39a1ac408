import { hash, verify } from '@node-rs/argon2';

/**
 * argon2id (2) with 19 MiB and two passes: the least that OWASP recommends, and 20 to 40 ms of one core. The text form
 * holds the parameters, so that they can be raised later.
 */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same letters can be typed in several ways (é as one character or as two). */
const typed = (password: string) => password.normalize('NFKC');

/** What is stored of a password. */
export function hashPassword(password: string): Promise<string> {
  return hash(typed(password), parameters);
}

/** Whether it is the password. Without a stored one it takes as long and is false, so that nobody learns who exists. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const matches = await verify(stored ?? (await ofNobody()), typed(password));
  return matches && stored !== undefined;
}

let nobody: Promise<string> | undefined;
function ofNobody(): Promise<string> {
  nobody ??= hashPassword('the password of nobody');
  return nobody;
}
