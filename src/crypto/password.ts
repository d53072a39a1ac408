import { hash, verify } from '@node-rs/argon2';
import { memoize } from '../async/single-flight.ts';

/**
 * argon2id (2) with 19 MiB and two passes: the minimum that OWASP recommends, and 20 to 40 ms of one core. The hash
 * contains the parameters, so that they can be raised later.
 */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same letters can be typed in several ways (é as one character or as two). */
const normalise = (password: string) => password.normalize('NFKC');

/** The hash of a password, which is stored instead of it. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalise(password), parameters);
}

/**
 * Whether a password matches its hash. Without a hash it returns false after the same time, so that the time does not show
 * which users exist.
 */
export async function isPassword(password: string, storedHash: string | undefined): Promise<boolean> {
  const matches = await verify(storedHash ?? (await dummyHash()), normalise(password));
  return matches && storedHash !== undefined;
}

const dummyHash = memoize(() => hashPassword('the password of no user'));
