import { createHash } from 'node:crypto';
import { verify } from '@node-rs/bcrypt';

// Hashes of passwords that another program wrote, such as `password_hash` of PHP. Those of bcrypt are replaced by one of matre when the
// user signs in.

const bcryptForm = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const argon2Form =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/;

/** Checking a hash of more cost takes seconds of a core, and a sign-in must not. */
const maxBcryptCost = 14;
const maxArgon2Kibibytes = 256 * 1024;
const maxArgon2Passes = 16;

/** Whether a text is a hash that can be checked here. */
export function isForeignHash(hash: string): boolean {
  const cost = bcryptForm.exec(hash)?.[1];
  if (cost !== undefined) return Number(cost) >= 4 && Number(cost) <= maxBcryptCost;
  const [, memory, passes] = argon2Form.exec(hash) ?? [];
  return memory !== undefined && Number(memory) <= maxArgon2Kibibytes && Number(passes) <= maxArgon2Passes;
}

/** Whether a stored hash is one of bcrypt; all others are argon2id. */
export const isBcryptHash = (hash: string) => bcryptForm.test(hash);

/** Whether a password matches a hash of bcrypt, as Symfony checks it. */
export function isBcryptPassword(password: string, hash: string): Promise<boolean> {
  return verify(bcryptInput(password), hash);
}

/** bcrypt reads 72 bytes up to the first NUL, so Symfony hashes other passwords first. */
function bcryptInput(password: string): string {
  if (Buffer.byteLength(password) <= 72 && !password.includes('\0')) return password;
  return createHash('sha512').update(password).digest('base64');
}
