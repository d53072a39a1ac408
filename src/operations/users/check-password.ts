import { isBcryptHash } from '../../crypto/foreign-hash.ts';
import { hashPassword, isPassword } from '../../crypto/password.ts';
import { Fault } from '../../faults/fault.ts';
import type { Access } from '../../store/access/access.ts';
import { type Account, deactivatedFault } from '../../store/access/accounts.ts';

/** `key`: that of the attempt, whose count is reset. Errors: SIGN_IN_REFUSED, USER_DEACTIVATED, SIGN_IN_BUSY. */
export async function checkPassword(
  access: Access,
  account: Account | undefined,
  { password, key }: { password: string; key: string },
): Promise<void> {
  const stored = account && (await access.accounts.readPassword(account.id));
  if (!(await isPassword(password, stored))) {
    throw new Fault('SIGN_IN_REFUSED', 'The name or the password is wrong.');
  }
  // An imported user had it hashed by another program.
  if (account && stored && isBcryptHash(stored)) {
    await access.accounts.replaceHash(account.id, stored, await hashPassword(password));
  }
  await access.attempts.forget(key);
  // Only who has the password learns it.
  if (account?.deactivatedAt !== undefined) throw deactivatedFault(account.name);
}
