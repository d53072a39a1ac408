import { isIPv4, isIPv6 } from 'node:net';
import { digestOf } from '../../crypto/token.ts';
import { Fault } from '../../faults/fault.ts';
import { nameKey } from '../../model/name-key.ts';
import type { Account } from '../../store/access/accounts.ts';
import type { SignInAttempts } from '../../store/access/sign-in-attempts.ts';

/** In a quarter of an hour. More from one address, because an office may share one. */
const maxPerName = 10;
const maxPerAddress = 100;

/**
 * Counts an attempt to sign in, from an address and under the key of a name (`attemptsKey`). Errors: SIGN_IN_TOO_OFTEN after too many,
 * before the password is checked. All servers on one database share the counts. While the password of a name is being guessed that name
 * cannot sign in; its sessions and tokens stay valid. Runs before the audit trail is written, so that attempts cannot flood it.
 */
export async function limitSignIn(
  attempts: SignInAttempts,
  { address, key }: { address: string; key?: string },
): Promise<void> {
  const refuse = (origin: string) => {
    throw new Fault('SIGN_IN_TOO_OFTEN', `There were too many attempts to sign in ${origin}.`);
  };
  if ((await attempts.count(`address ${networkOf(address)}`)) > maxPerAddress) refuse('from this address');
  if (key !== undefined && (await attempts.count(key)) > maxPerName) refuse('with this name');
}

/**
 * Counts an attempt to sign in with a code of a user (`codesKey`), as attempts with passwords are counted. Errors: SIGN_IN_TOO_OFTEN after too many,
 * before the code is checked.
 */
export async function limitCodes(attempts: SignInAttempts, key: string): Promise<void> {
  if ((await attempts.count(key)) > maxPerName) {
    throw new Fault('SIGN_IN_TOO_OFTEN', 'There were too many attempts with codes of this user.');
  }
}

/**
 * Counts an attempt of a user who is signed in to prove who it is, with a password or a code. Errors: SIGN_IN_TOO_OFTEN after too many,
 * before it is checked. They are not counted as sign-ins: a stolen token must not be able to lock its user out.
 */
export async function limitProofs(attempts: SignInAttempts, accountId: number): Promise<void> {
  if ((await attempts.count(proofsKey(accountId))) > maxPerName) {
    throw new Fault(
      'SIGN_IN_TOO_OFTEN',
      'There were too many attempts with the password and codes of this user.',
    );
  }
}

/**
 * The key under which failed sign-ins are counted: that of the account, in whatever form its name was typed. A name without an account may
 * be a password that was typed in the wrong field, so only its hash is stored.
 */
export function attemptsKey(account: Pick<Account, 'id'> | undefined, name: string): string {
  return account === undefined ? `name ${digestOf(nameKey(name))}` : `account ${account.id}`;
}

/** The key under which sign-ins with codes of a second factor are counted. */
export const codesKey = (accountId: number): string => `code of account ${accountId}`;

/** The key of `limitProofs`. */
export const proofsKey = (accountId: number): string => `proof of account ${accountId}`;

/**
 * The address of IPv4, or the /64 network of IPv6, because a host usually has all addresses of its /64. A proxy may pass on any text as an
 * address; all those are one.
 */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(address)) return 'unknown';
  const [head = '', tail] = (address.split('%')[0] as string).split('::') as [string, string?];
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...Array<string>(zeros).fill('0'), ...after];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
