import { isIPv4, isIPv6 } from 'node:net';
import { Fault } from '../../faults/fault.ts';
import { attemptsKey } from '../../operations/users/users.ts';
import type { SignInAttempts } from '../../store/access/sign-in-attempts.ts';

/** In a quarter of an hour. From one address more, because an office may share one. */
const maxPerName = 10;
const maxPerAddress = 100;

/**
 * Refuses whoever tries too often to guess a password, before it is looked at: SIGN_IN_TOO_OFTEN. All servers on one database
 * count together. A name that is being guessed cannot sign in meanwhile; sessions and tokens go on. Comes before
 * the audit trail, so that nobody can fill that.
 */
export async function limitSignIn(
  attempts: SignInAttempts,
  { address, name }: { address: string; name?: string },
): Promise<void> {
  const refuse = (whose: string) => {
    throw new Fault('SIGN_IN_TOO_OFTEN', `There were too many attempts to sign in ${whose}.`);
  };
  if ((await attempts.count(`address ${networkOf(address)}`)) > maxPerAddress) refuse('from this address');
  if (name !== undefined && (await attempts.count(attemptsKey(name))) > maxPerName) refuse('with this name');
}

/** Whoever has one IPv6 address has a /64 of them. */
export function networkOf(address: string): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIPv4(mapped) || !isIPv6(address)) return mapped;
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
