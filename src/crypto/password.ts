import { hash, verify } from '@node-rs/argon2';
import { createLimiter } from '../async/limit.ts';
import { memoize } from '../async/single-flight.ts';
import { Fault } from '../faults/fault.ts';
import { isBcryptHash, isBcryptPassword } from './foreign-hash.ts';

/**
 * argon2id (2) with 19 MiB and two passes: the minimum that OWASP recommends, and 20 to 40 ms of one core. The hash
 * contains the parameters, so that they can be raised later.
 */
const parameters = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The same letters can be typed in several ways (é as one character or as two). */
const normalise = (password: string) => password.normalize('NFKC');

/**
 * argon2 runs on the threads of libuv, of which there are four for the whole process: two stay free for files and names of hosts. One
 * limit for all callers, because they share the threads. A hundred passwords wait for two seconds.
 */
const limited = createLimiter({
  concurrency: 2,
  maxWaiting: 100,
  whenFull: () => new Fault('SIGN_IN_BUSY', 'Too many passwords are being checked.'),
});

/** The hash of a password, which is stored instead of it. Errors: SIGN_IN_BUSY. */
export function hashPassword(password: string): Promise<string> {
  return limited(() => hash(normalise(password), parameters));
}

/**
 * Whether a password matches its hash. Without a hash it returns false after the same time, so that the time does not show
 * which users exist. Errors: SIGN_IN_BUSY.
 */
export async function isPassword(password: string, storedHash: string | undefined): Promise<boolean> {
  const comparedHash = storedHash ?? (await dummyHash());
  const matches = await limited(() =>
    isBcryptHash(comparedHash)
      ? isBcryptPassword(password, comparedHash)
      : verify(comparedHash, normalise(password)),
  );
  return matches && storedHash !== undefined;
}

const dummyHash = memoize(() => hashPassword('the password of no user'));
